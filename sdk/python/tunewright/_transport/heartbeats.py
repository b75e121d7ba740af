"""The thread that renews leases."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from dataclasses import dataclass, field

from tunewright._transport.connection import Connection
from tunewright.errors import TunewrightError
from tunewright.v1 import trial_pb2 as pb

_log = logging.getLogger("tunewright")

# So many leases go into one call.
BATCH = 1_000

# A thread without leases waits this long for the next one before it ends, so that quick trials share one.
_IDLE = 5.0


@dataclass(eq=False)
class LeaseWatch:
    """Whether one lease still lives. Once `lost` is set the attempt counts no more, and `reason` and `code`
    say why.
    """

    lease: pb.LeaseRef
    ttl_ms: int
    lost: threading.Event = field(default_factory=threading.Event)
    reason: str = ""
    code: str = ""
    due: float = 0.0

    def lose(self, code: str, reason: str) -> None:
        """The lease counts no more; the first reason stays."""
        if not self.lost.is_set():
            self.code, self.reason = code, reason
            self.lost.set()

    def put_off(self) -> None:
        """Sets when it is due again: after a third of its life, less up to an eighth of that at random."""
        self.due = time.monotonic() + self.ttl_ms / 3000 * (1 - random.random() / 8)


class HeartbeatKeeper:
    """Renews all leases that it was given, in one daemon thread that lives while there are any.

    A forked child starts with none: its parent goes on renewing its own.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._start_anew()

    def _start_anew(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition()
        self._watches: dict[str, LeaseWatch] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, lease: pb.LeaseRef, ttl_ms: int) -> LeaseWatch:
        """Renews this lease from now on. `ttl_ms` is how long it lives after a renewal."""
        if self._pid != os.getpid():
            self._start_anew()
        watch = LeaseWatch(lease, ttl_ms)
        watch.put_off()
        with self._changed:
            self._watches[lease.lease_id] = watch
            if self._thread is None:
                self._closed = False
                self._thread = threading.Thread(target=self._run, name="tunewright-heartbeats", daemon=True)
                self._thread.start()
            self._changed.notify()
        return watch

    def remove(self, lease: pb.LeaseRef) -> None:
        """Renews it no more. Removing what is not there is fine."""
        if self._pid == os.getpid():
            with self._changed:
                self._watches.pop(lease.lease_id, None)

    def close(self) -> None:
        """Renews nothing more; the leases end by themselves unless their trials are released."""
        if self._pid != os.getpid():
            return
        with self._changed:
            self._closed = True
            self._watches.clear()
            thread = self._thread
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=1)

    def _run(self) -> None:
        while True:
            due = self._wait_for_due()
            if due is None:
                return
            self._renew(due)

    def _wait_for_due(self) -> list[LeaseWatch] | None:
        """The leases to renew now; None if the thread is to end."""
        with self._changed:
            idle_until = time.monotonic() + _IDLE
            while True:
                living = [watch for watch in self._watches.values() if not watch.lost.is_set()]
                now = time.monotonic()
                if self._closed or (not living and now >= idle_until):
                    self._thread = None
                    return None
                due = due_of(living, now)
                if due:
                    return due
                until = min((watch.due for watch in living), default=idle_until)
                self._changed.wait(max(0.001, until - now))

    def _renew(self, batch: list[LeaseWatch]) -> None:
        request = pb.HeartbeatTrialsRequest(leases=[watch.lease for watch in batch])
        try:
            answer = self._connection.call(
                self._connection.trials.HeartbeatTrials, request, timeout=patience_of(batch)
            )
        except TunewrightError as error:
            # The server ends no lease while it is away, so neither does its silence.
            if not self._closed:
                _log.warning("%d leases could not be renewed: %s", len(batch), error)
            return
        note_lost(batch, answer)


def due_of(living: list[LeaseWatch], now: float) -> list[LeaseWatch]:
    """The leases to renew now, each put off by its period; empty while none is due."""
    # Those that are nearly due come along: one call instead of many.
    due = [watch for watch in living if watch.due <= now + watch.ttl_ms / 12_000]
    if not any(watch.due <= now for watch in due):
        return []
    due = due[:BATCH]
    for watch in due:
        watch.put_off()
    return due


def patience_of(batch: list[LeaseWatch]) -> float:
    """How many seconds a heartbeat may take: beyond its period it is overtaken by the next one."""
    return min(watch.ttl_ms for watch in batch) / 3000


def note_lost(batch: list[LeaseWatch], answer: pb.HeartbeatTrialsResponse) -> None:
    """Takes note of the leases that an answer says are lost."""
    by_id = {watch.lease.lease_id: watch for watch in batch}
    for lost in answer.lost:
        watch = by_id.get(lost.lease.lease_id)
        if watch is not None:
            watch.lose(lost.code or "lease_lost", lost.message)
