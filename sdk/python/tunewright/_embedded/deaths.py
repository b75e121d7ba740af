"""When a process that dies is not started again."""

from __future__ import annotations

import time
from collections import deque

_MOST = 5
_WITHIN = 60.0
_PAUSE = 0.2


class Deaths:
    """The deaths of one process: 5 within 60 s are too many."""

    #: How often is too often, for people.
    too_many = f"{_MOST} times within {_WITHIN:g} s"

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_MOST)

    def add(self) -> bool:
        """It has just died; whether that was once too often."""
        self._times.append(time.monotonic())
        return len(self._times) == _MOST and self._times[-1] - self._times[0] < _WITHIN

    def pause(self) -> float:
        """How many seconds to wait before the next start: longer with every death, none after the first."""
        return _PAUSE * max(0, len(self._times) - 1)
