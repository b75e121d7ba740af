"""Results of this program on disk while they are on their way."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from tunewright._transport.connection import Connection
from tunewright._transport.spool import Kept, Report, Spool, is_refused_for_good, method_of
from tunewright.errors import TunewrightError

_log = logging.getLogger("tunewright")


class Spooled:
    """The directory of results of one program, and the connection to the servers that are to have them."""

    def __init__(self, spool: Spool, connection: Connection) -> None:
        self._spool = spool
        self._connection = connection

    @classmethod
    def at(cls, directory: Path | str | None, connection: Connection) -> Spooled | None:
        """Uses a directory, if there is to be one. Raises Invalid if it cannot be written to."""
        return None if directory is None else cls(Spool(directory, connection.places), connection)

    def keep(self, report: Report) -> Kept | None:
        """Keeps a report until it is removed; None if that cannot be done."""
        return self._spool.keep(report)

    def send(self) -> int:
        """Sends what an earlier program left; how many results the server has answered. What it does not
        answer, or does not take from this program, stays.
        """
        answered = 0
        for kept in self._spool.waiting():
            number = kept.report.lease.trial
            try:
                method = getattr(self._connection.trials, method_of(kept.report))
                self._connection.call(method, kept.report)
                _log.info("the spooled result of trial %d was sent", number)
            except TunewrightError as error:
                if not is_refused_for_good(error):
                    _log.warning("spooled results still wait: %s", error)
                    kept.leave()
                    return answered
                _log.warning("the spooled result of trial %d is not taken: %s", number, error)
            kept.remove()
            answered += 1
        return answered

    def send_when_reached(self) -> None:
        """Sends in the background what an earlier program left."""
        threading.Thread(target=self.send, name="tunewright-spool", daemon=True).start()


@contextlib.contextmanager
def spooling(spooled: Spooled | None, report: Report) -> Iterator[None]:
    """Has a report on disk while it is told, and as long as no server has answered."""
    kept = None if spooled is None else spooled.keep(report)
    if kept is None:
        yield
        return
    answered = False
    try:
        yield
        answered = True
    except TunewrightError as error:
        answered = is_refused_for_good(error)
        raise
    finally:
        kept.remove() if answered else kept.leave()
