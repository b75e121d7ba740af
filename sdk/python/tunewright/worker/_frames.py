"""Messages between a worker and its slots' processes: JSON, each perhaps with blobs of bytes behind it.

A frame is a letter (`J` or `B`), the length of what follows as eight bytes, and that.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]

_HEAD = struct.Struct("!cQ")
_FRAME_MAX = 1 << 30


def encode(message: Message, blobs: list[bytes] | None = None) -> list[bytes]:
    """The chunks of bytes that carry a message; its `kind` says what it is."""
    text = json.dumps({**message, "blobs": len(blobs or [])}, separators=(",", ":")).encode()
    chunks = [_HEAD.pack(b"J", len(text)) + text]
    for blob in blobs or []:
        chunks += [_HEAD.pack(b"B", len(blob)), blob]
    return chunks


class Decoder:
    """Puts arriving bytes together to messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._message: Message | None = None
        self._blobs: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[tuple[Message, list[bytes]]]:
        """The messages that these bytes complete. Raises ValueError for what is no message."""
        self._bytes += data
        while True:
            frame = self._frame()
            if frame is None:
                return
            letter, content = frame
            if letter == b"J":
                self._message, self._blobs = json.loads(content), []
            elif letter == b"B" and self._message is not None:
                self._blobs.append(content)
            else:
                raise ValueError(f"a frame of the unknown kind {letter!r}")
            message = self._message
            if message is not None and len(self._blobs) == message.get("blobs", 0):
                self._message = None
                yield message, self._blobs

    def _frame(self) -> tuple[bytes, bytes] | None:
        if len(self._bytes) < _HEAD.size:
            return None
        letter, length = _HEAD.unpack_from(self._bytes)
        if length > _FRAME_MAX:
            raise ValueError(f"a frame of {length} bytes")
        end = _HEAD.size + length
        if len(self._bytes) < end:
            return None
        content = bytes(memoryview(self._bytes)[_HEAD.size : end])
        del self._bytes[:end]
        return letter, content
