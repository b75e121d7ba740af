"""Brings a slot's reports to the server, while the slot's own thread watches over the trial."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING

from tunewright.errors import TunewrightError
from tunewright.v1.trial_pb2 import ReportTrialRequest
from tunewright.worker.deliver import GaveUp, deliver, is_over

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection
    from tunewright.worker.mailbox import Mailbox

log = logging.getLogger("tunewright.worker")

WAITING_MAX = 1024
"""So many reports of a trial wait for a server that is away; of more, the oldest are left out."""


class Courier(threading.Thread):
    """Sends reports in their order. What the server answers goes to the slot's mailbox."""

    def __init__(self, slot: int, connection: Connection, mailbox: Mailbox) -> None:
        super().__init__(name=f"tunewright-courier-{slot}", daemon=True)
        self._connection = connection
        self._mailbox = mailbox
        self._changed = threading.Condition()
        self._waiting: deque[ReportTrialRequest] = deque()
        self._over = threading.Event()
        self._busy = False
        self._handled = 0
        self._closed = False

    def begin(self) -> None:
        """The slot's next trial begins: what is left of the last one's reports is forgotten."""
        with self._changed:
            self._over.set()
            self._over = threading.Event()
            self._waiting.clear()
            self._handled = 0

    def submit(self, report: ReportTrialRequest) -> None:
        """Takes a report on its way."""
        with self._changed:
            if len(self._waiting) >= WAITING_MAX:
                self._waiting.popleft()
                self._handled += 1
                log.warning(
                    "trial %d reports faster than the server takes it; a report is left out",
                    report.lease.trial,
                )
            self._waiting.append(report)
            self._changed.notify_all()

    def flush(self, give_up: threading.Event) -> None:
        """Waits until all reports are done with, or `give_up` is set."""
        with self._changed:
            while (self._waiting or self._busy) and not give_up.is_set() and not self._over.is_set():
                self._changed.wait(0.1)

    def drop(self) -> None:
        """Nobody wants the trial's reports any longer."""
        with self._changed:
            self._over.set()
            self._waiting.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the thread."""
        with self._changed:
            self._closed = True
            self._over.set()
            self._changed.notify_all()

    def run(self) -> None:
        """Sends until closed."""
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                report, over = self._waiting.popleft(), self._over
                self._busy = True
            self._send(report, over)

    def _send(self, report: ReportTrialRequest, over: threading.Event) -> None:
        def call(timeout: float) -> bool:
            return bool(self._connection.trials.ReportTrial(report, timeout=timeout).stop)

        stop = False
        try:
            stop = deliver(
                "a report",
                self._connection,
                over,
                call,
                failed=lambda: self._answer(over, 0, stop=False, away=True),
            )
        except GaveUp:
            return
        except TunewrightError as refusal:
            if is_over(refusal):
                log.info("trial %d counts no more (%s); ending it", report.lease.trial, refusal)
                with self._changed:
                    if over is self._over:
                        self._mailbox.kill()
                return
            log.warning("a report of trial %d was refused: %s", report.lease.trial, refusal)
        self._answer(over, 1, stop=stop, away=False)

    def _answer(self, over: threading.Event, handled: int, *, stop: bool, away: bool) -> None:
        with self._changed:
            if over is self._over and not over.is_set():
                self._handled += handled
                self._mailbox.answer(self._handled, stop=stop, away=away)
