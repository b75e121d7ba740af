"""A leased trial, for asyncio."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from types import TracebackType

from tunewright._outcome import Outcome
from tunewright._study import operations
from tunewright._study.leased import LeasedTrial
from tunewright._transport.aio_attachments import put_attachment
from tunewright._transport.spooled import spooling
from tunewright.aio.client import Client
from tunewright.errors import TrialPruned, TunewrightError
from tunewright.spaces.space import Space
from tunewright.v1 import trial_pb2

_log = logging.getLogger("tunewright")

# How long a trial is still given back for while its task is on its way out, in seconds.
_LAST_WORDS = 5.0


class Trial(LeasedTrial):
    """A trial that this process evaluates; `await study.ask()` gives it. Every method is that of
    `tunewright.Trial`.

    As an asynchronous context manager it fails by an exception, is given back by a cancellation or when
    nothing was told, and is pruned by `TrialPruned`, which goes no further.
    """

    def __init__(self, client: Client, assignment: trial_pb2.Assignment, space: Space) -> None:
        watch = client.keeper.add(assignment.lease, assignment.lease_ttl_ms)
        super().__init__(assignment, space, watch)
        self._client = client

    async def tell(self, result: object) -> None:
        """Ends it with its loss, or with a dict that has a `loss`."""
        await self._tell(self._outcome_of(result))

    async def fail(self, message: str = "", *, reason: str = "objective_error") -> bool:
        """Ends the attempt without a result; whether the trial will be tried again."""
        return await self._tell(self._failure(message, reason))

    async def prune(self, loss: float | None = None) -> None:
        """Ends it early, with its last loss if there is one."""
        await self._tell(Outcome("pruned", None if loss is None else float(loss)))

    async def release(self) -> None:
        """Gives it back: it is queued at once and no failure is counted."""
        await self._release(None)

    async def report(
        self,
        value: float | None,
        step: int,
        metrics: Mapping[str, float] | None = None,
        checkpoint: str | None = None,
    ) -> bool:
        """Reports an intermediate loss at a step; gives what `should_stop()` says from now on."""
        operation = operations.report(self.lease, value, step, metrics, checkpoint)
        try:
            self._stop_asked = await self._client.run(operation) or self._stop_asked
        except TunewrightError as error:
            self._note_refusal(error)
            raise
        return self.should_stop()

    async def attach(self, name: str, data: bytes) -> None:
        """Keeps up to 64 MiB beside the trial, in place of what was there under this name."""
        await put_attachment(self._client.connection, self.lease.study, self.number, name, data)

    async def __aenter__(self) -> Trial:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if self.ended is not None or self.is_lost:
            return isinstance(error, TrialPruned)
        if isinstance(error, Exception):
            await self._tell(Outcome.from_exception(error))
            return isinstance(error, TrialPruned)
        await self.abandon()
        return False

    async def abandon(self) -> None:
        """Gives it back if that is possible within a few seconds; else its lease runs out. Raises nothing."""
        if self.ended is not None:
            return
        try:
            await self._release(_LAST_WORDS)
        except TunewrightError as error:
            self._client.keeper.remove(self.lease)
            _log.info("trial %d could not be given back: %s", self.number, error)

    async def _release(self, timeout: float | None) -> None:
        try:
            await self._client.run(self._release_of(), timeout=timeout)
        except TunewrightError as error:
            self._note_refusal(error)
            raise
        self._note_end("released", self._client.keeper.remove)

    async def _tell(self, outcome: Outcome) -> bool:
        """Whether it was queued once more."""
        try:
            for name, data in outcome.attachments.items():
                await self.attach(name, data)
            operation = self._tell_of(outcome)
            with spooling(self._client.spooled, operation.request):
                answer = await self._client.run(operation)
        except TunewrightError as error:
            self._note_refusal(error)
            raise
        self._note_end(outcome.status, self._client.keeper.remove)
        return bool(getattr(answer, "requeued", False))
