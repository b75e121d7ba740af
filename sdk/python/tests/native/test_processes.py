"""`optimize` with child processes that die: the study and its budget are nobody's but the user's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tunewright import errors
from tunewright._embedded.server import EmbeddedServer
from tunewright.spaces import Float
from tunewright.study import Study

PROGRAM = """
import sys, time
from tunewright.spaces import Float
from tunewright.study import Study

study = Study.open("s", client=sys.argv[1])

def objective(trial):
    if trial.number >= 2:
        time.sleep(60)
    return trial.params["x"]

study.optimize(objective, n_trials=6, n_jobs=2)
"""


def until(what: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def loss(trial: Any) -> float:
    return float(trial.params["x"])


def new(server: EmbeddedServer, **settings: Any) -> Study:
    return Study.create("s", {"x": Float(0, 1)}, client=server.address, seed=1, **settings)


def test_a_killed_client_leaves_no_limit_behind(server: EmbeddedServer, child_env: dict[str, str]) -> None:
    study = new(server, max_trials=100)
    with subprocess.Popen([sys.executable, "-c", PROGRAM, server.address], env=child_env) as client:
        until(lambda: study.info.counts["running"] == 2 and study.info.counts["completed"] == 2)
        client.kill()
        client.wait(20)
    again = Study.open("s", client=server.address)
    assert (again.info.status, again.info.max_trials) == ("active", 100)
    again.optimize(loss, n_trials=8, n_jobs=2)
    assert again.info.counts["completed"] == 10


def test_no_trial_beyond_the_limit_begins_and_slots_are_kept_busy(server: EmbeddedServer) -> None:
    study = new(server)
    for _ in range(4):
        study.enqueue({"x": 0.5})
    most: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            most.append(study.info.counts["running"])

    def slow(trial: Any) -> float:
        time.sleep(0.3)
        return float(trial.params["x"])

    watcher = threading.Thread(target=look)
    watcher.start()
    seen: list[int] = []
    study.optimize(slow, n_trials=7, n_jobs=3, callbacks=[lambda _, record: seen.append(record.number)])
    over.set()
    watcher.join(20)
    assert max(most) == 3
    assert sorted(seen) == [record.number for record in study.trials] == list(range(7))


def test_a_killed_worker_begins_no_trial_beyond_the_limit(server: EmbeddedServer, tmp_path: Path) -> None:
    study = new(server, lease_ttl=1.0, retry_backoff=0.0)
    noted = tmp_path / "worker"

    def kills_its_worker_once(trial: Any) -> float:
        if trial.number == 2 and trial.attempt == 1:
            noted.write_text(str(os.getppid()))
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)
        return float(trial.params["x"])

    study.optimize(kills_its_worker_once, n_trials=6, n_jobs=2)
    assert noted.exists()
    assert [(record.number, record.state) for record in study.trials] == [
        (number, "completed") for number in range(6)
    ]


def test_attempts_that_are_tried_again_do_not_count(server: EmbeddedServer) -> None:
    study = new(server, max_failures=1, retry_backoff=0.0)

    def fails_at_first(trial: Any) -> float:
        if trial.attempt == 1:
            raise ValueError("not yet")
        return float(trial.params["x"])

    study.optimize(fails_at_first, n_trials=4, n_jobs=2)
    assert study.info.counts["completed"] == 4 and study.info.counts["running"] == 0


def test_what_others_end_meanwhile_does_not_count(server: EmbeddedServer) -> None:
    study = new(server)
    study.optimize(
        loss, n_trials=3, n_jobs=2, callbacks=[lambda study, record: study.add({"x": 0.1}, 0.1) and None]
    )
    origins = [record.origin for record in study.trials]
    assert (origins.count("suggested"), origins.count("added")) == (3, 3)


def test_the_end_of_the_study_ends_the_run(server: EmbeddedServer) -> None:
    study = new(server, max_trials=3)
    seen: list[int] = []
    study.optimize(loss, n_trials=50, n_jobs=2, callbacks=[lambda _, record: seen.append(record.number)])
    assert sorted(seen) == [0, 1, 2] and study.info.ending == "max_trials"
    before = time.monotonic()
    study.optimize(loss, n_trials=0, n_jobs=2)
    assert time.monotonic() - before < 5 and len(study.trials) == 3
    study.delete()
    try:
        study.optimize(loss, n_jobs=2)
    except errors.NotFound:
        return
    raise AssertionError("a deleted study was optimised")
