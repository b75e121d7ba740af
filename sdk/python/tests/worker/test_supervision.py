"""One trial in a real process, with the server's answers made up."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tunewright.v1.study_pb2 import StudyRef
from tunewright.v1.trial_pb2 import Assignment, LeaseRef, ReportTrialRequest
from tunewright.worker.config import Config, Graces
from tunewright.worker.courier import Courier
from tunewright.worker.mailbox import Mailbox
from tunewright.worker.process import SlotProcess, start_process
from tunewright.worker.supervision import Finished, Supervision


class Answering:
    """Stands in for the courier: from the report `stop_at` on, the server's answer is the wish to stop."""

    def __init__(self, mailbox: Mailbox, stop_at: int, *, away: bool = False) -> None:
        self.mailbox = mailbox
        self.stop_at = stop_at
        self.away = away
        self.reports: list[ReportTrialRequest] = []

    def begin(self) -> None:
        self.reports.clear()

    def drop(self) -> None:
        self.reports.clear()

    def submit(self, report: ReportTrialRequest) -> None:
        self.reports.append(report)
        count = len(self.reports)
        answered = 0 if self.away else count
        self.mailbox.answer(answered, stop=count >= self.stop_at, away=self.away)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    yield mailbox
    mailbox.shut()


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SlotProcess]:
    package = Path(__file__).resolve().parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(package), str(Path(__file__).parent)]))
    monkeypatch.setenv("TEST_DIR", str(tmp_path))
    process = start_process(0, Config("127.0.0.1:1"), "w")
    assert isinstance(process, SlotProcess)
    yield process
    process.finish()


def run(process: SlotProcess, objective: str, courier: Any, graces: Graces) -> tuple[Supervision, Finished]:
    mailbox = courier.mailbox
    assignment = Assignment(lease=LeaseRef(study=StudyRef(name="s"), trial=4, attempt=1, lease_id="l"))
    told = {
        "objective": {"function": f"sample:{objective}"},
        "params": {"x": 0.5},
        "point": {"x": 0.5},
        "number": 4,
        "attempt": 1,
        "project": "default",
        "study": "s",
        "resume": None,
    }
    watch = Supervision(process, mailbox, cast(Courier, courier), assignment, graces)
    # Nothing hangs: a trial that is not over by then is killed.
    limit = threading.Timer(30, mailbox.kill)
    limit.start()
    finished = watch.run(told)
    limit.cancel()
    return watch, finished


def test_an_objective_that_asks_is_pruned_with_its_last_loss(process: SlotProcess, mailbox: Mailbox) -> None:
    courier = Answering(mailbox, 3)
    watch, finished = run(process, "asks_whether_to_stop", courier, Graces())
    assert finished.outcome is not None
    assert (finished.outcome.status, finished.outcome.loss) == ("pruned", 1 / 3)
    assert len(courier.reports) == 3, "it stops at the report that is answered so"
    assert watch.usable()


def test_one_that_returns_when_asked_is_pruned_with_its_own_loss(
    process: SlotProcess, mailbox: Mailbox
) -> None:
    watch, finished = run(process, "returns_when_asked_to_stop", Answering(mailbox, 5), Graces())
    assert finished.outcome is not None
    assert (finished.outcome.status, finished.outcome.loss) == ("pruned", 0.25)
    assert finished.outcome.metrics == {"steps": 5.0}
    assert watch.usable()


def test_one_that_never_asks_is_ended_after_a_grace(process: SlotProcess, mailbox: Mailbox) -> None:
    watch, finished = run(process, "never_asks", Answering(mailbox, 1), Graces(stop=0.3, terminate=0.3))
    assert finished.outcome is not None
    assert (finished.outcome.status, finished.outcome.loss) == ("pruned", 0.75)
    assert not watch.usable() and process.status() is not None


def test_a_server_that_is_away_holds_nothing_up(process: SlotProcess, mailbox: Mailbox) -> None:
    courier = Answering(mailbox, 10_000, away=True)
    _, finished = run(process, "asks_whether_to_stop", courier, Graces())
    assert finished.outcome is not None
    assert (finished.outcome.status, finished.outcome.loss) == ("completed", 0.0)
    assert len(courier.reports) == 1000
