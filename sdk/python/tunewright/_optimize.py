"""Evaluating a study's trials in this process, or in child processes of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tunewright._outcome import Outcome
from tunewright._study.asking import Asking
from tunewright._study.budget import RunBudget
from tunewright.errors import Closed, Conflict, Exhausted, Invalid, LeaseLost, TrialPruned, TunewrightError
from tunewright.trial import Trial

if TYPE_CHECKING:
    from tunewright._study.records import TrialRecord
    from tunewright.progress import Show
    from tunewright.study import Study

_log = logging.getLogger("tunewright")

# How long a cut-off ask is looked after, in seconds.
_LAST_ASK = 2.0


class Run:
    """One call of `Study.optimize`."""

    def __init__(
        self,
        study: Study,
        fn: Callable[[Any], object],
        n_trials: int | None,
        timeout: float | None,
        catch: type[Exception] | tuple[type[Exception], ...],
        callbacks: Iterable[Callable[[Study, TrialRecord], object]],
        progress: Show | None,
    ) -> None:
        if not callable(fn):
            raise Invalid(f"must be a function of a trial, not `{type(fn).__name__}`", field="fn")
        self.study = study
        self.fn = fn
        self.n_trials = n_trials
        self.budget = RunBudget(n_trials, timeout)
        self.catch = catch if isinstance(catch, tuple) else (catch,)
        if not all(isinstance(kind, type) and issubclass(kind, Exception) for kind in self.catch):
            raise Invalid("must be exception classes", field="catch")
        self.callbacks = [*callbacks]
        self.progress = progress
        self._lock = threading.Lock()
        self._running: set[Trial] = set()
        self._done = self._failed = 0
        self._best: float | None = None
        self._bar: Any = None

    def serially(self) -> None:
        """One trial after another, in the calling thread."""
        with self.bar():
            self._slot()

    def in_threads(self, n_jobs: int) -> None:
        """So many at a time, each in a thread. Threads cannot be ended from outside: after an error or Ctrl-C
        `trial.should_stop()` says yes, and what they still bring does not count.
        """
        errors: list[BaseException] = []

        def work() -> None:
            try:
                self._slot()
            except BaseException as error:
                errors.append(error)
                self.budget.stop()

        threads = [
            threading.Thread(target=work, name=f"tunewright-slot-{at}", daemon=True) for at in range(n_jobs)
        ]
        with self.bar():
            try:
                for thread in threads:
                    thread.start()
                for thread in threads:
                    # Without a timeout no signal would be heard on some systems.
                    while thread.is_alive():
                        thread.join(0.2)
            except BaseException:
                self.budget.stop()
                self._give_back_running()
                raise
        if errors:
            raise errors[0]

    def in_processes(self, n_jobs: int) -> None:
        """So many at a time, each in a child process."""
        from tunewright._optimize_processes import in_processes

        in_processes(self, n_jobs)

    def bar(self) -> Any:
        """The progress bar, as a context manager."""
        from tunewright.progress import Progress

        shown = False if self.progress is None else self.progress
        self._bar = Progress.of(shown, total=self.n_trials)
        return self._bar

    def ended(self, number: int, loss: float | None, failed: bool, running: int) -> None:
        """Takes note of a trial's end, and calls the callbacks."""
        with self._lock:
            self._done += 1
            self._failed += failed
            if loss is not None and (self._best is None or loss < self._best):
                self._best = loss
            self._bar.update(self._best, self._done, self._failed, running)
        if self.callbacks:
            record = self.study.trial(number)
            for callback in self.callbacks:
                callback(self.study, record)

    def _slot(self) -> None:
        while self.budget.claim():
            trial = self._ask()
            if trial is None:
                return
            with self._lock:
                self._running.add(trial)
            try:
                again = self._evaluate(trial)
            finally:
                with self._lock:
                    self._running.discard(trial)
            if again:
                self.budget.give_back()

    def _ask(self) -> Trial | None:
        """The next trial; None if there is none, or no time for it."""
        client = self.study.client
        asking = Asking(self.study._ref, client.client_id, 1)
        while not self.budget.is_over():
            try:
                assignments = asking.assignments(client.run(asking.operation))
                if assignments:
                    return Trial(client, assignments[0], self.study.space)
                wait = asking.wait(None)
            except Exhausted as error:
                wait = asking.wait(error)
            except Closed:
                self.budget.stop()
                return None
            except KeyboardInterrupt:
                self._take_back(asking)
                raise
            self.budget.wait(min(wait, 1.0))
        return None

    def _take_back(self, asking: Asking) -> None:
        """Gives back what an ask that was cut off may have leased: sent again, it gets the same."""
        try:
            answer = self.study.client.run(asking.operation, timeout=_LAST_ASK)
        except TunewrightError as error:
            _log.debug("an ask that was cut off brought nothing: %s", error)
            return
        for assignment in answer.assignments:
            Trial(self.study.client, assignment, self.study.space).abandon()

    def _evaluate(self, trial: Trial) -> bool:
        """Whether the trial is not done yet."""
        error: Exception | None = None
        try:
            try:
                outcome = Outcome.from_return(self.fn(trial)) if trial.ended is None else None
            except Exception as raised:
                outcome, error = Outcome.from_exception(raised), raised
            again = self._tell(trial, outcome)
        except BaseException:
            trial.abandon()
            raise
        if trial.ended in ("completed", "pruned", "failed") and not again:
            loss = outcome.loss if outcome is not None and trial.ended == "completed" else None
            self.ended(trial.number, loss, trial.ended == "failed", len(self._running) - 1)
        if error is not None and not again and not isinstance(error, (TrialPruned, *self.catch)):
            raise error
        return again or trial.ended in (None, "released", "lost")

    def _tell(self, trial: Trial, outcome: Outcome | None) -> bool:
        """Whether the trial will be tried again."""
        if outcome is None or trial.ended is not None:
            return False
        try:
            return trial._tell(outcome)
        except (LeaseLost, Closed, Conflict) as error:
            _log.info("the result of trial %d does not count: %s", trial.number, error)
            trial._note_end("lost", self.study.client.keeper.remove)
            return False

    def _give_back_running(self) -> None:
        with self._lock:
            running = [*self._running]
        for trial in running:
            trial.stop_early()
            trial.abandon()
