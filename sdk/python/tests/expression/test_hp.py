"""What `hp` makes and what it refuses, where Hyperopt lets it pass or fails later."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from tunewright.compat import hp
from tunewright.compat.exceptions import BadSearchSpace
from tunewright.compat.pyll import Apply, as_apply
from tunewright.compat.pyll.stochastic import sample
from tunewright.compat.pyll_utils import validate_distribution_range, validate_label

RANGES = [hp.uniform, hp.loguniform, hp.uniformint]
Q_RANGES = [hp.quniform, hp.qloguniform]
LAWS = [hp.normal, hp.lognormal]
Q_LAWS = [hp.qnormal, hp.qlognormal]
ALL: list[tuple[Any, tuple[Any, ...]]] = [
    *((kind, (0, 1)) for kind in RANGES + LAWS),
    *((kind, (0, 1, 1)) for kind in Q_RANGES + Q_LAWS),
    (hp.randint, (5,)),
    (hp.choice, ([1, 2],)),
    (hp.pchoice, ([(0.5, 1), (0.5, 2)],)),
]


@pytest.mark.parametrize(("kind", "arguments"), ALL)
@pytest.mark.parametrize("label", [7, None, b"x", ["x"]])
def test_a_label_is_text(kind: Any, arguments: tuple[Any, ...], label: Any) -> None:
    with pytest.raises(TypeError, match="the label must be a str"):
        kind(label, *arguments)


@pytest.mark.parametrize(("kind", "arguments"), ALL)
def test_a_label_is_not_empty(kind: Any, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="the label must not be empty"):
        kind("", *arguments)


@pytest.mark.parametrize("kind", RANGES + Q_RANGES)
@pytest.mark.parametrize(("low", "high"), [(0, -1), (0, 0), (1, 1), (3, 0), (-1, -2)])
def test_low_is_less_than_high_also_where_one_is_zero(kind: Any, low: float, high: float) -> None:
    q = (1,) if kind in Q_RANGES else ()
    with pytest.raises(ValueError, match=f"`x`: low must be < high, not {low} and {high}"):
        kind("x", low, high, *q)
    with pytest.raises(ValueError, match="low must be < high"):
        kind("x", low=low, high=high, **({"q": 1} if q else {}))


@pytest.mark.parametrize("kind", Q_RANGES + Q_LAWS)
@pytest.mark.parametrize("q", [0, -1])
def test_q_is_positive(kind: Any, q: float) -> None:
    with pytest.raises(ValueError, match=f"`x`: q must be > 0, not {q}"):
        kind("x", 0, 1, q)


@pytest.mark.parametrize("kind", LAWS)
def test_sigma_is_positive(kind: Any) -> None:
    with pytest.raises(ValueError, match="`x`: sigma must be > 0, not 0"):
        kind("x", 0, 0)


@pytest.mark.parametrize("bound", [math.nan, math.inf, -math.inf])
def test_bounds_are_finite(bound: float) -> None:
    with pytest.raises(ValueError, match="`x`: high must be finite"):
        hp.uniform("x", 0, bound)


def test_bounds_of_log_kinds_are_logarithms() -> None:
    with pytest.raises(ValueError, match=r"`x`: high must be from -700 to 700, not 100000: .*math.log"):
        hp.loguniform("x", 1, 100_000)


def test_a_bound_is_a_number() -> None:
    for bad in ("1", None, [1], True):
        with pytest.raises(TypeError, match="`x`: high must be a number"):
            hp.uniform("x", 0, bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [hp.uniform, hp.normal, hp.loguniform])
def test_a_parameter_may_not_depend_on_another(kind: Any) -> None:
    other = hp.uniform("other", 0, 1)
    with pytest.raises(BadSearchSpace, match=r"`x`: .* may not depend on another parameter"):
        kind("x", other, 1)
    with pytest.raises(BadSearchSpace, match=r"`x`: .* may not depend on another parameter"):
        kind("x", 0, other)


@pytest.mark.parametrize(
    ("positional", "named", "values"),
    [
        ((3,), {}, {0, 1, 2}),
        ((), {"high": 3}, {0, 1, 2}),
        ((2, 4), {}, {2, 3}),
        ((), {"low": 2, "high": 4}, {2, 3}),
        ((2,), {"high": 4}, {2, 3}),
        ((4,), {"low": 2}, {2, 3}),
        ((np.int64(2), 4.0), {}, {2, 3}),
    ],
)
def test_randint_takes_its_bounds_either_way(positional: Any, named: Any, values: set[int]) -> None:
    space = hp.randint("x", *positional, **named)
    drawn = [sample(space, seed) for seed in range(60)]
    assert set(drawn) == values
    assert {type(value) for value in drawn} == {int}


@pytest.mark.parametrize("bounds", [(), (1, 2, 3)])
def test_randint_takes_one_bound_or_two(bounds: Any) -> None:
    with pytest.raises(TypeError, match="`x`: randint takes `high`, or `low` and `high`"):
        hp.randint("x", *bounds)
    with pytest.raises(TypeError):
        hp.randint("x", low=3)


@pytest.mark.parametrize("bounds", [(0,), (-2,), (3, 3), (4, 2)])
def test_randint_has_at_least_one_value(bounds: Any) -> None:
    with pytest.raises(ValueError, match="`x`: low must be < high"):
        hp.randint("x", *bounds)


def test_randint_takes_integers() -> None:
    with pytest.raises(ValueError, match=r"`x`: high must be an integer, not 2.5"):
        hp.randint("x", 2.5)


def test_uniformint_has_no_q() -> None:
    with pytest.raises(TypeError, match="q"):
        hp.uniformint("x", 1, 5, q=2)  # type: ignore[call-arg]


@pytest.mark.parametrize("options", [[], (), range(0)])
def test_a_choice_has_options(options: Any) -> None:
    with pytest.raises(ValueError, match="`x`: a choice must have at least one option"):
        hp.choice("x", options)
    with pytest.raises(ValueError, match="`x`: a choice must have at least one option"):
        hp.pchoice("x", options)


@pytest.mark.parametrize("options", ["abc", 5, None])
def test_options_are_a_list(options: Any) -> None:
    with pytest.raises(TypeError, match="`x`: the options must be a list"):
        hp.choice("x", options)


def test_options_are_any_iterable() -> None:
    for options in (range(3), np.arange(3), iter([0, 1, 2]), {0: "a", 1: "b", 2: "c"}, as_apply([0, 1, 2])):
        space = hp.choice("x", options)
        assert {sample(space, seed) for seed in range(40)} == {0, 1, 2}


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((0.1, 0.1), "the probabilities must sum to 1, not 0.2"),
        ((0.9, 0.9), "the probabilities must sum to 1, not 1.8"),
        ((1.5, -0.5), "a probability must be >= 0, not -0.5"),
    ],
)
def test_probabilities_sum_to_one(shares: tuple[float, float], message: str) -> None:
    with pytest.raises(ValueError, match=f"`x`: {message}"):
        hp.pchoice("x", [(share, share) for share in shares])
    assert isinstance(hp.pchoice("x", [(1 / 3, "a"), (1 / 3, "b"), (1 / 3, "c")]), Apply)


def test_an_option_of_pchoice_is_a_pair() -> None:
    with pytest.raises(TypeError, match="`x`: an option must be a pair"):
        hp.pchoice("x", ["a", "b"])


def test_what_is_drawn_is_plain() -> None:
    for kind, arguments in ALL:
        assert type(sample(kind("x", *arguments), 1)) in (int, float)
        json.dumps(
            sample(kind("x", *(np.asarray(it).tolist() for it in arguments)), np.random.default_rng(1))
        )


def test_own_functions_of_labels_and_ranges_can_be_checked_too() -> None:
    @validate_label
    @validate_distribution_range
    def own(label: str, low: float, high: float) -> str:
        return label

    assert own("x", 0, 1) == own("x", low=0, high=1) == own("x", 0, high=1) == "x"
    for call in (lambda: own("x", 1, 1), lambda: own("x", 1, high=1), lambda: own("x", low=1, high=1)):
        with pytest.raises(ValueError, match="low must be < high"):
            call()
    with pytest.raises(TypeError, match="the label must be a str"):
        own(3, 0, 1)
