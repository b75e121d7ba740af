"""The slot's end of the line to its worker."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections import deque

from tunewright.worker._frames import Decoder, Message, encode


class WorkerGone(BaseException):
    """The worker has ended, and nobody wants to know the rest. No `except Exception` catches it."""


class Line:
    """Sends messages to the worker, and takes in its own. Safe from threads, but not in a forked process."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        # What the objective starts must not hold the line open.
        self._socket.set_inheritable(False)
        self._decoder = Decoder()
        self._arrived: deque[Message] = deque()
        self._sending = threading.Lock()
        self._receiving = threading.Lock()
        self.pid = os.getpid()

    def send(self, message: Message, blobs: list[bytes] | None = None) -> None:
        """Sends a message. Raises WorkerGone."""
        with self._sending:
            try:
                for chunk in encode(message, blobs):
                    self._socket.sendall(chunk)
            except OSError:
                raise WorkerGone from None

    def receive(self, timeout: float | None) -> Message | None:
        """The next message; None if there is none within `timeout` seconds (None: however long it takes).

        Raises WorkerGone.
        """
        with self._receiving:
            while not self._arrived:
                if not select.select([self._socket], [], [], timeout)[0]:
                    return None
                try:
                    data = self._socket.recv(256 * 1024)
                except OSError:
                    data = b""
                if not data:
                    raise WorkerGone
                self._arrived.extend(message for message, _ in self._decoder.feed(data))
            return self._arrived.popleft()
