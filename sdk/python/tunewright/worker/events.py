"""What a worker tells programs: one line of JSON on its standard output for each event."""

from __future__ import annotations

import json
import sys
import threading


class Events:
    """Prints events, if anybody wants them."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self._lock = threading.Lock()

    def tell(self, event: str, **about: object) -> None:
        """Prints an event."""
        if not self._wanted:
            return
        line = json.dumps({"event": event, **about})
        with self._lock:
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except (OSError, ValueError):
                # Whoever read this is gone; the trials are not.
                self._wanted = False
