"""Evaluating a study's trials in tasks of this event loop."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tunewright._study.asking import Asking
from tunewright._study.budget import RunBudget
from tunewright._study.evaluation import Evaluation, Tally, exceptions_of, function_of
from tunewright._study.leased import GONE
from tunewright.aio.trial import Trial
from tunewright.errors import Closed, Exhausted, TunewrightError

if TYPE_CHECKING:
    from tunewright._study.records import TrialRecord
    from tunewright.aio.study import Study
    from tunewright.progress import Show

_log = logging.getLogger("tunewright")

# How long a cut-off ask is looked after, in seconds.
_LAST_ASK = 2.0


class Run:
    """One call of `Study.optimize`."""

    def __init__(
        self,
        study: Study,
        fn: Callable[[Any], Any],
        n_trials: int | None,
        timeout: float | None,
        catch: type[Exception] | tuple[type[Exception], ...],
        callbacks: Iterable[Callable[[Study, TrialRecord], Any]],
        progress: Show | None,
    ) -> None:
        self._study = study
        self._fn = function_of(fn)
        self._budget = RunBudget(n_trials, timeout)
        self._catch = exceptions_of(catch)
        self._callbacks = [*callbacks]
        self._tally = Tally(progress, n_trials)
        self._running = 0
        self._returns: list[asyncio.Task[None]] = []

    async def all(self, n_jobs: int) -> None:
        """So many trials at a time until the run is over."""
        with self._tally.bar:
            slots = [asyncio.ensure_future(self._slot()) for _ in range(n_jobs)]
            try:
                await asyncio.gather(*slots)
            finally:
                # `gather` ends with the first slot that does: the others may still have a trial to give back.
                self._budget.stop()
                for slot in slots:
                    slot.cancel()
                await asyncio.gather(*slots, return_exceptions=True)
                await asyncio.gather(*self._returns, return_exceptions=True)

    async def _slot(self) -> None:
        while self._budget.claim():
            trial = await self._ask()
            if trial is None:
                return
            if await self._evaluate(trial):
                self._budget.give_back()

    async def _ask(self) -> Trial | None:
        client = self._study.client
        asking = Asking(self._study._ref, client.client_id, 1)
        while not self._budget.is_over():
            try:
                assignments = asking.assignments(await client.run(asking.operation))
                if assignments:
                    return Trial(client, assignments[0], self._study.space)
                wait = asking.wait(None)
            except Exhausted as error:
                wait = asking.wait(error)
            except Closed:
                self._budget.stop()
                return None
            except asyncio.CancelledError:
                self._returns.append(asyncio.ensure_future(self._take_back(asking)))
                raise
            await asyncio.sleep(min(wait, 0.2))
        return None

    async def _take_back(self, asking: Asking) -> None:
        """Gives back what an ask that was cut off may have leased: sent again, it gets the same."""
        try:
            answer = await self._study.client.run(asking.operation, timeout=_LAST_ASK)
        except TunewrightError as error:
            _log.debug("an ask that was cut off brought nothing: %s", error)
            return
        for assignment in answer.assignments:
            await Trial(self._study.client, assignment, self._study.space).abandon()

    async def _evaluate(self, trial: Trial) -> bool:
        """Whether the trial is not done yet."""
        evaluation = Evaluation(trial)
        self._running += 1
        try:
            try:
                evaluation.returned(await self._call(trial))
            except Exception as raised:
                evaluation.raised(raised)
            await self._tell(trial, evaluation)
        except BaseException:
            # This task may be cancelled again while it waits: another one gives the trial back.
            self._returns.append(asyncio.ensure_future(trial.abandon()))
            raise
        finally:
            self._running -= 1
        if evaluation.has_result:
            self._tally.ended(evaluation.loss, evaluation.is_failed, self._running)
            await self._call_back(trial.number)
        evaluation.raise_error(self._catch)
        return not evaluation.has_result

    async def _call_back(self, number: int) -> None:
        if not self._callbacks:
            return
        record = await self._study.trial(number)
        for callback in self._callbacks:
            told = callback(self._study, record)
            if inspect.isawaitable(told):
                await told

    async def _call(self, trial: Trial) -> object:
        if inspect.iscoroutinefunction(self._fn):
            return await self._fn(trial)
        value = await asyncio.to_thread(self._fn, trial)
        return await value if inspect.isawaitable(value) else value

    async def _tell(self, trial: Trial, evaluation: Evaluation) -> None:
        outcome = evaluation.to_tell()
        if outcome is None:
            return
        try:
            evaluation.is_requeued = await trial._tell(outcome)
        except GONE as error:
            evaluation.refused(error, self._study.client.keeper.remove)
