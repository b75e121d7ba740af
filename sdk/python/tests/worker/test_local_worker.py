"""The worker that a program starts for itself."""

from __future__ import annotations

import fcntl
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.worker.conftest import PACKAGE, Studies, is_gone, wait_for
from tunewright._embedded.worker import LocalWorker
from tunewright.errors import Invalid, Unavailable
from tunewright.v1 import trial_pb2 as pb
from tunewright.v1.study_pb2 import Objective


@pytest.fixture
def local(server: Any, tmp_path: Path) -> Iterator[Callable[..., LocalWorker]]:
    """Starts local workers with the functions of `sample.py`; they end with the test."""
    started: list[LocalWorker] = []
    path = os.pathsep.join([str(PACKAGE), str(Path(__file__).parent)])

    def start(**settings: Any) -> LocalWorker:
        env = {"PYTHONPATH": path, "TEST_DIR": str(tmp_path)}
        worker = LocalWorker(server.address, env=env, **settings)
        started.append(worker)
        return worker.start()

    yield start
    for worker in started:
        worker.stop(0)


def function(name: str) -> Objective:
    return Objective(function=f"sample:{name}")


def test_it_runs_the_trials_of_its_study(studies: Studies, local: Callable[..., LocalWorker]) -> None:
    study = studies.create(trials=6, objective=function("square"))
    events: list[dict[str, Any]] = []
    worker = local(slots=2, study="s", on_event=events.append)
    assert [trial.state for trial in studies.ended(study, 6)] == [pb.TRIAL_STATE_COMPLETED] * 6
    worker.stop()
    worker.stop()
    assert worker.pid is None and worker.failure() is None
    assert events[-1]["event"] == "ended" and events[-1]["completed"] == 6


def test_it_is_started_again(studies: Studies, local: Callable[..., LocalWorker], tmp_path: Path) -> None:
    study = studies.create(objective=function("waits_first"), lease_ttl_ms=1_000)
    worker = local(study="s")
    wait_for("the objective to begin", (tmp_path / "waiting").exists)
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    trial = studies.ended(study)[0]
    assert (trial.state, trial.attempt) == (pb.TRIAL_STATE_COMPLETED, 2)
    assert worker.pid not in (None, first)


def test_what_can_never_work_is_not_tried_again(local: Callable[..., LocalWorker]) -> None:
    worker = local(setup="sample:fails_to_set_up")
    failure = wait_for("the worker to give up", worker.failure)
    assert isinstance(failure, Unavailable)
    assert "no data here" in str(failure)
    assert worker.pid is None


def test_one_that_keeps_dying_is_given_up(local: Callable[..., LocalWorker]) -> None:
    worker = local()
    killed: set[int] = set()

    def dies() -> Any:
        pid = worker.pid
        if pid is not None and pid not in killed:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        return worker.failure()

    failure = wait_for("the worker to be given up", dies)
    assert "died 5 times within 60 s" in str(failure)


def test_stop_gives_running_trials_back(
    studies: Studies, local: Callable[..., LocalWorker], tmp_path: Path
) -> None:
    study = studies.create(objective=function("waits_first"))
    worker = local(study="s")
    wait_for("the objective to begin", (tmp_path / "waiting").exists)
    pid = int((tmp_path / "waiting").read_text())
    worker.stop(0.1)
    assert is_gone(pid)
    assert studies.get(study).trial.attempts[0].reason == pb.END_REASON_PREEMPTED


@pytest.mark.parametrize("forks", [False, True])
def test_it_ends_with_the_process_that_started_it(
    server: Any, studies: Studies, tmp_path: Path, child_env: dict[str, str], forks: bool
) -> None:
    """Even if a fork of that process lives on."""
    studies.create(objective=function("waits_first"))
    program = (
        "import os, sys, time\nfrom tunewright._embedded.worker import LocalWorker\n"
        f"worker = LocalWorker({server.address!r}, study='s', drain_grace=0).start()\n"
        f"fork = os.fork() if {forks} else 1\n"
        "if fork:\n    print(worker.pid, fork, flush=True)\n"
        "time.sleep(20 if fork == 0 else 60)\n"
    )
    path = os.pathsep.join([child_env["PYTHONPATH"], str(Path(__file__).parent)])
    env = {**child_env, "PYTHONPATH": path, "TEST_DIR": str(tmp_path)}
    client = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=env)
    try:
        assert client.stdout is not None
        worker, fork = (int(pid) for pid in client.stdout.readline().split())
        wait_for("the objective to begin", (tmp_path / "waiting").exists)
        slot = int((tmp_path / "waiting").read_text())
    finally:
        client.kill()
        client.wait(30)
        assert client.stdout is not None
        client.stdout.close()
    for pid in (worker, slot):
        wait_for("the worker to end", functools.partial(is_gone, pid), 10)
    if forks:
        assert not is_gone(fork)
        os.kill(fork, signal.SIGKILL)


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_client_that_reads_nothing_holds_nothing_up(
    server: Any, studies: Studies, tmp_path: Path, child_env: dict[str, str], is_killed: bool
) -> None:
    """Stopped as by Ctrl-Z, it leaves the worker's pipes full, and the trials go on; killed then, it takes
    the worker along.
    """
    count = 400
    study = studies.create(trials=count, objective=function("prints_much"))
    program = (
        "import os, signal, sys\nfrom tunewright._embedded.worker import LocalWorker\n"
        f"worker = LocalWorker({server.address!r}, study='s', slots=2, drain_grace=0).start()\n"
        "print(worker.pid, flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)\nworker.stop(0)\n"
    )
    path = os.pathsep.join([child_env["PYTHONPATH"], str(Path(__file__).parent)])
    env = {**child_env, "PYTHONPATH": path, "TEST_DIR": str(tmp_path)}
    client = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=env)
    try:
        assert client.stdout is not None
        worker = int(client.stdout.readline())
        # 4 KiB, so that some trials fill it.
        with open(f"/proc/{worker}/fd/1", "wb") as output:
            fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, 4096)
        ended = studies.ended(study, count, timeout=60)
        assert {trial.state for trial in ended} == {pb.TRIAL_STATE_COMPLETED}
        client.send_signal(signal.SIGKILL if is_killed else signal.SIGCONT)
        client.wait(30)
    finally:
        client.kill()
        client.wait(30)
        assert client.stdout is not None
        client.stdout.close()
    slots = {int(pid) for pid in (tmp_path / "pids").read_text().split()}
    assert len(slots) == 2
    for pid in (worker, *slots):
        wait_for("the worker to end", functools.partial(is_gone, pid), 15)


def test_bad_settings_are_refused(server: Any) -> None:
    with pytest.raises(Invalid, match="slots: must be at least 1"):
        LocalWorker(server.address, slots=0)
    with pytest.raises(Invalid, match="must name a port"):
        LocalWorker("nowhere")
