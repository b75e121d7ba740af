"""Draws follow their distributions: chi-square and Kolmogorov-Smirnov tests with fixed seeds.

Each asks whether the draws could come from the exact distribution, and fails at a p-value below 1e-4. With
its seed a test either always passes or always fails; what is wrong has p-values near 0 at this many draws.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tunewright.compat import hp
from tunewright.compat.pyll import Apply, as_apply, scope
from tunewright.compat.pyll.draws import Draws
from tunewright.compat.pyll.stochastic import sample

DRAWS = 6_000
CONFIDENCE = 1e-4
Cdf = Callable[[float], float]

NORMAL = stats.norm(1.0, 2.0).cdf

CONTINUOUS: dict[str, tuple[Apply, Cdf]] = {
    "uniform": (hp.uniform("x", -2, 5), lambda x: (x + 2) / 7),
    "loguniform": (hp.loguniform("x", -3, 2), lambda x: (math.log(x) + 3) / 5),
    "normal": (hp.normal("x", 1, 2), NORMAL),
    "lognormal": (hp.lognormal("x", 1, 2), lambda x: NORMAL(math.log(x))),
}

UNIFORM = stats.uniform(-1.0, 8.5).cdf
LOG_UNIFORM = stats.uniform(0.0, 3.0).cdf


def log_or_least(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf


QUANTIZED: dict[str, tuple[Apply, float, Cdf]] = {
    "quniform": (hp.quniform("x", -1, 7.5, 2), 2, UNIFORM),
    "uniformint": (hp.uniformint("x", 1, 5), 1, stats.uniform(1.0, 4.0).cdf),
    "qloguniform": (hp.qloguniform("x", 0, 3, 4), 4, lambda x: LOG_UNIFORM(log_or_least(x))),
    "qnormal": (hp.qnormal("x", 1, 2, 0.5), 0.5, NORMAL),
    "qlognormal": (hp.qlognormal("x", 1, 2, 3), 3, lambda x: NORMAL(log_or_least(x))),
}

SOURCES: dict[str, Callable[[], Any]] = {
    "int": lambda: Draws(5),
    "Generator": lambda: np.random.default_rng(5),
    "RandomState": lambda: np.random.RandomState(5),
    "Random": lambda: random.Random(5),
}


def draws(space: object, source: Any) -> list[Any]:
    return [sample(space, source) for _ in range(DRAWS)]


def fits(found: Counter[Any], mass: dict[Any, float]) -> float:
    """The p-value of a chi-square test; values expected fewer than 10 times count as one."""
    assert set(found) <= set(mass)
    total = sum(found.values())
    often = [value for value, share in mass.items() if share * total >= 10]
    counts = [found[value] for value in often]
    shares = [mass[value] for value in often]
    rest = 1 - math.fsum(shares)
    if rest * total >= 1:
        counts.append(total - sum(counts))
        shares.append(rest)
    expected = [share / math.fsum(shares) * sum(counts) for share in shares]
    return float(stats.chisquare(counts, expected).pvalue)


@pytest.mark.parametrize("kind", CONTINUOUS)
@pytest.mark.parametrize("source", SOURCES)
def test_continuous_distributions(kind: str, source: str) -> None:
    space, cdf = CONTINUOUS[kind]
    found = draws(space, SOURCES[source]())
    assert {type(value) for value in found} == {float}
    assert stats.kstest([cdf(value) for value in found], "uniform").pvalue > CONFIDENCE


@pytest.mark.parametrize("kind", QUANTIZED)
def test_quantized_distributions_have_the_mass_of_each_cell(kind: str) -> None:
    space, q, cdf = QUANTIZED[kind]
    found = Counter(draws(space, np.random.default_rng(1)))
    cells = {round(value / q) for value in found}
    mass = {
        cell * q: cdf((cell + 0.5) * q) - cdf((cell - 0.5) * q) for cell in range(min(cells), max(cells) + 1)
    }
    assert fits(found, mass) > CONFIDENCE
    assert {type(value) for value in found} == {int if kind == "uniformint" else float}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("low", "high"), [(0, 7), (-3, 4), (5, 6)])
def test_integers_are_all_alike(source: str, low: int, high: int) -> None:
    found = Counter(draws(hp.randint("x", low, high), SOURCES[source]()))
    assert set(found) == set(range(low, high))
    assert high - low == 1 or fits(found, dict.fromkeys(range(low, high), 1 / (high - low))) > CONFIDENCE


def test_integers_of_a_wide_range_are_even_to_the_last_bit() -> None:
    high = 3 << 51
    found = draws(hp.randint("x", high), np.random.default_rng(2))
    assert stats.kstest([value / high for value in found], "uniform").pvalue > CONFIDENCE
    assert fits(Counter(value % 8 for value in found), dict.fromkeys(range(8), 1 / 8)) > CONFIDENCE


@pytest.mark.parametrize("source", SOURCES)
def test_choices_take_their_options_as_often_as_they_should(source: str) -> None:
    weighted = {"a": 0.05, "b": 0.7, "c": 0.25}
    pairs = [(share, name) for name, share in weighted.items()]
    assert fits(Counter(draws(hp.pchoice("x", pairs), SOURCES[source]())), weighted) > CONFIDENCE
    even = dict.fromkeys("abcd", 0.25)
    assert fits(Counter(draws(hp.choice("x", list(even)), SOURCES[source]())), even) > CONFIDENCE


def test_an_option_without_probability_is_never_drawn() -> None:
    space = hp.pchoice("x", [(0, "never"), (1, "always"), (0, "neither")])
    assert set(draws(space, 0)) == {"always"}


def test_parameters_of_one_draw_are_independent() -> None:
    space = as_apply([hp.uniform("a", 0, 1), hp.normal("b", 0, 1), hp.choice("c", [0, 1])])
    rng = np.random.default_rng(3)
    table = np.array([sample(space, rng) for _ in range(DRAWS)])
    correlations = np.abs(np.corrcoef(table.T)[np.triu_indices(3, 1)])
    assert (correlations < 4 / math.sqrt(DRAWS)).all()


def test_a_node_that_stands_twice_is_drawn_once() -> None:
    x = hp.uniform("x", 0, 1)
    assert all(len(set(sample([x, x, x + 0], seed))) == 1 for seed in range(20))


@pytest.mark.parametrize("source", SOURCES)
def test_a_seed_repeats_and_another_does_not(source: str) -> None:
    space = [hp.uniform("a", 0, 1), hp.normal("b", 0, 1), hp.randint("c", 1000)]
    first, again = SOURCES[source](), SOURCES[source]()
    assert sample(space, first) == sample(space, again)
    assert sample(space, first) == sample(space, again) != sample(space, SOURCES[source]())
    assert sample(space, 1) == sample(space, 1) != sample(space, 2)
    assert sample(space) != sample(space)


def test_draws_may_be_arrays() -> None:
    table = scope.normal(0, 1, rng=np.random.default_rng(0), size=(3, 2)).eval()
    assert table.shape == (3, 2) and len(set(table.ravel())) == 6


def test_sampling_leaves_the_expression_as_it_was() -> None:
    space = as_apply({"x": hp.uniform("x", 0, 1)})
    before = str(space)
    sample(space, 1)
    assert str(space) == before


@pytest.mark.parametrize("source", ["seed", 1.5, [1]])
def test_what_is_no_source_of_randomness_is_refused(source: Any) -> None:
    with pytest.raises(TypeError, match="`rng` must be an int, a numpy Generator or RandomState"):
        sample(hp.uniform("x", 0, 1), source)
