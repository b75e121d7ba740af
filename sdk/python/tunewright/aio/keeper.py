"""The task that renews leases."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from tunewright._transport.aio_connection import AioConnection
from tunewright._transport.heartbeats import LeaseWatch, due_of, note_lost, patience_of
from tunewright.errors import TunewrightError
from tunewright.v1 import trial_pb2 as pb

_log = logging.getLogger("tunewright")


class HeartbeatTask:
    """Renews all leases that it was given, in one task that lives while there are any."""

    def __init__(self, connection: AioConnection) -> None:
        self._connection = connection
        self._watches: dict[str, LeaseWatch] = {}
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def add(self, lease: pb.LeaseRef, ttl_ms: int) -> LeaseWatch:
        """Renews this lease from now on. `ttl_ms` is how long it lives after a renewal."""
        watch = LeaseWatch(lease, ttl_ms)
        watch.put_off()
        self._watches[lease.lease_id] = watch
        self._changed.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="tunewright-heartbeats")
        return watch

    def remove(self, lease: pb.LeaseRef) -> None:
        """Renews it no more. Removing what is not there is fine."""
        self._watches.pop(lease.lease_id, None)
        self._changed.set()

    async def close(self) -> None:
        """Renews nothing more."""
        self._watches.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            living = [watch for watch in self._watches.values() if not watch.lost.is_set()]
            if not living:
                return
            now = time.monotonic()
            due = due_of(living, now)
            if due:
                await self._renew(due)
                continue
            self._changed.clear()
            wait = max(0.001, min(watch.due for watch in living) - now)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)

    async def _renew(self, batch: list[LeaseWatch]) -> None:
        request = pb.HeartbeatTrialsRequest(leases=[watch.lease for watch in batch])
        method = self._connection.stub("trials").HeartbeatTrials
        try:
            answer = await self._connection.attempts(
                lambda attempt: method(request, timeout=attempt), timeout=patience_of(batch)
            )
        except TunewrightError as error:
            # The server ends no lease while it is away, so neither does its silence.
            _log.warning("%d leases could not be renewed: %s", len(batch), error)
            return
        note_lost(batch, answer)
