"""Random draws from whatever people use as a source of randomness."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

_STANDARD_NORMAL = NormalDist()


class Draws:
    """Draws from one source: an `int` (a seed), a numpy `Generator` or `RandomState`, a `random.Random`,
    anything else with a `random()` that gives floats of [0, 1), or None for a source seeded by the system.

    All draws are made of uniform ones, so that they need no more from a source than that. `TypeError` for
    what is no source.
    """

    def __init__(self, source: Any = None) -> None:
        if source is None:
            source = random.Random()
        elif not hasattr(source, "random"):
            source = random.Random(_seed(source))
        self._random = source.random

    def uniform(self, low: float, high: float) -> float:
        return float(low + (high - low) * self._random())

    def normal(self, mu: float, sigma: float) -> float:
        draw = self._random()
        while not draw:
            draw = self._random()
        return mu + sigma * _STANDARD_NORMAL.inv_cdf(float(draw))

    def integer(self, low: int, high: int) -> int:
        """From `low` up to but without `high`, all alike."""
        count = high - low
        if count <= 0:
            raise ValueError(f"low must be < high, not {low} and {high}")
        # One draw has 53 bits. A second one keeps the shares of wide ranges even.
        if count <= 1 << 24:
            return low + int(self._random() * count)
        bits = int(self._random() * (1 << 53)) << 53 | int(self._random() * (1 << 53))
        return low + bits * count // (1 << 106)

    def index(self, probabilities: Sequence[float]) -> int:
        """A position with the probability that stands there. They need not sum to exactly 1."""
        target = self._random() * math.fsum(probabilities)
        total = 0.0
        for position, probability in enumerate(probabilities):
            total += probability
            if target < total:
                return position
        return max(position for position, probability in enumerate(probabilities) if probability > 0)


def _seed(source: Any) -> int:
    try:
        return operator.index(source)
    except TypeError:
        raise TypeError(
            "`rng` must be an int, a numpy Generator or RandomState, a random.Random or None, "
            f"not {type(source).__name__}"
        ) from None
