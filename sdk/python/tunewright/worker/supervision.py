"""Watches over one trial in its slot's process: its reports, its timeout, and the wishes from outside."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from tunewright._outcome import Outcome
from tunewright.v1.trial_pb2 import Assignment, ReportTrialRequest, ResumeHint
from tunewright.worker._frames import Message
from tunewright.worker.memory import oom_kills, rose

if TYPE_CHECKING:
    from tunewright.worker.config import Graces
    from tunewright.worker.courier import Courier
    from tunewright.worker.mailbox import Mailbox
    from tunewright.worker.process import SlotProcess

log = logging.getLogger("tunewright.worker")

_KILLED_CODE = 128 + signal.SIGKILL


class Cause(Enum):
    """Why a trial was ended from outside."""

    STOPPED = auto()
    TIMED_OUT = auto()
    DRAINED = auto()
    KILLED = auto()


@dataclass
class Finished:
    """A trial that runs no more."""

    outcome: Outcome | None
    """None: it was ended before it brought a result."""
    lost: bool
    """Its attempt counts no more."""
    resume: ResumeHint | None
    """The last checkpoint that it named, or the one that it began from."""


@dataclass
class Supervision:
    """One trial in a process that is ready for it."""

    process: SlotProcess
    mailbox: Mailbox
    courier: Courier
    assignment: Assignment
    graces: Graces
    heard: Callable[[], None] = lambda: None
    """Called whenever the process may have printed something."""
    cause: Cause | None = None
    _stop_until: float | None = None
    _run_until: float | None = None
    _terminate_until: float | None = None
    _last_loss: float | None = None
    _outcome: Outcome | None = None
    _oom_kills: list[int] = field(default_factory=list)
    _stop_told: bool = False

    def run(self, told: Message) -> Finished:
        """Gives the process the trial, and waits for its end. The process may be of no more use then."""
        self._oom_kills = oom_kills()
        self.courier.begin()
        if self.assignment.HasField("trial_timeout_ms"):
            self._run_until = time.monotonic() + self.assignment.trial_timeout_ms / 1000
        resume = self.assignment.resume if self.assignment.HasField("resume") else None
        self._resume = resume
        self.process.send({"kind": "trial", **told})
        while self._outcome is None and self.process.status() is None:
            self._grant()
            if self._outcome is None and self.process.status() is None:
                self.process.wait(self._patience(), self.mailbox.wake)
                self.heard()
                self._hear()
        if self._outcome is None or not self.usable():
            self.process.finish()
            self._hear()
        else:
            self.process.drain_output()
        self.heard()
        return Finished(self._verdict(), self.cause is Cause.KILLED, self._resume)

    def usable(self) -> bool:
        """Whether the process can take another trial."""
        return (
            self.process.status() is None and self._terminate_until is None and self.cause is not Cause.KILLED
        )

    def _grant(self) -> None:
        """Does what is wished for, and what is due."""
        wishes = self.mailbox.wishes()
        if wishes.kill and self.cause is not Cause.KILLED:
            self.cause = Cause.KILLED
            self.courier.drop()
            self.process.signal(signal.SIGKILL)
        if wishes.end:
            self._terminate(Cause.DRAINED)
        if wishes.answered or wishes.away or wishes.stop:
            answer = {"kind": "answer", "answered": wishes.answered, "away": wishes.away, "stop": wishes.stop}
            self.process.send(answer, droppable=not wishes.stop or self._stop_told)
            self._stop_told = self._stop_told or wishes.stop
        if wishes.stop and self.cause is None:
            self.cause = Cause.STOPPED
            self._stop_until = time.monotonic() + self.graces.stop
        now = time.monotonic()
        if self._terminate_until is not None:
            if now >= self._terminate_until:
                self.process.signal(signal.SIGKILL)
                # Again every grace: a group may gain members while it is killed.
                self._terminate_until = now + self.graces.terminate
        elif self._stop_until is not None and now >= self._stop_until:
            self._terminate(Cause.STOPPED)
        elif self._run_until is not None and now >= self._run_until:
            self._terminate(Cause.TIMED_OUT)

    def _terminate(self, cause: Cause) -> None:
        """SIGTERM now, SIGKILL after the grace."""
        self.cause = self.cause or cause
        self._run_until = self._stop_until = None
        if self._terminate_until is None:
            self.process.signal(signal.SIGTERM)
            self._terminate_until = time.monotonic() + self.graces.terminate

    def _patience(self) -> float | None:
        deadlines = (self._run_until, self._stop_until, self._terminate_until)
        nearest = min((deadline for deadline in deadlines if deadline is not None), default=None)
        return None if nearest is None else max(nearest - time.monotonic(), 0.0)

    def _hear(self) -> None:
        for message, blobs in self.process.messages():
            if message["kind"] == "report":
                self._report(message)
            elif message["kind"] == "outcome" and self._outcome is None:
                self._outcome = Outcome(
                    message["status"],
                    message["loss"],
                    message["metrics"],
                    message["result"],
                    dict(zip(message["attachments"], blobs, strict=True)),
                    message["reason"],
                    message["message"],
                )

    def _report(self, message: Message) -> None:
        if message["loss"] is not None:
            self._last_loss = message["loss"]
        if message["checkpoint"]:
            self._resume = ResumeHint(step=message["step"], checkpoint_uri=message["checkpoint"])
        request = ReportTrialRequest(
            lease=self.assignment.lease,
            step=message["step"],
            loss=message["loss"],
            metrics=message["metrics"],
            checkpoint_uri=message["checkpoint"] or "",
        )
        self.courier.submit(request)

    def _verdict(self) -> Outcome | None:
        outcome = self._outcome
        if self.cause is Cause.KILLED:
            return None
        if self.cause is Cause.TIMED_OUT:
            outcome = Outcome.failed("timeout", f"ran longer than {self.assignment.trial_timeout_ms} ms")
        elif self.cause is Cause.STOPPED:
            found = outcome if outcome is not None and outcome.status != "failed" else Outcome("pruned")
            loss = found.loss if found.loss is not None else self._last_loss
            outcome = Outcome("pruned", loss, found.metrics, found.result, found.attachments)
        elif self.cause is Cause.DRAINED:
            if outcome is None or outcome.status == "failed":
                return None
        elif outcome is None:
            outcome = self._of_death()
        if outcome.status == "pruned" and outcome.loss is None:
            outcome.loss = self._last_loss
        outcome.output = self.process.output.text()
        return outcome

    def _of_death(self) -> Outcome:
        """What a process's end tells that nobody asked for and that brought no result."""
        status = self.process.status()
        code = 0 if status is None else status
        how = f"exited with code {code}" if code >= 0 else f"ended by signal {_name(-code)}"
        said = self.process.output.last_line()
        killed = code == -signal.SIGKILL
        starved = (
            code == _KILLED_CODE
            or (killed and rose(self._oom_kills, oom_kills()))
            or "std::bad_alloc" in said
            or (said.startswith("memory allocation of ") and " failed" in said)
        )
        message = f"the objective's process {how}"
        outcome = Outcome.failed(
            "out_of_memory" if starved else "objective_error", f"{message}: {said}" if said else message
        )
        outcome.result = {"process": {"exit_code": code} if code >= 0 else {"signal": _name(-code)}}
        return outcome


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
