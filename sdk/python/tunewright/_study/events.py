"""What happens to a study, as `watch` tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tunewright._study.records import StudyInfo, study_info
from tunewright._wire.times import to_datetime
from tunewright.v1 import study_pb2


@dataclass(frozen=True)
class StudyChanged:
    """The study as it is: first, after each change of the study itself, and after each gap."""

    study: StudyInfo


@dataclass(frozen=True)
class TrialChanged:
    """A trial took a step: `transition` is for example `leased`, `completed` or `requeued`."""

    number: int
    state: str
    transition: str
    #: Why, if it was requeued or has failed.
    reason: str | None
    attempt: int
    loss: float | None
    at: datetime | None


@dataclass(frozen=True)
class TrialReported:
    """A trial reported an intermediate value."""

    number: int
    step: int
    loss: float | None
    at: datetime | None


@dataclass(frozen=True)
class Gap:
    """Events were missed: `missed` of them, or None if the connection was lost and nobody knows how many."""

    missed: int | None


Event = StudyChanged | TrialChanged | TrialReported | Gap


def event_of(response: study_pb2.WatchStudyResponse) -> Event | None:
    """The event of a message; None of a kind that this version does not know."""
    kind = response.WhichOneof("event")
    if kind == "study":
        return StudyChanged(study_info(response.study))
    if kind == "trial":
        trial = response.trial
        return TrialChanged(
            trial.number,
            trial.state,
            trial.transition,
            trial.reason or None,
            trial.attempt,
            trial.loss if trial.HasField("loss") else None,
            to_datetime(trial.at_ms),
        )
    if kind == "report":
        report = response.report
        loss = report.loss if report.HasField("loss") else None
        return TrialReported(report.number, report.step, loss, to_datetime(report.at_ms))
    return Gap(response.gap) if kind == "gap" else None
