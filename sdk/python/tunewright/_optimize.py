"""Evaluating a study's trials in this process, or in child processes of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tunewright._study.asking import Asking
from tunewright._study.budget import RunBudget
from tunewright._study.evaluation import Evaluation, Tally, exceptions_of, function_of
from tunewright._study.leased import GONE
from tunewright.errors import Closed, Exhausted, TunewrightError
from tunewright.trial import Trial

if TYPE_CHECKING:
    from tunewright._study.records import TrialRecord
    from tunewright.progress import Progress, Show
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
        self.study = study
        self.fn = function_of(fn)
        self.n_trials = n_trials
        self.budget = RunBudget(n_trials, timeout)
        self.catch = exceptions_of(catch)
        self.callbacks = [*callbacks]
        self._tally = Tally(progress, n_trials)
        self._lock = threading.Lock()
        self._running: set[Trial] = set()

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

    def bar(self) -> Progress:
        """The progress bar, as a context manager."""
        return self._tally.bar

    def ended(self, number: int, loss: float | None, failed: bool, running: int) -> None:
        """Takes note of a trial's end, and calls the callbacks."""
        with self._lock:
            self._tally.ended(loss, failed, running)
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
        evaluation = Evaluation(trial)
        try:
            try:
                evaluation.returned(self.fn(trial))
            except Exception as raised:
                evaluation.raised(raised)
            self._tell(trial, evaluation)
        except BaseException:
            trial.abandon()
            raise
        if evaluation.has_result:
            self.ended(trial.number, evaluation.loss, evaluation.is_failed, len(self._running) - 1)
        evaluation.raise_error(self.catch)
        return not evaluation.has_result

    def _tell(self, trial: Trial, evaluation: Evaluation) -> None:
        outcome = evaluation.to_tell()
        if outcome is None:
            return
        try:
            evaluation.is_requeued = trial._tell(outcome)
        except GONE as error:
            evaluation.refused(error, self.study.client.keeper.remove)

    def _give_back_running(self) -> None:
        with self._lock:
            running = [*self._running]
        for trial in running:
            trial.stop_early()
            trial.abandon()
