"""Workers that are killed between a result and its acknowledgement."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixed_server import FixedServer
from tests.worker.conftest import RunningWorker, Studies, wait_for
from tunewright._embedded.binary import find_binary
from tunewright._transport.connection import Connection


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FixedServer]:
    """In place of the other tests' server: one that comes back at the same address."""
    server = FixedServer(tmp_path / "store").start()
    yield server
    server.kill()


@pytest.fixture
def connection(server: FixedServer) -> Iterator[Connection]:
    with Connection(server.address) as connection:
        yield connection


def reports(spool: Path) -> list[Path]:
    return list(spool.glob("*.report"))


def ended_once(studies: Studies, study: Any) -> None:
    trials = studies.ended(study)
    assert [(trial.attempt, len(trial.attempts)) for trial in trials] == [(1, 1)]


def test_a_killed_workers_result_is_sent_by_its_successor(
    server: FixedServer, studies: Studies, start_worker: Callable[..., RunningWorker], tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    study = studies.create(lease_ttl_ms=10_000)
    doomed = start_worker("--spool", str(spool), objective="slow")
    doomed.told("trial_began")
    server.kill()
    wait_for("a spooled result", lambda: reports(spool))
    doomed.process.kill()
    doomed.process.wait(20)
    assert len(reports(spool)) == 1
    server.start()
    start_worker("--spool", str(spool), objective="slow").told("attached")
    assert reports(spool) == [], "before anything new"
    ended_once(studies, study)


def test_a_python_worker_sends_what_a_command_worker_left(
    server: FixedServer, studies: Studies, start_worker: Callable[..., RunningWorker], tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    study = studies.create(lease_ttl_ms=10_000)
    command = [str(find_binary()), "--server", server.address, "worker", "--spool", str(spool)]
    begun = tmp_path / "begun"
    doomed = subprocess.Popen(
        [*command, "--", "sh", "-c", f"touch {begun}; sleep 1; echo 0.5"],
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
    )
    try:
        # That the server has leased the trial does not yet mean that the worker has heard of it.
        wait_for("a trial that runs", begun.exists)
        server.kill()
        wait_for("a spooled result", lambda: reports(spool))
    finally:
        doomed.kill()
        doomed.wait(20)
    server.start()
    start_worker("--spool", str(spool), objective="slow").told("attached")
    assert reports(spool) == []
    ended_once(studies, study)


def test_a_server_that_is_away_takes_them_later(
    server: FixedServer, studies: Studies, start_worker: Callable[..., RunningWorker], tmp_path: Path
) -> None:
    study = studies.create(trials=4, lease_ttl_ms=10_000)
    worker = start_worker("--slots", "2", objective="slow")
    worker.told("trial_began", 2)
    server.kill()
    spool = tmp_path / "tunewright" / "spool"
    wait_for("two spooled results", lambda: len(reports(spool)) == 2)
    time.sleep(1)
    server.start()
    assert len(studies.ended(study, 4)) == 4
    wait_for("an empty spool", lambda: not reports(spool))


def test_a_directory_that_cannot_be_used_is_told(
    server: FixedServer, start_worker: Callable[..., RunningWorker], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    asked_for = start_worker("--spool", str(tmp_path / "file"))
    assert asked_for.ended() == 2 and "spool" in asked_for.errors.read_text()
    start_worker(XDG_STATE_HOME=str(tmp_path / "file")).told("attached")
