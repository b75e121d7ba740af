"""Waits between attempts."""

from __future__ import annotations

import random


class Backoff:
    """Waits in seconds that double up to a most, each shortened at random by up to half.

    So workers that lost one server together do not come back together.
    """

    def __init__(self, first: float, most: float) -> None:
        self._first = first
        self._most = most
        self._next = first

    def reset(self) -> None:
        """Begins again with the first wait."""
        self._next = self._first

    def wait(self, least: float | None = None) -> float:
        """The next wait; at least `least`, what the server asked for, if it did."""
        wait = self._next
        self._next = min(wait * 2, self._most)
        return max(wait * (1 - random.random() / 2), min(least or 0.0, self._most))
