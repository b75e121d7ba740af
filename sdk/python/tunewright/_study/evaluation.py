"""What becomes of an attempt that `optimize` evaluates, and of a run that its objective fails; the same for
threads and asyncio.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from tunewright._outcome import Outcome, is_feasible
from tunewright._study.leased import LeasedTrial
from tunewright.errors import Invalid, TrialPruned, TunewrightError
from tunewright.progress import Progress, Show

_log = logging.getLogger("tunewright")

_RESULTS = ("completed", "pruned", "failed")


class Evaluation:
    """One attempt: what the objective brought, and what came of telling it."""

    def __init__(self, trial: LeasedTrial) -> None:
        self._trial = trial
        self._outcome: Outcome | None = None
        self._error: Exception | None = None
        #: Whether the server said that the trial will be tried again.
        self.is_requeued = False

    def returned(self, value: object) -> None:
        """The objective returned. What it ended by itself is not told again. Raises TypeError for what is no
        result.
        """
        if self._trial.ended is None:
            self._outcome = Outcome.from_return(value)

    def raised(self, error: Exception) -> None:
        """The objective raised."""
        self._outcome, self._error = Outcome.from_exception(error), error

    def to_tell(self) -> Outcome | None:
        """What the server is to be told; None if nothing."""
        return self._outcome if self._trial.ended is None else None

    def refused(self, error: TunewrightError, stop_watching: Callable[[Any], None]) -> None:
        """The server said one of `GONE`: somebody else has the trial, or nobody any more."""
        _log.info("the result of trial %d does not count: %s", self._trial.number, error)
        self._trial._note_end("lost", stop_watching)

    @property
    def has_result(self) -> bool:
        """Whether the trial has ended by this attempt, and counts."""
        return self._trial.ended in _RESULTS and not self.is_requeued

    @property
    def loss(self) -> float | None:
        """The loss that may be the best one; None without one, or where it violates a constraint."""
        if self._outcome is None or self._trial.ended != "completed" or not is_feasible(self._outcome.result):
            return None
        return self._outcome.loss

    @property
    def is_failed(self) -> bool:
        """Whether it has ended without a result."""
        return self._trial.ended == "failed"

    def raise_error(self, catch: tuple[type[Exception], ...]) -> None:
        """Raises what the objective raised, unless that is expected, or the trial is tried again."""
        error = self._error
        if error is not None and not self.is_requeued and not isinstance(error, (TrialPruned, *catch)):
            raise error


class Tally:
    """What a run has done so far, and its bar."""

    def __init__(self, progress: Show | None, n_trials: int | None) -> None:
        #: Enter it for as long as the run lasts.
        self.bar = Progress.of(False if progress is None else progress, total=n_trials)
        self._done = self._failed = 0
        self._best: float | None = None

    def ended(self, loss: float | None, is_failed: bool, running: int) -> None:
        """One more trial has ended, while so many run."""
        self._done += 1
        self._failed += is_failed
        if loss is not None and (self._best is None or loss < self._best):
            self._best = loss
        self.bar.update(self._best, self._done, self._failed, running)


def function_of(fn: object) -> Any:
    """An objective."""
    if not callable(fn):
        raise Invalid(f"must be a function of a trial, not `{type(fn).__name__}`", field="fn")
    return fn


def exceptions_of(catch: object) -> tuple[type[Exception], ...]:
    """The exceptions that a run goes on after."""
    kinds = catch if isinstance(catch, tuple) else (catch,)
    if not all(isinstance(kind, type) and issubclass(kind, Exception) for kind in kinds):
        raise Invalid("must be exception classes", field="catch")
    return kinds
