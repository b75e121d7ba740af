"""Studies and real workers for the tests of Python workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tunewright._transport.connection import Connection
from tunewright.v1 import space_pb2, study_pb2, trial_pb2

WAIT = 30.0
PACKAGE = Path(__file__).resolve().parents[2]


def wait_for(what: str, check: Callable[[], Any], timeout: float = WAIT) -> Any:
    """What `check` gives as soon as it is true."""
    until = time.monotonic() + timeout
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < until, f"waited {timeout} s for {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether no process of this id runs any more."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


class RunningWorker:
    """`python -m tunewright.worker` with its events."""

    def __init__(self, command: list[str], env: dict[str, str], errors: Path) -> None:
        self.errors = errors
        with errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tunewright.worker", "--json", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=env,
                cwd=errors.parent,
            )
        self.events: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def told(self, event: str, count: int = 1) -> dict[str, Any]:
        """The event of this name, the `count`th; waits for it."""

        def check() -> Any:
            found = [about for about in self.events if about["event"] == event]
            if len(found) >= count:
                return found[count - 1]
            assert self.process.poll() is None or event == "ended", self.errors.read_text()
            return None

        found: dict[str, Any] = wait_for(f"`{event}` of the worker ({self.errors.read_text()})", check)
        return found

    def ended(self, timeout: float = WAIT) -> int:
        """The exit code; waits for it."""
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        return code

    def children(self) -> list[int]:
        """The processes of its slots."""
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            found += [int(pid) for pid in (task / "children").read_text().split()]
        return found

    def close(self) -> None:
        """Ends it, however it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT)
        # Its processes end with it, and then all has been read: what is still being read must not be closed.
        self._reader.join(WAIT)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


class Studies:
    """Studies of the test's server."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def create(
        self, name: str = "s", *, trials: int = 1, objective: study_pb2.Objective | None = None, **spec: Any
    ) -> study_pb2.StudyRef:
        """A study of one parameter `x` in (-1, 1)."""
        parameter = space_pb2.SpaceParameter(label="x", uniform=space_pb2.RealRange(low=-1, high=1))
        entry = space_pb2.SpaceNodeEntry(key="x", node=space_pb2.SpaceNode(parameter=parameter))
        spec.setdefault("retry", study_pb2.RetryPolicy(max_losses=5, backoff_ms=10, backoff_max_ms=100))
        ref = study_pb2.StudyRef(name=name)
        request = study_pb2.CreateStudyRequest(
            study=ref,
            spec=study_pb2.StudySpec(
                space=space_pb2.SpaceNode(map=space_pb2.SpaceNodeMap(entries=[entry])),
                budget=study_pb2.Budget(max_trials=trials),
                **spec,
            ),
            objective=objective,
        )
        self.connection.call(self.connection.studies.CreateStudy, request)
        return ref

    def get(self, study: study_pb2.StudyRef, number: int = 0) -> trial_pb2.GetTrialResponse:
        """A trial with its output."""
        request = trial_pb2.GetTrialRequest(study=study, number=number)
        found: trial_pb2.GetTrialResponse = self.connection.call(self.connection.trials.GetTrial, request)
        return found

    def trials(self, study: study_pb2.StudyRef) -> list[trial_pb2.Trial]:
        """All trials that there are yet."""
        request = trial_pb2.ListTrialsRequest(study=study, page_size=1000)
        return list(self.connection.call(self.connection.trials.ListTrials, request).trials)

    def ended(
        self, study: study_pb2.StudyRef, count: int = 1, timeout: float = WAIT
    ) -> list[trial_pb2.Trial]:
        """All trials, once so many have ended."""

        def check() -> Any:
            trials = [trial for trial in self.trials(study) if trial.ended_at_ms]
            return trials if len(trials) >= count else None

        found: list[trial_pb2.Trial] = wait_for(f"{count} ended trials", check, timeout)
        return found


@pytest.fixture
def studies(connection: Connection) -> Studies:
    return Studies(connection)


@pytest.fixture
def start_worker(server: Any, tmp_path: Path) -> Iterator[Callable[..., RunningWorker]]:
    """Starts workers with the functions of `sample.py`; they end with the test."""
    started: list[RunningWorker] = []

    def start(*command: str, objective: str | None = None, **env: str) -> RunningWorker:
        told = ["--server", server.address, *command]
        if objective is not None:
            told += ["--objective", f"sample:{objective}"]
        path = os.pathsep.join([str(PACKAGE), str(Path(__file__).parent)])
        errors = tmp_path / f"worker-{len(started)}.log"
        worker = RunningWorker(
            told,
            {
                **os.environ,
                "PYTHONPATH": path,
                "TEST_DIR": str(tmp_path),
                "XDG_STATE_HOME": str(tmp_path),
                **env,
            },
            errors,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.close()


@pytest.fixture
def kill() -> Callable[[int], None]:
    return lambda pid: os.kill(pid, signal.SIGKILL)
