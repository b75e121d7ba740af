"""What other threads want from a slot."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tunewright.v1.trial_pb2 import Assignment


@dataclass(frozen=True)
class Wishes:
    """All that is wanted at one moment."""

    end: bool
    """End the trial with SIGTERM, and release it."""
    kill: bool
    """Kill the trial, and forget it."""
    close: bool
    """No further trial."""
    stop: bool
    """The server wants the trial to end early."""
    answered: int
    """So many of the trial's reports are done with."""
    away: bool
    """The server does not answer."""


class Mailbox:
    """Wishes for a slot, put by any thread and taken by its own, which can wait for `wake` to be readable."""

    def __init__(self) -> None:
        self.wake, self._alarm = socket.socketpair()
        self.wake.setblocking(False)
        self._alarm.setblocking(False)
        self.interrupted = threading.Event()
        """Set while the trial is not to go on: whatever waits for the server on its behalf gives up."""
        self._lock = threading.Lock()
        self._assignment: Assignment | None = None
        self._wishes = Wishes(False, False, False, False, 0, False)

    def assign(self, assignment: Assignment) -> None:
        """Gives the slot, which must be free, its next trial."""
        with self._lock:
            self._assignment = assignment
        self._ring()

    def end(self) -> None:
        """Ends the trial; what has no result then is released."""
        self._put(end=True)
        self.interrupted.set()

    def kill(self) -> None:
        """Kills the trial; the server is told nothing of it."""
        self._put(kill=True)
        self.interrupted.set()

    def close(self) -> None:
        """Ends the slot after its trial."""
        self._put(close=True)

    def answer(self, answered: int, *, stop: bool, away: bool) -> None:
        """What the server said to the trial's reports."""
        self._put(answered=answered, stop=stop, away=away)

    def begin(self) -> Assignment | None:
        """The slot's next trial, if there is one. What was wished for an earlier one is forgotten."""
        with self._lock:
            assignment, self._assignment = self._assignment, None
            return assignment

    def ended(self) -> None:
        """The trial has ended: wishes for it are no more."""
        with self._lock:
            self._wishes = Wishes(False, False, self._wishes.close, False, 0, False)
            self.interrupted.clear()

    def wishes(self) -> Wishes:
        """What is wanted now."""
        with contextlib.suppress(BlockingIOError):
            while self.wake.recv(4096):
                continue
        with self._lock:
            return self._wishes

    def shut(self) -> None:
        """Gives back what the system lent."""
        self.wake.close()
        self._alarm.close()

    def _put(self, **changed: Any) -> None:
        with self._lock:
            self._wishes = Wishes(**{**vars(self._wishes), **changed})
        self._ring()

    def _ring(self) -> None:
        # A full socket rings already, and a closed one belongs to a slot that has ended.
        with contextlib.suppress(OSError):
            self._alarm.send(b"!")
