"""Parameters of spaces, and what a space says about them. The functions `hp_*` are those of :mod:`hp`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ._arguments import (
    checked_label,
    log_range,
    number,
    options_of,
    ordered_range,
    positive,
    weighted_options,
    whole,
)
from ._conditions import EQ, Cond, expr_to_config
from ._space_eval import space_eval
from .pyll.base import Apply, scope

__all__ = ["EQ", "Cond", "expr_to_config", "space_eval", "validate_distribution_range", "validate_label"]


def hp_choice(label: str, options: Any) -> Apply:
    """One of the options, which may hold parameters of their own. Stored is the option's position."""
    label, options = checked_label(label), options_of(label, options)
    return _switch(label, scope.randint(len(options)), options)


def hp_pchoice(label: str, p_options: Any) -> Apply:
    """One of the options of `[(probability, option), ...]`; the probabilities must sum to 1. Stored is its
    position.
    """
    label = checked_label(label)
    shares, options = weighted_options(label, p_options)
    return _switch(label, scope.categorical(tuple(shares)), options)


def hp_randint(label: str, *bounds: Any, low: Any = None, high: Any = None) -> Apply:
    """An `int`: `randint(label, high)` is one of 0 ... high - 1, `randint(label, low, high)` one of low ...
    high - 1.
    """
    label = checked_label(label)
    given = [bound for bound in (*bounds, low, high) if bound is not None]
    if len(bounds) == 1 and high is not None:
        given = [bounds[0], high]
    elif len(bounds) == 1 and low is not None:
        given = [low, bounds[0]]
    if len(given) not in (1, 2) or (len(given) == 1 and low is not None):
        raise TypeError(f"`{label}`: randint takes `high`, or `low` and `high`")
    names = ("low", "high")[-len(given) :]
    checked = [whole(label, name, bound) for name, bound in zip(names, given, strict=True)]
    ordered_range(label, 0 if len(checked) == 1 else checked[0], checked[-1])
    return _int(_parameter(label, scope.randint(*checked)))


def hp_uniform(label: str, low: float, high: float) -> Apply:
    """A float, uniform from `low` to `high`."""
    label = checked_label(label)
    return _float(label, scope.uniform(*ordered_range(label, low, high)))


def hp_quniform(label: str, low: float, high: float, q: float) -> Apply:
    """A float: a uniform one from `low` to `high`, rounded to a multiple of `q`, which may lie outside by
    `q / 2`.
    """
    label = checked_label(label)
    return _float(label, scope.quniform(*ordered_range(label, low, high), positive(label, "q", q)))


def hp_uniformint(label: str, low: float, high: float) -> Apply:
    """An `int` from `low` to `high`, both included and each half as likely as the others."""
    label = checked_label(label)
    low, high = ordered_range(label, low, high)
    return _int(_float(label, scope.quniform(low, high, 1.0)))


def hp_loguniform(label: str, low: float, high: float) -> Apply:
    """A float whose natural logarithm is uniform from `low` to `high`: the bounds are logarithms."""
    label = checked_label(label)
    return _float(label, scope.loguniform(*log_range(label, low, high)))


def hp_qloguniform(label: str, low: float, high: float, q: float) -> Apply:
    """As `loguniform`, rounded to a multiple of `q`; that may be 0."""
    label = checked_label(label)
    return _float(label, scope.qloguniform(*log_range(label, low, high), positive(label, "q", q)))


def hp_normal(label: str, mu: float, sigma: float) -> Apply:
    """A float, Gaussian and unbounded."""
    label = checked_label(label)
    return _float(label, scope.normal(number(label, "mu", mu), positive(label, "sigma", sigma)))


def hp_qnormal(label: str, mu: float, sigma: float, q: float) -> Apply:
    """As `normal`, rounded to a multiple of `q`."""
    label = checked_label(label)
    law = number(label, "mu", mu), positive(label, "sigma", sigma)
    return _float(label, scope.qnormal(*law, positive(label, "q", q)))


def hp_lognormal(label: str, mu: float, sigma: float) -> Apply:
    """A float whose natural logarithm is Gaussian with this `mu` and `sigma`."""
    label = checked_label(label)
    return _float(label, scope.lognormal(number(label, "mu", mu), positive(label, "sigma", sigma)))


def hp_qlognormal(label: str, mu: float, sigma: float, q: float) -> Apply:
    """As `lognormal`, rounded to a multiple of `q`; that may be 0."""
    label = checked_label(label)
    law = number(label, "mu", mu), positive(label, "sigma", sigma)
    return _float(label, scope.qlognormal(*law, positive(label, "q", q)))


def validate_label(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a function of a label so that it refuses what is no label."""

    @wraps(f)
    def checked(label: Any, *args: Any, **kwargs: Any) -> Any:
        return f(checked_label(label), *args, **kwargs)

    return checked


def validate_distribution_range(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a function of a label, `low` and `high` so that it refuses a range that is none."""

    @wraps(f)
    def checked(label: Any, *args: Any, **kwargs: Any) -> Any:
        low, high = (*args, None, None)[:2]
        ordered_range(checked_label(label), kwargs.get("low", low), kwargs.get("high", high))
        return f(label, *args, **kwargs)

    return checked


def _parameter(label: str, distribution: Apply) -> Apply:
    return scope.hyperopt_param(label, distribution)  # type: ignore[no-any-return]


def _int(node: Apply) -> Apply:
    return scope.int(node)  # type: ignore[no-any-return]


def _float(label: str, distribution: Apply) -> Apply:
    return scope.float(_parameter(label, distribution))  # type: ignore[no-any-return]


def _switch(label: str, distribution: Apply, options: list[Any]) -> Apply:
    return scope.switch(_parameter(label, distribution), *options)  # type: ignore[no-any-return]
