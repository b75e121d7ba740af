"""Evaluating a study's trials in tasks of this event loop."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tunewright._outcome import Outcome
from tunewright._study.asking import Asking
from tunewright._study.budget import RunBudget
from tunewright.aio.trial import Trial
from tunewright.errors import Closed, Conflict, Exhausted, Invalid, LeaseLost, TrialPruned, TunewrightError

if TYPE_CHECKING:
    from tunewright._study.records import TrialRecord
    from tunewright.aio.study import Study

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
    ) -> None:
        if not callable(fn):
            raise Invalid(f"must be a function of a trial, not `{type(fn).__name__}`", field="fn")
        self._study = study
        self._fn = fn
        self._budget = RunBudget(n_trials, timeout)
        self._catch = catch if isinstance(catch, tuple) else (catch,)
        self._callbacks = [*callbacks]
        self._returns: list[asyncio.Task[None]] = []

    async def all(self, n_jobs: int) -> None:
        """So many trials at a time until the run is over."""
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
        error: Exception | None = None
        try:
            try:
                outcome = Outcome.from_return(await self._call(trial))
            except Exception as raised:
                outcome, error = Outcome.from_exception(raised), raised
            again = await self._tell(trial, outcome)
        except BaseException:
            # This task may be cancelled again while it waits: another one gives the trial back.
            self._returns.append(asyncio.ensure_future(trial.abandon()))
            raise
        if trial.ended in ("completed", "pruned", "failed") and not again and self._callbacks:
            record = await self._study.trial(trial.number)
            for callback in self._callbacks:
                told = callback(self._study, record)
                if inspect.isawaitable(told):
                    await told
        if error is not None and not again and not isinstance(error, (TrialPruned, *self._catch)):
            raise error
        return again or trial.ended in (None, "released", "lost")

    async def _call(self, trial: Trial) -> object:
        if inspect.iscoroutinefunction(self._fn):
            return await self._fn(trial)
        value = await asyncio.to_thread(self._fn, trial)
        return await value if inspect.isawaitable(value) else value

    async def _tell(self, trial: Trial, outcome: Outcome) -> bool:
        if trial.ended is not None:
            return False
        try:
            return await trial._tell(outcome)
        except (LeaseLost, Closed, Conflict) as error:
            _log.info("the result of trial %d does not count: %s", trial.number, error)
            trial._note_end("lost", self._study.client.keeper.remove)
            return False
