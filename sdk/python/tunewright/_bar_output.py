"""What is printed while a bar is shown goes above it, line by line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


class LinesAbove:
    """A text stream that hands on whole lines and keeps the unfinished rest.

    Everything but writing (`isatty`, `fileno`, `encoding`, ...) is that of the stream it stands for.
    """

    def __init__(self, stream: TextIO, write_line: Callable[[str, TextIO], None]) -> None:
        self._stream = stream
        self._write_line = write_line
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._write_line(line + "\n", self._stream)
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._stream.flush()

    def finish(self) -> None:
        """Writes the unfinished rest to the stream itself."""
        rest, self._rest = self._rest, ""
        if rest:
            self._stream.write(rest)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def printed_above(write_line: Callable[[str, TextIO], None]) -> Iterator[tuple[TextIO, TextIO]]:
    """Replaces `sys.stdout` and `sys.stderr` while it lasts, and gives the two that were there before.

    Someone who replaced them once more in the meantime keeps theirs.
    """
    before = sys.stdout, sys.stderr
    mine = LinesAbove(sys.stdout, write_line), LinesAbove(sys.stderr, write_line)
    sys.stdout, sys.stderr = mine
    try:
        yield before
    finally:
        if sys.stdout is mine[0]:
            sys.stdout = before[0]
        if sys.stderr is mine[1]:
            sys.stderr = before[1]
        for stream in mine:
            stream.finish()
