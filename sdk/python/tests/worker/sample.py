"""Objectives of the tests; workers import this module by its name."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tunewright.errors import TrialPruned


def note(name: str, text: object) -> None:
    """Tells the test something, whole or not at all."""
    file = Path(os.environ["TEST_DIR"]) / name
    file.with_suffix(".new").write_text(str(text))
    file.with_suffix(".new").rename(file)


def square(trial: Any) -> float:
    print("x is", trial.params["x"])
    return float(trial.params["x"] ** 2)


def raises(trial: Any) -> float:
    print("before the fall")
    raise ValueError("no such rate")


def leaves(trial: Any) -> float:
    sys.exit(3)


def vanishes(trial: Any) -> float:
    print("last words", flush=True)
    os._exit(7)


def crashes_once(trial: Any) -> float:
    if trial.number == 0:
        print("going down", flush=True)
        ctypes.string_at(0)
    return 0.5


def waits_first(trial: Any) -> float:
    """The first attempt of the first trial tells its process, and waits; everything else is quick."""
    if trial.number == 0 and trial.attempt == 1:
        note("waiting", os.getpid())
        time.sleep(60)
    return float(trial.attempt)


def holds_the_lock(trial: Any) -> float:
    """Keeps the interpreter's lock in C for far longer than the lease."""
    note("waiting", os.getpid())
    ctypes.PyDLL(None).usleep(4_000_000)
    return 0.25


def holds_the_lock_long(trial: Any) -> float:
    note("waiting", os.getpid())
    ctypes.PyDLL(None).sleep(60)
    return 0.25


def short(trial: Any) -> float:
    note("waiting", os.getpid())
    time.sleep(3)
    return 0.125


def has_a_child(trial: Any) -> float:
    child = subprocess.Popen(["sleep", "60"])
    note("waiting", child.pid)
    child.wait()
    return 0.0


def ignores_sigterm(trial: Any) -> float:
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("waiting", os.getpid())
    time.sleep(60)
    return 0.0


def checkpoints(trial: Any) -> float:
    """The first attempt names a checkpoint and waits; the next one goes on from there."""
    if trial.resume is not None:
        return float(trial.resume.step + len(trial.resume.checkpoint))
    trial.report(0.5, step=3, checkpoint="s3://b/3")
    trial.should_stop()
    note("waiting", os.getpid())
    time.sleep(60)
    return 0.0


def prunes_itself(trial: Any) -> float:
    for step in range(3):
        trial.report(1.0 / (step + 1), step, metrics={"accuracy": 0.5, "broken": float("nan")})
        assert trial.should_stop() is False
    raise TrialPruned("not promising")


def tells_more(trial: Any) -> dict[str, Any]:
    trial.attach("log", b"early")
    assert trial.report(None, 0, {"only": 1.0}) is False
    return {
        "loss": 0.5,
        "metrics": {"accuracy": 0.9},
        "attachments": {"model": b"\x00weights"},
        "curve": (1, 2.5, None),
    }


def set_up() -> dict[str, int]:
    with (Path(os.environ["TEST_DIR"]) / "set-ups").open("a") as file:
        file.write(f"{os.getpid()}\n")
    return {"pid": os.getpid(), "used": 0}


def uses_resources(trial: Any) -> float:
    assert trial.resources["pid"] == os.getpid()
    trial.resources["used"] += 1
    return float(trial.resources["used"])


def fails_to_set_up() -> None:
    raise RuntimeError("no data here")


def asks_whether_to_stop(trial: Any) -> float:
    for step in range(1000):
        trial.report(1.0 / (step + 1), step)
        if trial.should_stop():
            raise TrialPruned
        time.sleep(0.01)
    return 0.0


def returns_when_asked_to_stop(trial: Any) -> dict[str, Any]:
    step = 0
    while not trial.should_stop():
        trial.report(0.5, step)
        step += 1
    return {"loss": 0.25, "metrics": {"steps": step}}


def sees_its_gpus(trial: Any) -> dict[str, Any]:
    time.sleep(0.3)
    return {"loss": 0.0, "gpus": os.environ["CUDA_VISIBLE_DEVICES"], "slot": os.environ["TUNEWRIGHT_SLOT"]}


def replaces_its_output(trial: Any) -> float:
    print("seen", trial.number)
    sys.stdout = sys.stderr = None  # type: ignore[assignment]
    return 0.0


def never_asks(trial: Any) -> float:
    trial.report(0.75, 0)
    time.sleep(60)
    return 0.0


def prints_much(trial: Any) -> float:
    with (Path(os.environ["TEST_DIR"]) / "pids").open("a") as file:
        file.write(f"{os.getpid()}\n")
    print("x" * 100_000)
    print("y" * 100_000, file=sys.stderr)
    return 0.5


def slow(trial: Any) -> float:
    time.sleep(1)
    return 0.5
