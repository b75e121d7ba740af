"""The seeds of a run, from whatever people give as `rstate`."""

from __future__ import annotations

import numbers
import os
import random
from typing import Any

from tunewright.errors import Invalid

SEED_MAX = 2**31 - 1


class Seeds:
    """Draws seeds. `rstate`: None, an int, or a NumPy `Generator` or `RandomState`, which is drawn from."""

    def __init__(self, rstate: Any = None) -> None:
        if rstate is None:
            given = os.environ.get("HYPEROPT_FMIN_SEED", "")
            rstate = int(given) if given else None
        self._draw: Any
        if rstate is None or (isinstance(rstate, numbers.Integral) and not isinstance(rstate, bool)):
            self._draw = random.Random(None if rstate is None else int(rstate)).randrange
        elif callable(getattr(rstate, "integers", None)):
            self._draw = rstate.integers
        elif callable(getattr(rstate, "randint", None)) and hasattr(rstate, "get_state"):
            self._draw = rstate.randint
        elif callable(getattr(rstate, "randrange", None)):
            self._draw = rstate.randrange
        else:
            kind = type(rstate).__name__
            hint = "for example `rstate=42`, or `numpy.random.default_rng(42)`"
            message = f"must be an int or a random number generator, not `{kind}`"
            raise Invalid(message, field="rstate", hint=hint)

    def next(self) -> int:
        """The next seed, from 0 to below 2^31 - 1, as Hyperopt draws it."""
        return int(self._draw(SEED_MAX))

    def next_wide(self) -> int:
        """A seed of 62 bits, of two draws: so many studies can be told apart."""
        return self.next() << 31 | self.next()
