"""The end of what a slot's process prints."""

from __future__ import annotations

from tunewright._outcome import OUTPUT_MAX


class Output:
    """Keeps the last 64 KiB of what is pushed."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._cut = False

    def push(self, data: bytes) -> None:
        """Takes what was printed next."""
        self._bytes += data
        if len(self._bytes) > 2 * OUTPUT_MAX:
            del self._bytes[:-OUTPUT_MAX]
            self._cut = True

    def text(self) -> str:
        """The end of it, beginning with a whole line where something was left out."""
        kept = bytes(self._bytes[-OUTPUT_MAX:])
        if self._cut or len(self._bytes) > OUTPUT_MAX:
            first = kept.find(b"\n")
            kept = kept[first + 1 :] if 0 <= first < len(kept) - 1 else kept
        # A replaced byte takes three; `Outcome` cuts what that makes too long.
        return kept.decode("utf-8", "replace")

    def last_line(self) -> str:
        """The last line that is not empty."""
        lines = [line.strip() for line in self.text()[-8192:].splitlines()]
        return next((line for line in reversed(lines) if line), "")
