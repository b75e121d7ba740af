"""Servers and clients that die in the middle: nothing finished is lost, and it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

from tunewright import errors
from tunewright._embedded.server import EmbeddedServer
from tunewright.spaces import Float
from tunewright.study import Study

PROGRAM = """
import sys, time
from tunewright.spaces import Float
from tunewright.study import Study

where = {"client": sys.argv[2]} if sys.argv[1] == "client" else {"data_dir": sys.argv[2]}
study = Study.create("s", {"x": Float(-5, 5)}, seed=1, **where)

def objective(trial):
    print(trial.number, flush=True)
    if trial.number == 3:
        time.sleep(60)
    return trial.params["x"] ** 2

try:
    study.optimize(objective, n_trials=50)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(3)
"""


def quadratic(trial: Any) -> float:
    return float(trial.params["x"] ** 2)


def start(kind: str, where: str, env: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, kind, where]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True)


def wait_for(stdout: IO[str] | None, text: str) -> None:
    assert stdout is not None
    for line in stdout:
        if line.strip() == text:
            return
    pytest.fail(f"it ended before it said {text}")


def test_a_killed_server_in_the_middle_of_a_run(data_dir: Path) -> None:
    study = Study.create("s", {"x": Float(-5, 5)}, seed=1, data_dir=data_dir)
    server = EmbeddedServer.at(data_dir)
    killed = []

    def objective(trial: Any) -> float:
        if trial.number in (5, 12):
            pid = server.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        return quadratic(trial)

    study.optimize(objective, n_trials=20)
    assert len(set(killed)) == 2
    records = study.trials
    assert [(record.number, record.state, record.attempt) for record in records] == [
        (number, "completed", 1) for number in range(20)
    ]
    server.stop()


def test_ctrl_c_gives_the_trial_back_and_the_study_goes_on(
    server: EmbeddedServer, child_env: dict[str, str]
) -> None:
    with start("client", server.address, child_env) as child:
        wait_for(child.stdout, "3")
        child.send_signal(signal.SIGINT)
        wait_for(child.stdout, "interrupted")
        assert child.wait(20) == 3
    study = Study.open("s", client=server.address)
    counts = study.info.counts
    assert (counts["completed"], counts["running"], counts["queued"]) == (3, 0, 1)
    study.optimize(quadratic, n_trials=4)
    assert [record.attempt for record in study.trials[:4]] == [1, 1, 1, 2]
    assert study.info.counts["completed"] == 7


def test_the_trials_of_a_killed_client_are_freed_by_the_next(
    server: EmbeddedServer, child_env: dict[str, str]
) -> None:
    with start("client", server.address, child_env) as child:
        wait_for(child.stdout, "3")
        child.kill()
        child.wait(20)
    began = time.monotonic()
    study = Study.open("s", client=server.address)
    study.optimize(quadratic, n_trials=1)
    # Its lease would have lasted 30 seconds.
    assert time.monotonic() - began < 15
    assert [(record.number, record.state) for record in study.trials] == [
        (at, "completed") for at in range(4)
    ]


def test_a_killed_client_takes_its_embedded_server_along(data_dir: Path, child_env: dict[str, str]) -> None:
    with start("data_dir", str(data_dir), child_env) as child:
        wait_for(child.stdout, "3")
        with pytest.raises(errors.Conflict, match="in use by another process") as caught:
            Study.open("s", data_dir=data_dir)
        assert "http://127.0.0.1:" in (caught.value.hint or "")
        child.kill()
        child.wait(20)
    deadline = time.monotonic() + 20
    while True:
        try:
            study = Study.open("s", data_dir=data_dir)
            break
        except errors.Conflict:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    study.optimize(quadratic, n_trials=2)
    assert [record.state for record in study.trials] == ["completed"] * 5
    EmbeddedServer.at(data_dir).stop()


def test_a_stopped_server_is_unavailable_at_the_deadline(server: EmbeddedServer) -> None:
    from tunewright.client import Client

    client = Client(server.address, timeout=0.5)
    study = Study.create("s", {"x": Float(0, 1)}, client=client)
    server.stop()
    began = time.monotonic()
    with pytest.raises(errors.Unavailable):
        study.ask()
    assert time.monotonic() - began < 5
