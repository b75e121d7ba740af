"""What scikit-learn's searches take as a distribution, as an expression, and the value from what it evaluates
to."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tunewright.compat import hp
from tunewright.compat._spaces.constants import message
from tunewright.spaces import Choice, Float, Int

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


def converted(name: str, label: str, value: Any) -> Converted:
    """Of an expression, a scipy distribution, anything else with `rvs`, or a sequence of options, as an
    expression.

    Raises `TypeError` for anything else and `ValueError` for no options, both naming the parameter.
    """
    if is_expression(value):
        return value, _same
    if hasattr(value, "rvs"):
        return _distribution(label, value)
    options = checked_options(name, value)
    plain = all(_is_plain(option) and not isinstance(option, (list, tuple)) for option in options)
    held = [option if plain else Held(option, position) for position, option in enumerate(options)]
    return hp.choice(label, held), lambda found: found.value if isinstance(found, Held) else found


def converted_natively(name: str, label: str, value: Any) -> Converted:
    """The same with `Float`, `Int` and `Choice`. An expression raises `TypeError`: the two do not mix."""
    if isinstance(value, (Float, Int, Choice)):
        return value, _same
    if is_expression(value):
        raise TypeError(
            f"parameter `{name}`: expressions of `hp` and `Float`, `Int` or `Choice` cannot stand in one "
            "space: write all of it in one of the two ways"
        )
    if hasattr(value, "rvs"):
        return _native_distribution(label, value)
    options = checked_options(name, value)
    plain = all(_is_plain(option) and not isinstance(option, (list, tuple)) for option in options)
    if plain:
        return Choice(options, label=label), _same
    return Choice(list(range(len(options))), label=label), lambda position: options[position]


def checked_options(name: str, value: Any) -> list[Any]:
    """The values of a list or an array."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__len__") or not hasattr(value, "__getitem__"):
        raise TypeError(
            f"parameter `{name}` must be a distribution, an `hp` expression, a `Float`, `Int` or `Choice`, "
            f"or a list of values, not `{type(value).__name__}`"
        )
    if len(value) == 0:
        raise ValueError(f"parameter `{name}` must have at least one value to choose from")
    return [value[position] for position in range(len(value))]


def _distribution(label: str, distribution: Any) -> Converted:
    """The same distribution where we have it; else by its quantile function, or by the seed of a draw."""
    kind, given = _known(distribution)
    if kind == "uniform":
        return hp.uniform(label, given["loc"], given["loc"] + given["scale"]), float
    if kind == "loguniform":
        low, high = (math.log(given["scale"] * given[end]) for end in ("a", "b"))
        return hp.loguniform(label, low, high), float
    if kind == "randint":
        return hp.randint(label, int(given["low"] + given["loc"]), int(given["high"] + given["loc"])), int
    if kind == "norm":
        return hp.normal(label, given["loc"], given["scale"]), float
    if hasattr(distribution, "ppf"):
        return hp.uniform(f"{label}.quantile", 0.0, 1.0), _quantiles(distribution)
    return hp.randint(f"{label}.seed", _SEEDS), _draws(distribution)


def _native_distribution(label: str, distribution: Any) -> Converted:
    kind, given = _known(distribution)
    if kind == "uniform":
        return Float(given["loc"], given["loc"] + given["scale"], label=label), float
    if kind == "loguniform":
        low, high = (given["scale"] * given[end] for end in ("a", "b"))
        return Float(low, high, log=True, label=label), float
    if kind == "randint":
        low, high = (int(given[end] + given["loc"]) for end in ("low", "high"))
        return Int(low, high - 1, label=label), int
    if hasattr(distribution, "ppf"):
        return Float(0.0, 1.0, label=f"{label}.quantile"), _quantiles(distribution)
    return Int(0, _SEEDS - 1, label=f"{label}.seed"), _draws(distribution)


def _known(distribution: Any) -> tuple[str | None, dict[str, Any]]:
    """The name of a frozen scipy distribution that we have, too, and its arguments by name."""
    frozen: Any = getattr(distribution, "dist", None)
    kind = getattr(frozen, "name", None)
    if kind not in ("uniform", "loguniform", "reciprocal", "randint", "norm"):
        return None, {}
    shapes, loc, scale = frozen._parse_args(*distribution.args, **distribution.kwds)
    names = [name.strip() for name in (frozen.shapes or "").split(",") if name.strip()]
    given = {**dict(zip(names, shapes, strict=True)), "loc": float(loc), "scale": float(scale)}
    if kind in ("loguniform", "reciprocal"):
        return ("loguniform" if given["loc"] == 0.0 else None), given
    return kind, given


def _quantiles(distribution: Any) -> Callable[[float], int | float]:
    whole = hasattr(getattr(distribution, "dist", None), "pmf")

    def value_at(quantile: float) -> int | float:
        # The ends of an unbounded distribution are infinite, and 0 and 1 can be drawn.
        value = distribution.ppf(min(max(quantile, 1e-12), 1.0 - 1e-12))
        return int(value) if whole else float(value)

    return value_at


def _draws(distribution: Any) -> Callable[[int], Any]:
    return lambda seed: distribution.rvs(random_state=int(seed))


def _same(found: Any) -> Any:
    return found
