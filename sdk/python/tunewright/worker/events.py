"""What a worker tells programs: one line of JSON on its standard output for each event."""

from __future__ import annotations

import json
import sys

from tunewright.worker.outlet import Outlet


class Events:
    """Prints events, if anybody wants them. Some are left out if they are not read."""

    def __init__(self, *, wanted: bool) -> None:
        # A process may be started without an output.
        is_open = wanted and sys.stdout is not None
        self._outlet = Outlet(sys.stdout.fileno(), _skipped) if is_open else None

    def tell(self, event: str, **about: object) -> None:
        """Prints an event; never waits."""
        if self._outlet is not None:
            self._outlet.write(_line(event, **about))

    def drain(self, timeout: float) -> None:
        """Waits until all events are written, at most so many seconds."""
        if self._outlet is not None:
            self._outlet.drain(timeout)


def _line(event: str, **about: object) -> str:
    return json.dumps({"event": event, **about}) + "\n"


def _skipped(count: int) -> str:
    return _line("skipped", events=count)
