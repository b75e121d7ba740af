"""What scikit-learn's searches take as a distribution, as an expression, and the value from what it evaluates
to."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tunewright.compat import hp
from tunewright.compat._spaces.constants import message

_SEEDS = 2**31 - 1

Converted = tuple[Any, Callable[[Any], Any]]
"""An expression, and what makes the estimator's value out of what it evaluates to."""


class Held:
    """Any object as one option of a choice, whole: expressions would take lists and dicts apart."""

    def __init__(self, value: object, position: int) -> None:
        self.value = value
        # What the server shows for it: the same in every process, or a study could not be opened again.
        told = message(value)
        text = repr(value) if _is_plain(value) else told.string_value or told.list_value.items[0].string_value
        self.__module__ = "builtins"
        self.__qualname__ = f"{position}: {text}"


def _is_plain(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, (bool, int, float, str))


def is_expression(value: object) -> bool:
    """Whether it is a node made with `hp`, ours or Hyperopt's."""
    return hasattr(value, "pos_args") and hasattr(value, "named_args")


def converted(name: str, value: Any) -> Converted:
    """Of an expression, a scipy distribution, anything else with `rvs`, or a sequence of options.

    Raises `TypeError` for anything else and `ValueError` for no options, both naming the parameter.
    """
    if is_expression(value):
        return value, _same
    if hasattr(value, "rvs"):
        return _distribution(name, value)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__len__") or not hasattr(value, "__getitem__"):
        raise TypeError(
            f"parameter `{name}` must be a distribution, an `hp` expression, a parameter of `tunewright` "
            f"or a list of values, not `{type(value).__name__}`"
        )
    if len(value) == 0:
        raise ValueError(f"parameter `{name}` must have at least one value to choose from")
    return _options(name, value)


def _options(name: str, values: Sequence[Any]) -> Converted:
    plain = all(_is_plain(value) and not isinstance(value, (list, tuple)) for value in values)
    held = [value if plain else Held(value, position) for position, value in enumerate(values)]
    return hp.choice(name, held), lambda found: found.value if isinstance(found, Held) else found


def _distribution(name: str, distribution: Any) -> Converted:
    """The same distribution where we have it; else by its quantile function, or by the seed of a draw."""
    kind = getattr(getattr(distribution, "dist", None), "name", None)
    shape = _arguments(distribution)
    if shape is not None:
        if kind == "uniform":
            return hp.uniform(name, shape["loc"], shape["loc"] + shape["scale"]), float
        if kind in ("loguniform", "reciprocal") and shape["loc"] == 0.0:
            low, high = (math.log(shape["scale"] * shape[end]) for end in ("a", "b"))
            return hp.loguniform(name, low, high), float
        if kind == "randint":
            move = shape["loc"]
            return hp.randint(name, int(shape["low"] + move), int(shape["high"] + move)), int
        if kind == "norm":
            return hp.normal(name, shape["loc"], shape["scale"]), float
    if hasattr(distribution, "ppf"):
        whole = hasattr(getattr(distribution, "dist", None), "pmf")
        return hp.uniform(f"{name}.quantile", 0.0, 1.0), lambda q: _quantile(distribution, q, whole)
    return hp.randint(f"{name}.seed", _SEEDS), lambda seed: distribution.rvs(random_state=int(seed))


def _arguments(distribution: Any) -> dict[str, Any] | None:
    """The arguments of a frozen scipy distribution by name, or `None` if it does not say."""
    frozen: Any = getattr(distribution, "dist", None)
    parse = getattr(frozen, "_parse_args", None)
    if parse is None:
        return None
    shapes, loc, scale = parse(*distribution.args, **distribution.kwds)
    names = [name.strip() for name in (frozen.shapes or "").split(",") if name.strip()]
    return {**dict(zip(names, shapes, strict=True)), "loc": float(loc), "scale": float(scale)}


def _quantile(distribution: Any, quantile: float, whole: bool) -> int | float:
    # The ends of an unbounded distribution are infinite, and 0 and 1 can be drawn.
    value = distribution.ppf(min(max(quantile, 1e-12), 1.0 - 1e-12))
    return int(value) if whole else float(value)


def _same(found: Any) -> Any:
    return found
