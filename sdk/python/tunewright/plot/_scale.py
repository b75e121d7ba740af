"""How the values of one parameter lie along an axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tunewright.plot.importance import is_number

_LONGEST_NAME = 18


@dataclass(frozen=True)
class Scale:
    """Numbers between `low` and `high`, with a logarithm or not; or categories, at 0, 1, 2, ..."""

    label: str
    categories: tuple[Any, ...] | None
    log: bool
    low: float
    high: float
    whole: bool = False
    """Whether all values are integers."""

    @classmethod
    def of(cls, label: str, values: Sequence[Any], *, log: bool | None = None) -> Scale:
        """The scale on which `values` (at least one) can be told apart.

        `log`: `None` decides by the values, see `spread_over_magnitudes`.
        """
        if not all(is_number(value) for value in values):
            found = sorted(set(values), key=lambda value: (str(type(value)), str(value)))
            return cls(label, tuple(found), False, 0.0, float(max(len(found) - 1, 1)))
        numbers = [float(value) for value in values]
        low, high = min(numbers), max(numbers)
        if log is None:
            log = spread_over_magnitudes(numbers)
        return cls(label, None, log and low > 0.0, low, high, all(n == round(n) for n in numbers))

    def position(self, value: Any) -> float:
        """Where a value lies on the axis' own coordinates."""
        if self.categories is None:
            return float(value)
        return float(self.categories.index(value))

    def share(self, value: Any) -> float:
        """Where a value lies between the ends, in [0, 1]."""
        low, high, position = self.low, self.high, self.position(value)
        if self.log:
            low, high, position = math.log(low), math.log(high), math.log(position)
        return 0.5 if high <= low else (position - low) / (high - low)

    def names(self) -> list[str]:
        """The categories as texts that fit under an axis."""
        return [short(str(category)) for category in self.categories or ()]

    def marks(self) -> list[tuple[float, str]]:
        """Places in [0, 1] with what to write there: all categories, or the ends and the middle."""
        if self.categories is not None:
            return [(self.share(value), short(str(value))) for value in self.categories]
        if self.high <= self.low:
            return [(0.5, number(self.low))]
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        ends = [(0.0, number(self.low)), (1.0, number(self.high))]
        if self.whole and middle != round(middle):
            return ends
        return [*ends, (0.5, number(middle))]


def spread_over_magnitudes(numbers: Iterable[float]) -> bool:
    """Whether numbers are better seen with a logarithm.

    They are all positive, span a factor of 100, and their middle is nearer to the middle of the logarithms.
    """
    ordered = sorted(numbers)
    low, high = ordered[0], ordered[-1]
    if low <= 0.0 or high < 100.0 * low:
        return False
    middle = ordered[len(ordered) // 2]
    linear = (middle - low) / (high - low)
    logarithmic = math.log(middle / low) / math.log(high / low)
    return abs(logarithmic - 0.5) < abs(linear - 0.5)


def number(value: float) -> str:
    """A number in three digits."""
    return f"{value:.3g}"


def short(text: str) -> str:
    """A text of at most 18 characters; the middle of a longer one is left out, as ends tell names apart."""
    if len(text) <= _LONGEST_NAME:
        return text
    half = (_LONGEST_NAME - 1) // 2
    return f"{text[: _LONGEST_NAME - 1 - half]}…{text[-half:]}"
