"""Studies and trials as they were when they were looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tunewright._outcome import is_feasible
from tunewright._wire.points import from_point
from tunewright._wire.times import to_datetime
from tunewright._wire.values import from_value
from tunewright.spaces.space import Space
from tunewright.v1 import study_pb2, trial_pb2

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class ResumeHint:
    """Where an attempt can go on: what an earlier one reported last as its checkpoint."""

    step: int
    checkpoint: str


@dataclass(frozen=True)
class AttemptRecord:
    """One try at a trial. `reason` is None if it ended with a result or has not ended."""

    number: int
    lessee: str
    started_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    message: str


@dataclass(frozen=True)
class Credit:
    """Which algorithm of several proposed a point, for example `gp`, and why it was its turn."""

    member: str
    why: str


@dataclass(frozen=True)
class TrialRecord:
    """A trial. `state` is one of `queued`, `running`, `completed`, `failed`, `pruned` and `cancelled`."""

    number: int
    state: str
    #: The configuration with real values; None while the point is not full.
    params: object
    #: The value of each active parameter by label; of a choice, the option's name.
    point: dict[str, int | float | str]
    loss: float | None
    metrics: dict[str, float]
    #: What else the newest attempt told.
    result: dict[str, object]
    #: `suggested`, `enqueued`, `retry` or `added`.
    origin: str
    #: The number of the newest attempt, from 1; 0 while there is none.
    attempt: int
    attempts: tuple[AttemptRecord, ...]
    #: Why there is no result, for example `objective_error` or `timeout`.
    reason: str | None
    message: str
    #: Who runs it; None unless it is running.
    lessee: str | None
    retry_of: int | None
    #: Whether the result came after its lease had run out.
    late: bool
    resume: ResumeHint | None
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    #: Who proposed the point; None unless the study's algorithm is made of several.
    credit: Credit | None = None

    @property
    def is_feasible(self) -> bool:
        """Whether its result tells of no constraint that the point violates: of none above 0."""
        return is_feasible(self.result)

    @property
    def duration(self) -> float | None:
        """How many seconds the newest attempt took; None until it has ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def has_ended(self) -> bool:
        """Whether it stays as it is."""
        return self.state not in ("queued", "running")


@dataclass(frozen=True)
class StudyInfo:
    """A study. `status` is one of `active`, `paused`, `completed`, `stopped` and `failed`."""

    name: str
    project: str
    status: str
    #: Why it ends or ended, for example `max_trials`; None while it goes on.
    ending: str | None
    #: How many trials there are of each state.
    counts: dict[str, int]
    best_trial: int | None
    best_loss: float | None
    algorithm: str
    seed: int
    max_trials: int | None
    pool: str
    note: str
    tags: dict[str, str]
    #: What an acknowledged change survives: `memory`, `buffered`, `fsynced` or `replicated`.
    durability: str
    version: int
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def has_ended(self) -> bool:
        """Whether it leases no trials any more and none is running."""
        return self.status in ("completed", "stopped", "failed")


def trial_record(trial: trial_pb2.Trial, space: Space) -> TrialRecord:
    """The record of a trial."""
    point = from_point(trial.point)
    attempts = tuple(_attempt(attempt) for attempt in trial.attempts)
    result = from_value(trial.result) if trial.HasField("result") else {}
    started = to_datetime(trial.leased_at_ms)
    if started is None and attempts:
        started = attempts[-1].started_at
    return TrialRecord(
        number=trial.number,
        state=_name(trial_pb2.TrialState.Name(trial.state), "TRIAL_STATE_"),
        params=space.params(point),
        point=point,
        loss=trial.loss if trial.HasField("loss") else None,
        metrics=dict(trial.metrics),
        result=result if isinstance(result, dict) else {},
        origin=trial.origin,
        attempt=trial.attempt,
        attempts=attempts,
        reason=reason_name(trial.reason),
        message=trial.message,
        lessee=trial.lessee or None,
        retry_of=trial.retry_of if trial.HasField("retry_of") else None,
        late=trial.late,
        resume=resume_hint(trial.resume) if trial.HasField("resume") else None,
        created_at=to_datetime(trial.created_at_ms),
        started_at=started,
        ended_at=to_datetime(trial.ended_at_ms),
        credit=Credit(trial.credit.member, trial.credit.why) if trial.HasField("credit") else None,
    )


def study_info(study: study_pb2.Study) -> StudyInfo:
    """The record of a study."""
    spec, counts = study.spec, study.counts
    return StudyInfo(
        name=study.name,
        project=study.project,
        status=_name(study_pb2.StudyStatus.Name(study.status), "STUDY_STATUS_"),
        ending=study.closing or None,
        counts={field.name: getattr(counts, field.name) for field in counts.DESCRIPTOR.fields},
        best_trial=study.best_trial if study.HasField("best_trial") else None,
        best_loss=study.best_loss if study.HasField("best_loss") else None,
        algorithm=spec.algorithm.name or "auto",
        seed=spec.seed,
        max_trials=spec.budget.max_trials if spec.budget.HasField("max_trials") else None,
        pool=spec.pool or "default",
        note=spec.note,
        tags=dict(spec.tags),
        durability=study.durability,
        version=study.version,
        created_at=to_datetime(study.created_at_ms),
        started_at=to_datetime(study.started_at_ms),
        ended_at=to_datetime(study.ended_at_ms),
    )


def resume_hint(hint: trial_pb2.ResumeHint) -> ResumeHint:
    """The record of a hint."""
    return ResumeHint(hint.step, hint.checkpoint_uri)


def reason_name(reason: trial_pb2.EndReason) -> str | None:
    """The name of a reason, for example `objective_error`; None for none."""
    return _name(trial_pb2.EndReason.Name(reason), "END_REASON_") if reason else None


def frame_of(records: Iterable[TrialRecord]) -> pandas.DataFrame:
    """A row for each trial, by number; a column for each parameter (`params.LABEL`) and metric
    (`metrics.NAME`).
    """
    try:
        import pandas
    except ImportError:
        raise ImportError("pandas is not installed (hint: `pip install 'tunewright[pandas]'`)") from None
    plain = (
        "state",
        "loss",
        "origin",
        "attempt",
        "reason",
        "message",
        "created_at",
        "started_at",
        "ended_at",
    )
    rows = []
    for record in records:
        row: dict[str, object] = {"number": record.number}
        row.update({name: getattr(record, name) for name in plain})
        row["member"] = None if record.credit is None else record.credit.member
        row["duration"] = record.duration
        row.update(_prefixed("params", record.point))
        row.update(_prefixed("metrics", record.metrics))
        rows.append(row)
    columns = ["number", *plain, "member", "duration"]
    for prefix in ("params.", "metrics."):
        columns += sorted({name for row in rows for name in row if name.startswith(prefix)})
    return pandas.DataFrame(rows, columns=columns).set_index("number")


def _prefixed(prefix: str, values: Mapping[str, object]) -> dict[str, object]:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _attempt(attempt: trial_pb2.Attempt) -> AttemptRecord:
    return AttemptRecord(
        attempt.number,
        attempt.lessee,
        to_datetime(attempt.leased_at_ms),
        to_datetime(attempt.ended_at_ms),
        reason_name(attempt.reason),
        attempt.message,
    )


def _name(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()
