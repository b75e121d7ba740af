"""A worker's whole life: which slot runs what, and how it ends."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from tunewright.errors import TunewrightError
from tunewright.worker.attach import Announcement, Attach
from tunewright.worker.config import Config, Graces
from tunewright.worker.events import Events
from tunewright.worker.objectives import FetchedObjectives
from tunewright.worker.slot import Slot, SlotKit
from tunewright.worker.telling import End, Telling

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection
    from tunewright._transport.spool import Spool
    from tunewright.v1.trial_pb2 import Assignment, LeaseRef, LostLease
    from tunewright.v1.worker_pb2 import WorkerAssignment, WorkerHello
    from tunewright.worker.process import SlotProcess

log = logging.getLogger("tunewright.worker")

RELEASE = 10.0
"""How long releases may take once the trials' processes have been ended, in seconds."""

RELEASE_ORPHANED = 3.0
"""The same if whoever started the worker is gone, and perhaps its server with it."""

_RETURNS_MAX = 64
_JOIN = 15.0


class Ending(Enum):
    """How far the worker's end has come."""

    NO = auto()
    FINISHING = auto()
    """No new trials; the running ones may finish without a limit."""
    DRAINING = auto()
    """They may finish until the deadline."""
    RELEASING = auto()
    """They are being ended and released until the deadline."""
    ABORTED = auto()
    """Everything has been killed."""


@dataclass
class Running:
    """A lease that the worker holds."""

    lease: LeaseRef
    ttl: float
    slot: Slot | None
    """None for one that no slot was free for, and that is being given back."""


class StartFailed(Exception):
    """The worker can never work as it was started."""

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


class Work:
    """The worker's own state. The slots' threads and the stream's change it; `run` sees to its end."""

    def __init__(
        self,
        config: Config,
        connection: Connection,
        hello: WorkerHello,
        processes: list[SlotProcess | OSError],
        spool: Spool | None = None,
    ) -> None:
        self.config = config
        self.events = Events(wanted=config.json)
        self.summary: Counter[str] = Counter()
        self.aborted = False
        self._grace = config.drain_grace
        self._release = RELEASE
        self._graces = Graces()
        self._connection = connection
        self._worker_id = hello.worker_id
        self._give_up = threading.Event()
        self._objectives = FetchedObjectives(
            connection, allow_pickled=config.allow_pickled, default=config.objective
        )
        self._lock = threading.RLock()
        self._free: list[Slot] = []
        self._running: list[Running] = []
        self._received = (0, 0)
        self._taken = 0
        self._idle_since = time.monotonic()
        self._ending = Ending.NO
        self._deadline: float | None = None
        self._failure: StartFailed | None = None
        self._wake, self._alarm = socket.socketpair()
        self._wake.setblocking(False)
        self._alarm.setblocking(False)
        self._signals = 0
        # What earlier workers left is sent before there is anything new.
        replay = Telling(connection, self._give_up, spool).replay
        self._attach = Attach(connection, hello, self, before=replay)
        kit = SlotKit(
            config, self._graces, hello.worker_id, connection, self._objectives, self, self._give_up, spool
        )
        self._slots = [Slot(index, kit, process) for index, process in enumerate(processes)]

    # What the process's main thread calls.

    @property
    def alarm(self) -> socket.socket:
        """What a byte written to makes `run` look."""
        return self._alarm

    def signalled(self) -> None:
        """A signal came: the first drains, the second ends at once. May be called in a signal handler."""
        self._signals += 1

    def run(self) -> None:
        """Works until the worker is asked to end, or one of its limits is met. Raises StartFailed."""
        for slot in self._slots:
            slot.start()
        self._attach.start()
        seen = 0
        try:
            while not self._is_done():
                select.select([self._wake], [], [], self._patience())
                with contextlib.suppress(BlockingIOError):
                    while self._wake.recv(4096):
                        continue
                while seen < self._signals:
                    seen += 1
                    self._signal(seen)
                self._due()
        finally:
            self._end()
        self.events.tell("ended", **{end.value: self.summary[end.value] for end in End})
        if self._failure is not None:
            raise self._failure

    def drain_now(self, grace: float | None = None, *, orphaned: bool = False) -> None:
        """Takes nothing new, and gives the running trials `grace` seconds, by default the configured ones."""
        with self._lock:
            if orphaned:
                self._release = RELEASE_ORPHANED
            if self._ending in (Ending.NO, Ending.FINISHING, Ending.DRAINING):
                until = time.monotonic() + (self._grace if grace is None else grace)
                if self._ending is Ending.DRAINING and self._deadline is not None:
                    until = min(until, self._deadline)
                else:
                    log.info("draining; %d trials are running", len(self._running))
                    self.events.tell("draining", running=len(self._running))
                self._ending = Ending.DRAINING
                self._deadline = until
                self._announce()
        self._ring()

    # What the stream tells.

    def assigned(self, stream: int, assignment: WorkerAssignment) -> None:
        """Gives a trial to a free slot, or back to the server."""
        with self._lock:
            self._received = (stream, assignment.sequence)
            if not assignment.HasField("assignment"):
                log.warning("an assignment without a trial")
            elif any(running.lease == assignment.assignment.lease for running in self._running):
                log.debug("an assignment that came before")
            else:
                self._take(assignment.assignment)
            self._announce()

    def revoked(self, lost: LostLease) -> None:
        """Kills the trial whose attempt counts no more."""
        with self._lock:
            for running in self._running:
                if running.lease == lost.lease and running.slot is not None:
                    log.info("trial %d counts no more (%s); ending it", lost.lease.trial, lost.message)
                    running.slot.mailbox.kill()

    def drain(self, reason: str) -> None:
        """The server asks for it."""
        log.info("the server asks for a drain: %s", reason)
        self.drain_now()

    def attached(self, server_version: str) -> None:
        """The server has let the worker in."""
        log.info("attached as %s to a server of version %s", self._worker_id, server_version)
        with self._lock:
            self._idle_since = time.monotonic()
        self.events.tell("attached", worker=self._worker_id, server_version=server_version)

    def detached(self, why: TunewrightError) -> None:
        """The stream broke."""
        self.events.tell("detached", why=str(why))

    def refused(self, refusal: TunewrightError) -> None:
        """The server will never let this worker in."""
        self._fail(StartFailed(f"the server refuses this worker: {refusal}"))

    # What the slots tell.

    def slot_ready(self, slot: Slot) -> None:
        """It can take a trial."""
        with self._lock:
            if slot not in self._free and not any(running.slot is slot for running in self._running):
                self._free.append(slot)
                self._free.sort(key=lambda slot: slot.index)
            # What set itself up was not idle.
            self._idle_since = time.monotonic()
            self._announce()
        self.events.tell("slot_ready", slot=slot.index)
        self._ring()

    def slot_unready(self, slot: Slot) -> None:
        """It cannot, for the moment."""
        with self._lock:
            if slot in self._free:
                self._free.remove(slot)
            self._announce()

    def slot_ended_trial(self, slot: Slot, end: End) -> None:
        """Its trial is over."""
        with self._lock:
            running = next((running for running in self._running if running.slot is slot), None)
            if running is None:
                return
            self._running.remove(running)
            # Under this lock, so that no wish for the ended trial meets the next one.
            slot.mailbox.ended()
            self.summary[end.value] += 1
            if slot.has_process():
                self._free.append(slot)
                self._free.sort(key=lambda slot: slot.index)
            if not self._running:
                self._idle_since = time.monotonic()
            self._announce()
        log.info("trial %d ended for this worker: %s", running.lease.trial, end.value)
        self.events.tell("trial_ended", **_about(running.lease), slot=slot.index, end=end.value)
        self._ring()

    def slot_cannot_start(self, slot: Slot, message: str, traceback: str) -> None:
        """A person has to mend it."""
        with self._lock:
            self._running = [running for running in self._running if running.slot is not slot]
            if slot in self._free:
                self._free.remove(slot)
        self._fail(StartFailed(message, traceback))

    def slot_said(self, slot: Slot, assignment: Assignment | None, text: str) -> None:
        """Passes on what its process printed."""
        about = {} if assignment is None else _about(assignment.lease)
        if self.config.json:
            self.events.tell("output", slot=slot.index, **about, text=text)
            return
        name = f"slot {slot.index}" if assignment is None else f"{about['study']}/{about['trial']}"
        for line in text.splitlines():
            log.info("%s: %s", name, line)

    # The inside.

    def _take(self, assignment: Assignment) -> None:
        lease, ttl = assignment.lease, assignment.lease_ttl_ms / 1000
        if self._free_count() == 0:
            log.debug("an assignment that no slot is free for; giving it back")
            self._give_back(lease, ttl)
            return
        slot = self._free.pop(0)
        self._taken += 1
        self._running.append(Running(lease, ttl, slot))
        log.info(
            "trial %d of %s begins (attempt %d, slot %d)",
            lease.trial,
            lease.study.name,
            lease.attempt,
            slot.index,
        )
        self.events.tell("trial_began", **_about(lease), slot=slot.index)
        slot.mailbox.assign(assignment)
        if self.config.max_trials is not None and self._taken >= self.config.max_trials:
            self._finish("the most trials have been taken")

    def _give_back(self, lease: LeaseRef, ttl: float) -> None:
        if sum(running.slot is None for running in self._running) >= _RETURNS_MAX:
            # The lease expires by itself.
            return
        running = Running(lease, ttl, None)
        self._running.append(running)

        def release() -> None:
            end = Telling(self._connection, self._give_up).release(lease, None)
            with self._lock:
                self._running.remove(running)
                self.summary[end.value] += 1
                self._announce()
            self._ring()

        threading.Thread(target=release, name="tunewright-release", daemon=True).start()

    def _free_count(self) -> int:
        if self._ending is not Ending.NO:
            return 0
        most = self.config.max_trials
        return len(self._free) if most is None else min(len(self._free), max(most - self._taken, 0))

    def _announce(self) -> None:
        leases = tuple((running.lease, running.ttl) for running in self._running)
        self._attach.announce(Announcement(self._free_count(), self._received, leases))

    def _finish(self, why: str) -> None:
        if self._ending is Ending.NO:
            log.info("%s; ending with the running trials", why)
            self._ending = Ending.FINISHING
            self._ring()

    def _fail(self, failure: StartFailed) -> None:
        with self._lock:
            self._failure = self._failure or failure
        self.drain_now()

    def _signal(self, count: int) -> None:
        if count == 1:
            log.warning("draining; a second signal ends at once")
            self.drain_now()
        elif count == 2:
            log.warning("ending at once")
            self._abort()

    def _abort(self) -> None:
        with self._lock:
            self.aborted = True
            self._ending = Ending.ABORTED
            self._deadline = None
            self._give_up.set()
            for slot in self._slots:
                slot.mailbox.kill()

    def _is_done(self) -> bool:
        with self._lock:
            return self._ending is not Ending.NO and not self._running

    def _patience(self) -> float | None:
        with self._lock:
            deadline = self._deadline
            idle = self.config.exit_when_idle
            if self._ending is Ending.NO and idle is not None and self._free and not self._running:
                deadline = self._idle_since + idle
            return None if deadline is None else max(deadline - time.monotonic(), 0.0)

    def _due(self) -> None:
        with self._lock:
            now = time.monotonic()
            idle = self.config.exit_when_idle
            if self._ending is Ending.NO:
                if idle is not None and self._free and not self._running and now >= self._idle_since + idle:
                    self._finish("idle for long enough")
            elif self._deadline is None or now < self._deadline:
                return
            elif self._ending is Ending.DRAINING:
                self._ending = Ending.RELEASING
                self._deadline = now + self._graces.terminate + self._release
                for running in self._running:
                    if running.slot is not None:
                        running.slot.mailbox.end()
            elif self._ending is Ending.RELEASING:
                log.warning("the server does not take the running trials back")
                self._abort()
                self.aborted = False

    def _end(self) -> None:
        """Ends what is left: no process of a slot outlives this."""
        self._give_up.set()
        for slot in self._slots:
            slot.mailbox.kill()
            slot.mailbox.close()
        until = time.monotonic() + _JOIN
        for slot in self._slots:
            slot.join(max(until - time.monotonic(), 0.0))
            if not slot.is_alive():
                slot.mailbox.shut()
        self._attach.end()
        self._attach.join(2)
        self._objectives.close()

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._alarm.send(b"!")


def _about(lease: LeaseRef) -> dict[str, object]:
    return {"study": lease.study.name, "trial": lease.trial, "attempt": lease.attempt}
