"""One slot of a worker: a thread that holds a process, and runs one trial after the other in it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tunewright._outcome import Outcome
from tunewright._wire.points import from_point
from tunewright._wire.values import from_value
from tunewright.errors import TunewrightError
from tunewright.worker.backoff import Backoff
from tunewright.worker.courier import Courier
from tunewright.worker.deliver import GaveUp
from tunewright.worker.loading import LoadError
from tunewright.worker.mailbox import Mailbox
from tunewright.worker.process import SlotProcess, start_process
from tunewright.worker.supervision import Finished, Supervision
from tunewright.worker.telling import End, Telling

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection
    from tunewright._transport.spool import Spool
    from tunewright.v1.trial_pb2 import Assignment
    from tunewright.worker._frames import Message
    from tunewright.worker.config import Config, Graces
    from tunewright.worker.objectives import FetchedObjectives

log = logging.getLogger("tunewright.worker")

_STARTS_MAX = 5
_START_WAITS = (0.2, 5.0)


class SlotOwner(Protocol):
    """What a slot tells its worker. Called from the slot's thread."""

    def slot_ready(self, slot: Slot) -> None:
        """Its process is ready for a trial."""

    def slot_unready(self, slot: Slot) -> None:
        """Its process has ended; another is being started."""

    def slot_ended_trial(self, slot: Slot, end: End) -> None:
        """Its trial is over, and the server knows all it is to know."""

    def slot_cannot_start(self, slot: Slot, message: str, traceback: str) -> None:
        """No process of it can be started, which a person has to mend."""

    def slot_said(self, slot: Slot, assignment: Assignment | None, text: str) -> None:
        """Its process printed something."""


@dataclass(frozen=True)
class SlotKit:
    """What all slots of a worker share."""

    config: Config
    graces: Graces
    worker_id: str
    connection: Connection
    objectives: FetchedObjectives
    owner: SlotOwner
    give_up: threading.Event
    """Nothing is waited for any longer: the worker ends."""
    spool: Spool | None = None
    """Where the ends of trials wait for the server."""


class Refused(Exception):
    """The set-up of a slot's process says that it can never work."""

    def __init__(self, message: str, traceback: str) -> None:
        super().__init__(message)
        self.traceback = traceback


class Slot(threading.Thread):
    """Has a process ready, runs what it is assigned in it, and tells the server."""

    def __init__(self, index: int, kit: SlotKit, first: SlotProcess | OSError | None = None) -> None:
        super().__init__(name=f"tunewright-slot-{index}", daemon=True)
        self.index = index
        self.mailbox = Mailbox()
        self._kit = kit
        self._courier = Courier(index, kit.connection, self.mailbox)
        self._telling = Telling(kit.connection, kit.give_up, kit.spool)
        self._first = first
        self._process: SlotProcess | None = None
        self._worked = False
        self._assignment: Assignment | None = None

    def has_process(self) -> bool:
        """Whether its process can take another trial. Only meant for the slot's own thread."""
        return self._process is not None

    def run(self) -> None:
        """Works until it is told to close."""
        self._courier.start()
        try:
            self._work()
        except Refused as refused:
            self._kit.owner.slot_cannot_start(self, str(refused), refused.traceback)
        except Exception as error:
            log.exception("slot %d failed", self.index)
            self._kit.owner.slot_cannot_start(self, f"a defect in slot {self.index}: {error}", "")
        finally:
            self._courier.close()
            self._end_process()

    def _work(self) -> None:
        while not self._closes():
            process = self._ready()
            if process is None:
                return
            if self._assignment is None:
                self._assignment = self._await_trial(process)
            if self._assignment is None:
                continue
            if process.status() is not None:
                # It died idle: the trial is for the next one.
                self._end_process()
                continue
            end = self._run_trial(process, self._assignment)
            self._assignment = None
            self._kit.owner.slot_ended_trial(self, end)

    def _closes(self) -> bool:
        return self.mailbox.wishes().close or self._kit.give_up.is_set()

    def _ready(self) -> SlotProcess | None:
        """A process that waits for a trial; None if the slot closes meanwhile. Raises Refused."""
        if self._process is not None:
            return self._process
        backoff = Backoff(*_START_WAITS)
        for attempt in range(1, _STARTS_MAX + 1):
            why = self._start()
            if self._process is not None:
                self._worked = True
                self._kit.owner.slot_ready(self)
                return self._process
            if self._closes():
                return None
            # What goes wrong at once goes wrong again; later it may be the machine's state.
            if isinstance(why, Refused) and (not self._worked or attempt == _STARTS_MAX):
                raise why
            log.warning("the process of slot %d did not start: %s", self.index, why)
            if attempt == _STARTS_MAX:
                raise Refused(f"the process of a slot ended {attempt} times while it was set up: {why}", "")
            self._kit.give_up.wait(backoff.wait())
        return None

    def _start(self) -> Refused | str | None:
        """Starts a process and waits until it is set up, however long that takes. Gives what went wrong."""
        process, self._first = self._first, None
        if process is None:
            process = start_process(self.index, self._kit.config, self._kit.worker_id)
        if isinstance(process, OSError):
            return f"its process cannot be started: {process}"
        refused: Refused | None = None
        while process.status() is None:
            if self._closes():
                break
            process.wait(None, self.mailbox.wake)
            self._pass_on(process)
            for message, _ in process.messages():
                if message["kind"] == "ready":
                    self._process = process
                    return None
                if message["kind"] == "refused":
                    refused = Refused(message["message"], message["traceback"])
        status = process.status()
        process.finish()
        for message, _ in process.messages():
            if message["kind"] == "refused":
                refused = Refused(message["message"], message["traceback"])
        return refused or f"it ended with the status {status}: {process.output.last_line()}"

    def _await_trial(self, process: SlotProcess) -> Assignment | None:
        """The next trial; None if the slot closes or its process ends."""
        while not self._closes():
            assignment = self.mailbox.begin()
            if assignment is not None:
                return assignment
            if process.status() is not None:
                log.warning(
                    "the idle process of slot %d has ended with the status %s", self.index, process.status()
                )
                self._end_process()
                self._kit.owner.slot_unready(self)
                return None
            process.wait(None, self.mailbox.wake)
            process.messages()
            self._pass_on(process)
        return None

    def _run_trial(self, process: SlotProcess, assignment: Assignment) -> End:
        lease = assignment.lease
        try:
            told = self._told(assignment)
        except GaveUp:
            if self.mailbox.wishes().kill or self._kit.give_up.is_set():
                return End.LOST
            resume = assignment.resume if assignment.HasField("resume") else None
            return self._telling.release(lease, resume)
        except (LoadError, TunewrightError) as error:
            return self._telling.tell(lease, Outcome.failed("start_failed", str(error)))
        finished = self._evaluate(process, assignment, told)
        if finished.lost or self._kit.give_up.is_set():
            return End.LOST
        self._courier.flush(self._kit.give_up)
        if self.mailbox.wishes().kill:
            return End.LOST
        if finished.outcome is None:
            return self._telling.release(lease, finished.resume)
        return self._telling.tell(lease, finished.outcome)

    def _evaluate(self, process: SlotProcess, assignment: Assignment, told: Message) -> Finished:
        process.begin_output()
        watch = Supervision(
            process,
            self.mailbox,
            self._courier,
            assignment,
            self._kit.graces,
            lambda: self._pass_on(process),
        )
        began = time.monotonic()
        finished = watch.run(told)
        self._pass_on(process, whole_lines=False)
        log.debug("trial %d took %.3f s", assignment.lease.trial, time.monotonic() - began)
        if not watch.usable():
            self._process = None
        return finished

    def _told(self, assignment: Assignment) -> Message:
        """The trial as its process is told of it. Raises LoadError and GaveUp."""
        lease = assignment.lease
        objective = self._kit.objectives.told(lease.study, assignment.objective, self.mailbox.interrupted)
        resume = None
        if assignment.HasField("resume"):
            resume = {"step": assignment.resume.step, "checkpoint": assignment.resume.checkpoint_uri}
        return {
            "objective": objective,
            "params": from_value(assignment.config),
            "point": from_point(assignment.point),
            "number": lease.trial,
            "attempt": lease.attempt,
            "project": lease.study.project or "default",
            "study": lease.study.name,
            "resume": resume,
        }

    def _pass_on(self, process: SlotProcess, *, whole_lines: bool = True) -> None:
        text = process.take_fresh(whole_lines=whole_lines)
        if text and self._kit.config.verbose:
            self._kit.owner.slot_said(self, self._assignment, text.decode("utf-8", "replace"))

    def _end_process(self) -> None:
        if self._process is not None:
            self._process.finish()
            self._process = None
