"""What a worker writes to whoever started it, without ever waiting for them to read."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable

_KEPT_MAX = 1024 * 1024
"""So many bytes wait for a reader; what comes then is left out."""


class Outlet:
    """A file descriptor that is written by a thread of its own, in order. Safe from threads.

    A reader that is slow, stopped or gone would otherwise keep the whole worker from its trials and from its
    end. Once there is room again, `skipped` makes the line that says how many writes were left out.
    """

    def __init__(self, descriptor: int, skipped: Callable[[int], str]) -> None:
        self._descriptor = descriptor
        self._skipped = skipped
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._left_out = 0
        self._is_writing = False
        self._is_gone = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def write(self, text: str) -> None:
        """Has a text, whole lines, written, or leaves it out if too much waits already."""
        data = text.encode("utf-8", "backslashreplace")
        with self._changed:
            if self._is_gone:
                return
            if self._size + len(data) > _KEPT_MAX:
                self._left_out += 1
                return
            if self._left_out:
                data = self._skipped(self._left_out).encode() + data
                self._left_out = 0
            self._waiting.append(data)
            self._size += len(data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tunewright-outlet", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def flush(self) -> None:
        """Nothing: what is written is on its way. Here so that logging can write to it."""

    def drain(self, timeout: float) -> bool:
        """Waits until all is written, at most so many seconds; whether it is."""
        until = time.monotonic() + timeout
        with self._changed:
            while self._waiting or self._is_writing:
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def _run(self) -> None:
        while True:
            with self._changed:
                self._is_writing = False
                self._changed.notify_all()
                while not self._waiting:
                    self._changed.wait()
                data = self._waiting.popleft()
                self._size -= len(data)
                self._is_writing = True
            try:
                while data:
                    data = data[os.write(self._descriptor, data) :]
            except OSError:
                # Whoever read this is gone; the trials are not.
                with self._changed:
                    self._is_gone = True
                    self._is_writing = False
                    self._waiting.clear()
                    self._changed.notify_all()
                return
