"""What the functions of `hp` check before they make a node."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

from .exceptions import BadSearchSpace
from .pyll.base import Apply, Literal


def checked_label(label: Any) -> str:
    """The label as a `str`; `TypeError` if it is none."""
    if isinstance(label, Literal):
        label = label.obj
    if not isinstance(label, str):
        raise TypeError(f"the label must be a str, not {type(label).__name__}")
    if not label:
        raise ValueError("the label must not be empty")
    return label


def number(label: str, name: str, value: Any) -> float | int:
    """A finite number as a plain Python one."""
    if isinstance(value, Literal):
        value = value.obj
    if isinstance(value, Apply):
        raise BadSearchSpace(
            f"`{label}`: {name} must be a number; it may not depend on another parameter, "
            "since the search chooses each by itself. Scale a value in the objective instead"
        )
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"`{label}`: {name} must be a number, not {type(value).__name__}")
    if not math.isfinite(value):
        raise ValueError(f"`{label}`: {name} must be finite, not {value}")
    return value


def whole(label: str, name: str, value: Any) -> int:
    """An integer, also if it comes as a float."""
    given = number(label, name, value)
    if given != int(given):
        raise ValueError(f"`{label}`: {name} must be an integer, not {given}")
    return int(given)


def ordered_range(label: str, low: Any, high: Any) -> tuple[float, float]:
    """Two numbers of which the first is less."""
    bounds = number(label, "low", low), number(label, "high", high)
    if not bounds[0] < bounds[1]:
        raise ValueError(f"`{label}`: low must be < high, not {bounds[0]} and {bounds[1]}")
    return bounds


def log_range(label: str, low: Any, high: Any) -> tuple[float, float]:
    """As :func:`ordered_range`, for natural logarithms of numbers that a float can hold."""
    bounds = ordered_range(label, low, high)
    for name, bound in zip(("low", "high"), bounds, strict=True):
        if abs(bound) > 700:
            raise ValueError(
                f"`{label}`: {name} must be from -700 to 700, not {bound}: "
                "it is a natural logarithm, so write `math.log(bound)`"
            )
    return bounds


def positive(label: str, name: str, value: Any) -> float:
    """A number above 0."""
    given = number(label, name, value)
    if not given > 0:
        raise ValueError(f"`{label}`: {name} must be > 0, not {given}")
    return given


def options_of(label: str, options: Any) -> list[Any]:
    """At least one option, from any iterable or from the node of a list."""
    if isinstance(options, Apply) and options.name == "pos_args":
        options = options.pos_args
    if isinstance(options, (str, bytes)) or not isinstance(options, Iterable):
        raise TypeError(f"`{label}`: the options must be a list, not {type(options).__name__}")
    listed = list(options)
    if not listed:
        raise ValueError(f"`{label}`: a choice must have at least one option")
    return listed


def weighted_options(label: str, p_options: Any) -> tuple[list[float], list[Any]]:
    """The probabilities, which must sum to 1, and the options."""
    pairs = options_of(label, p_options)
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"`{label}`: an option must be a pair (probability, option), not {pair!r:.80}")
    shares = [number(label, "a probability", share) for share, _ in pairs]
    if any(share < 0 for share in shares):
        raise ValueError(f"`{label}`: a probability must be >= 0, not {min(shares)}")
    total = math.fsum(shares)
    if abs(total - 1) > 1e-6:
        raise ValueError(
            f"`{label}`: the probabilities must sum to 1, not {total:.9g}; divide each of them by their sum"
        )
    return [float(share) for share in shares], [option for _, option in pairs]


def count(label: str, value: Any) -> int:
    """An integer that something can be counted with."""
    return operator.index(whole(label, "high", value))
