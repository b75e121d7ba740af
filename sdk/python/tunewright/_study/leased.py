"""What a leased trial is, however it is told of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tunewright._outcome import Outcome
from tunewright._study import operations
from tunewright._study.operations import Operation
from tunewright._study.records import ResumeHint, resume_hint
from tunewright._transport.heartbeats import LeaseWatch
from tunewright._wire.points import from_point
from tunewright.errors import Closed, Conflict, Invalid, LeaseLost, TunewrightError
from tunewright.spaces.space import Space
from tunewright.v1 import trial_pb2 as pb

#: What is answered when an attempt counts no more.
GONE = (LeaseLost, Closed, Conflict)


class LeasedTrial:
    """A trial that this process evaluates. Its lease is renewed in the background until it has ended."""

    def __init__(self, assignment: pb.Assignment, space: Space, watch: LeaseWatch) -> None:
        self._assignment = assignment
        self._space = space
        self._watch = watch
        self._stop_asked = False
        self._ended: str | None = None
        #: The value of each active parameter by label; of a choice, the option's name.
        self.point: dict[str, int | float | str] = from_point(assignment.point)
        #: The configuration, with the very options of choices.
        self.params: Any = space.params(self.point)

    @property
    def number(self) -> int:
        """The number within the study, from 0."""
        return self._assignment.lease.trial

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self._assignment.lease.attempt

    @property
    def resume(self) -> ResumeHint | None:
        """Where to go on: the last checkpoint of an earlier attempt."""
        return resume_hint(self._assignment.resume) if self._assignment.HasField("resume") else None

    @property
    def timeout(self) -> float | None:
        """How many seconds the attempt may take."""
        ms = self._assignment.trial_timeout_ms
        return ms / 1000 if self._assignment.HasField("trial_timeout_ms") else None

    @property
    def lease(self) -> pb.LeaseRef:
        """The fencing token of the attempt."""
        return self._assignment.lease

    @property
    def is_lost(self) -> bool:
        """Whether the attempt counts no more; `lost_reason` says why."""
        return self._watch.lost.is_set()

    @property
    def lost_reason(self) -> str:
        """Why the attempt counts no more; empty while it does."""
        return self._watch.reason

    @property
    def ended(self) -> str | None:
        """How this process ended it: `completed`, `pruned`, `failed` or `released`; None while it has not."""
        return self._ended

    def should_stop(self) -> bool:
        """Whether the objective should end early, by raising `TrialPruned`: the answer to the last report
        said so, or the attempt counts no more.
        """
        return self._stop_asked or self.is_lost

    def stop_early(self) -> None:
        """Has `should_stop` say yes from now on."""
        self._stop_asked = True

    def __repr__(self) -> str:
        return f"<Trial {self.number}, attempt {self.attempt}: {self.point}>"

    def _outcome_of(self, result: object) -> Outcome:
        try:
            return result if isinstance(result, Outcome) else Outcome.from_return(result)
        except TypeError as error:
            raise Invalid(str(error), field="result") from None

    def _failure(self, message: str, reason: str) -> Outcome:
        names = {name.removeprefix("END_REASON_").lower() for name, _ in pb.EndReason.items()} - {
            "unspecified"
        }
        if reason not in names:
            raise Invalid(
                f"`{reason}` is no reason", field="reason", hint=f"there are {', '.join(sorted(names))}"
            )
        if not isinstance(message, str):
            raise Invalid(f"must be text, not `{type(message).__name__}`", field="message")
        return Outcome.failed(reason, message)

    def _tell_of(self, outcome: Outcome) -> Operation[Any]:
        return operations.tell(outcome.requests(self.lease))

    def _release_of(self) -> Operation[None]:
        hint = self._assignment.resume if self._assignment.HasField("resume") else None
        return operations.release(self.lease, hint)

    def _note_end(self, how: str, stop_watching: Callable[[pb.LeaseRef], None]) -> None:
        # A second end was a duplicate: the first one is what happened.
        self._ended = self._ended or how
        stop_watching(self.lease)

    def _note_refusal(self, error: TunewrightError) -> None:
        if error.code in ("lease_lost", "closed"):
            self._watch.lose(error.code, error.message)
