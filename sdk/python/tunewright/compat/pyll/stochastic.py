"""Distributions as symbols of expressions, and draws from expressions that have them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from .draws import Draws
from .evaluation import rec_eval
from .graph import clone, dfs
from .node import Apply, as_apply
from .symbols import scope

implicit_stochastic_symbols: set[str] = set()


def implicit_stochastic(f: Any) -> Any:
    """Marks a function of `scope` as one that takes an `rng`, which :func:`sample` gives it."""
    implicit_stochastic_symbols.add(f.__name__)
    return f


@scope.define
def rng_from_seed(seed: int) -> Draws:
    return Draws(seed)


@implicit_stochastic
@scope.define
def uniform(low: float, high: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: draws.uniform(low, high), rng)


@implicit_stochastic
@scope.define
def loguniform(low: float, high: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: math.exp(draws.uniform(low, high)), rng)


@implicit_stochastic
@scope.define
def quniform(low: float, high: float, q: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: _rounded(draws.uniform(low, high), q), rng)


@implicit_stochastic
@scope.define
def qloguniform(low: float, high: float, q: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: _rounded(math.exp(draws.uniform(low, high)), q), rng)


@implicit_stochastic
@scope.define
def normal(mu: float, sigma: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: draws.normal(mu, sigma), rng)


@implicit_stochastic
@scope.define
def qnormal(mu: float, sigma: float, q: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: _rounded(draws.normal(mu, sigma), q), rng)


@implicit_stochastic
@scope.define
def lognormal(mu: float, sigma: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: math.exp(draws.normal(mu, sigma)), rng)


@implicit_stochastic
@scope.define
def qlognormal(mu: float, sigma: float, q: float, rng: Any = None, size: Any = ()) -> Any:
    return _shaped(size, lambda draws: _rounded(math.exp(draws.normal(mu, sigma)), q), rng)


@implicit_stochastic
@scope.define
def randint(low: int, high: int | None = None, rng: Any = None, size: Any = ()) -> Any:
    """An integer from `low` up to but without `high`; with one bound, from 0 up to but without that."""
    first, end = (0, low) if high is None else (low, high)
    return _shaped(size, lambda draws: draws.integer(first, end), rng)


@implicit_stochastic
@scope.define
def categorical(p: Sequence[float], rng: Any = None, size: Any = ()) -> Any:
    """A position of `p`, which holds the probabilities."""
    return _shaped(size, lambda draws: draws.index(p), rng)


def one_of(*args: object) -> Apply:
    """One of `args`, all alike. A draw without a label: for :func:`sample`, not for spaces."""
    position = scope.apply("randint", [len(args)], {}, pure=False)
    return scope.apply("switch", [position, *args], {})


def choice(args: Sequence[object]) -> Apply:
    """As :func:`one_of`, of a sequence."""
    return one_of(*args)


scope.put("one_of", one_of)
scope.put("choice", choice)


def recursive_set_rng_kwarg(expr: Apply, rng: Any = None) -> Apply:
    """Makes all distributions of the expression draw from `rng`, in place; gives back the expression."""
    node = rng if isinstance(rng, Apply) else as_apply(rng if isinstance(rng, Draws) else Draws(rng))
    for below in dfs(expr):
        if below.name in implicit_stochastic_symbols:
            below.set_kwarg("rng", node)
    return expr


def sample(expr: object, rng: Any = None, **kwargs: Any) -> Any:
    """A random value of an expression, each parameter drawn from its distribution.

    `rng` is an int (a seed), a numpy `Generator` or `RandomState`, a `random.Random`, or None for a draw
    that cannot be repeated. `kwargs` go to :func:`rec_eval`.
    """
    return rec_eval(recursive_set_rng_kwarg(clone(as_apply(expr)), rng), **kwargs)


def _rounded(x: float, q: float) -> float:
    """To the nearest multiple of `q`, from a half to the even one; never -0.0."""
    return round(x / q) * float(q) + 0.0


def _shaped(size: Any, draw: Callable[[Draws], Any], rng: Any) -> Any:
    """One draw, or a numpy array of draws with the shape `size`."""
    draws = rng if isinstance(rng, Draws) else Draws(rng)
    if size == ():
        return draw(draws)
    import numpy

    count = math.prod(size) if isinstance(size, (tuple, list)) else int(size)
    return numpy.reshape([draw(draws) for _ in range(count)], size)
