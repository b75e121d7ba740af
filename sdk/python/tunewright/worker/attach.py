"""The worker's stream: kept open, and opened again whenever it breaks."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import grpc

from tunewright._transport.status import error_of
from tunewright.errors import Forbidden, Invalid, TunewrightError, Unauthenticated, Unavailable
from tunewright.v1 import worker_pb2 as pb
from tunewright.worker.backoff import Backoff

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection
    from tunewright.v1.trial_pb2 import LeaseRef, LostLease

log = logging.getLogger("tunewright.worker")

WELCOME = 10.0
"""How long the server may take to answer the hello, in seconds."""

HEARTBEAT_MOST = 10.0
HEARTBEAT_LEAST = 0.1

UNANSWERED_MAX = 3
"""So many heartbeats without an answer, and the stream counts as dead."""

_WAITS = (0.2, 15.0)


@dataclass(frozen=True)
class Announcement:
    """What the server is told; changes whenever the worker takes in an assignment or ends a trial."""

    free: int = 0
    received: tuple[int, int] = (0, 0)
    """The stream and the sequence of the last assignment taken in; `free` already accounts for it."""
    leases: tuple[tuple[LeaseRef, float], ...] = ()
    """The live leases, each with its time to live in seconds."""


class StreamOwner(Protocol):
    """What the stream brings. Called from the stream's thread."""

    def assigned(self, stream: int, assignment: pb.WorkerAssignment) -> None:
        """A trial for a free slot."""

    def revoked(self, lost: LostLease) -> None:
        """An attempt counts no more."""

    def drain(self, reason: str) -> None:
        """The server wants the worker to end."""

    def attached(self, server_version: str) -> None:
        """The server has let the worker in."""

    def detached(self, why: TunewrightError) -> None:
        """The stream broke; another will be opened."""

    def refused(self, refusal: TunewrightError) -> None:
        """The server will never let this worker in."""


class Attach(threading.Thread):
    """The worker's side of the stream."""

    def __init__(
        self,
        connection: Connection,
        hello: pb.WorkerHello,
        owner: StreamOwner,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        """`before` is called in the stream's thread before there is a stream."""
        super().__init__(name="tunewright-attach", daemon=True)
        self._connection = connection
        self._hello = hello
        self._owner = owner
        self._before = before
        self._changed = threading.Condition()
        self._announcement = Announcement()
        self._ended = threading.Event()
        self._talk: _Talk | None = None

    def announce(self, announcement: Announcement) -> None:
        """What the server is to know from now on."""
        with self._changed:
            self._announcement = announcement
            self._changed.notify_all()

    def end(self) -> None:
        """Closes the stream for good."""
        self._ended.set()
        with self._changed:
            talk = self._talk
            self._changed.notify_all()
        if talk is not None:
            talk.cancel()

    def run(self) -> None:
        """Keeps the stream open until the end."""
        self._before()
        backoff = Backoff(*_WAITS)
        attached_before = False
        stream = silences = 0
        while not self._ended.is_set():
            stream += 1
            turn = self._connection.turn
            talk = _Talk(self, stream)
            with self._changed:
                self._talk = talk
            broken = talk.run()
            if self._ended.is_set():
                return
            attached_before |= talk.welcomed
            # Once let in, running trials are worth more than an exit: whoever barred it may let it in again.
            if isinstance(broken, (Invalid, Unauthenticated, Forbidden)) and not attached_before:
                self._owner.refused(broken)
                return
            if talk.welcomed:
                backoff.reset()
            self._connection.move_on(turn)
            silences = 1 if talk.welcomed else silences + 1
            if silences % len(self._connection.places):
                # Another server may be there at once; once all were asked, there is something to wait for.
                log.info("not attached to this server (%s); trying the next one", broken)
                self._owner.detached(broken)
                continue
            with self._changed:
                wait = until_next(backoff.wait(broken.retry_after), self._announcement)
            log.warning(
                "not attached to the server (%s); running trials go on; next attempt in %.1f s", broken, wait
            )
            self._owner.detached(broken)
            self._ended.wait(wait)

    @property
    def connection(self) -> Connection:
        """Where the server is."""
        return self._connection

    @property
    def hello(self) -> pb.WorkerHello:
        """What each stream begins with."""
        return self._hello

    @property
    def owner(self) -> StreamOwner:
        """Who hears what comes."""
        return self._owner

    @property
    def changed(self) -> threading.Condition:
        """Notified with each announcement."""
        return self._changed

    def now(self) -> Announcement:
        """The last announcement; `changed` must be held."""
        return self._announcement


class _Talk:
    """One stream from its hello to its break."""

    def __init__(self, attach: Attach, stream: int) -> None:
        self._attach = attach
        self._stream = stream
        self._call: grpc.Future[object] | None = None
        self._closed = False
        self._why: TunewrightError | None = None
        self._most = HEARTBEAT_MOST
        self._unanswered = 0
        self.welcomed = False

    def run(self) -> TunewrightError:
        """Talks until the stream breaks; why it did."""
        try:
            call = self._attach.connection.workers.AttachWorker(self._say())
            with self._attach.changed:
                self._call = call
            for message in call:
                self._hear(message)
            broken: TunewrightError = Unavailable("the server ended the stream")
        except grpc.RpcError as failure:
            broken = error_of(failure)
        finally:
            with self._attach.changed:
                self._closed = True
                self._attach.changed.notify_all()
        return self._why or broken

    def cancel(self, why: str = "the worker ends") -> None:
        """Breaks the stream from this side."""
        with self._attach.changed:
            self._closed = True
            self._why = self._why or Unavailable(why)
            call = self._call
            self._attach.changed.notify_all()
        if call is not None:
            call.cancel()

    def _hear(self, message: pb.AttachWorkerResponse) -> None:
        kind = message.WhichOneof("message")
        owner = self._attach.owner
        if kind == "assignment":
            owner.assigned(self._stream, message.assignment)
        elif kind == "revoked":
            owner.revoked(message.revoked)
        elif kind == "drain":
            owner.drain(message.drain.reason)
        elif kind == "heartbeat_ack":
            self._unanswered = 0
        elif kind == "welcome" and not self.welcomed:
            owner.attached(message.welcome.server_version)
            with self._attach.changed:
                self.welcomed = True
                told = message.welcome.heartbeat_ms / 1000
                self._most = min(told, HEARTBEAT_MOST) if told else HEARTBEAT_MOST
                self._attach.changed.notify_all()
        else:
            log.debug("an unexpected message from the server: %s", kind)

    def _say(self) -> Iterator[pb.AttachWorkerRequest]:
        """What goes down the stream; a thread of gRPC asks for it, and waits until there is something."""
        yield pb.AttachWorkerRequest(hello=self._attach.hello)
        if not self._await_welcome():
            return
        with self._attach.changed:
            told = self._attach.now()
        yield self._heartbeat(told)
        yield self._free(told)
        beaten, pace = time.monotonic(), _pace()
        while True:
            with self._attach.changed:
                if self._closed:
                    return
                due = beaten + period(told, self._most) * pace
                if self._attach.now() is told:
                    self._attach.changed.wait(max(due - time.monotonic(), 0.0))
                now = self._attach.now()
                if self._closed:
                    return
            if (now.free, now.received) != (told.free, told.received):
                yield self._free(now)
            told = now
            if time.monotonic() >= beaten + period(told, self._most) * pace:
                if self._unanswered >= UNANSWERED_MAX:
                    self.cancel("the server answers no heartbeats")
                    return
                self._unanswered += 1
                beaten, pace = time.monotonic(), _pace()
                yield self._heartbeat(told)

    def _await_welcome(self) -> bool:
        until = time.monotonic() + WELCOME
        with self._attach.changed:
            while not (self.welcomed or self._closed):
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._attach.changed.wait(left)
            if self.welcomed or self._closed:
                return self.welcomed and not self._closed
        self.cancel("the server did not answer the hello")
        return False

    def _heartbeat(self, told: Announcement) -> pb.AttachWorkerRequest:
        leases = [lease for lease, _ in told.leases]
        return pb.AttachWorkerRequest(heartbeat=pb.WorkerHeartbeat(leases=leases))

    def _free(self, told: Announcement) -> pb.AttachWorkerRequest:
        # Sequences count per stream: what came on an earlier one says nothing about this one.
        stream, sequence = told.received
        received = sequence if stream == self._stream else 0
        return pb.AttachWorkerRequest(free_slots=pb.FreeSlots(count=told.free, received=received))


def period(announcement: Announcement, most: float) -> float:
    """Seconds: a third of the shortest time to live of a lease, so that two lost heartbeats lose none."""
    shortest = min((ttl / 3 for _, ttl in announcement.leases), default=most)
    return max(min(shortest, most), HEARTBEAT_LEAST)


def until_next(wait: float, announcement: Announcement) -> float:
    """Seconds until the next attempt to attach.

    A server that is back gives each lease one full period, and hears of it in time only from a worker that
    looks for it as often as it would send heartbeats.
    """
    return min(wait, period(announcement, _WAITS[1]))


def _pace() -> float:
    return 1.0 - 0.2 * random.random()
