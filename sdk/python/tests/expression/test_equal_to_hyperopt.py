"""Random spaces, made with Hyperopt's `hp` and with ours, are the same spaces and mean the same."""

from __future__ import annotations

import math
import pickle
import random
from typing import Any

import hyperopt
import numpy as np
import pytest
from hyperopt.pyll import scope as their_scope
from hyperopt.pyll_utils import expr_to_config as their_expr_to_config

from tests.expression.random_spaces import RandomSpace
from tunewright.compat import hp
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat.pyll import scope
from tunewright.compat.pyll.stochastic import sample
from tunewright.compat.pyll_utils import expr_to_config, space_eval

SEEDS = range(60)


def drawn(domain: Any, seed: int) -> dict[str, Any]:
    """The values of a trial that Hyperopt's random search proposes, as trials store them."""
    trials = hyperopt.Trials()
    (document,) = hyperopt.rand.suggest([0], domain, trials, seed)
    return {label: [value.item() for value in values] for label, values in document["misc"]["vals"].items()}


def alike(one: Any, other: Any) -> bool:
    """Equal, and of the same types."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        same = type(one) is type(other) and len(one) == len(other)
        return same and all(alike(a, b) for a, b in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_space_and_the_same_points(seed: int) -> None:
    theirs = RandomSpace(hyperopt.hp, their_scope, seed).build()
    ours = RandomSpace(hp, scope, seed).build()
    domain = hyperopt.Domain(lambda point: 0.0, theirs)
    of_theirs, of_ours = ExpressionSpace.of(theirs), ExpressionSpace.of(ours)
    detached = of_theirs.detached()
    assert of_ours.node == of_theirs.node == detached.node
    assert of_ours.labels == of_theirs.labels == list(domain.params)
    for draw in range(4):
        stored = drawn(domain, 100 * seed + draw)
        given = {label: values[0] for label, values in stored.items() if values}
        assert of_ours.active(stored) == of_theirs.active(given) == set(given)
        meant = hyperopt.space_eval(theirs, given)
        assert of_theirs.evaluate(given).keys() == meant.keys()
        for value in (of_theirs.evaluate(stored), hyperopt.space_eval(theirs, given)):
            assert repr(value) == repr(meant) and alike(value, meant)
        elsewhere = detached.evaluate(stored)
        assert alike(elsewhere, meant) and repr(elsewhere) == repr(meant)
        own = [of_ours.evaluate(stored), of_ours.evaluate(given), space_eval(ours, stored)]
        assert all(alike(value, of_ours.evaluate(given)) for value in own)
        assert comparable(own[0]) == comparable(meant)
        point = of_ours.to_point(stored)
        assert of_theirs.to_point(given) == point
        back = of_ours.to_vals(point)
        assert back == pytest.approx(given, rel=1e-9)
        assert {label: type(value) for label, value in back.items()} == {
            label: int if isinstance(value, int) else float for label, value in given.items()
        }


def comparable(value: Any) -> Any:
    """With objects by their class: the two spaces have instances of their own."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(comparable(item) for item in value)
    return type(value).__name__ if type(value).__name__ == "Fixed" else value


def test_a_detached_space_needs_no_hyperopt_unless_a_symbol_is_its_own() -> None:
    shared = hyperopt.hp.uniform("x", 0, 1)
    plain = ExpressionSpace.of({"a": shared * 2, "b": [shared, hyperopt.hp.choice("c", [1, 2])]})
    assert b"hyperopt.pyll" not in pickle.dumps(plain.detached())
    assert plain.detached().evaluate({"x": 0.5, "c": 1}) == {"a": 1.0, "b": (0.5, 2)}
    numeric = ExpressionSpace.of({"a": their_scope.exp(shared)})
    # What Hyperopt computes with numpy is a number of numpy.
    assert numeric.detached() is numeric
    assert type(pickle.loads(pickle.dumps(numeric.detached())).evaluate({"x": 0.5})["a"]) is np.float64
    own = ExpressionSpace.of(hp.uniform("x", 0, 1))
    assert own.detached() is own


@pytest.mark.parametrize("seed", SEEDS)
def test_the_conditions_are_hyperopts(seed: int) -> None:
    theirs: dict[str, Any] = {}
    their_expr_to_config(hyperopt.pyll.as_apply(only_choices(hyperopt.hp, their_scope, seed)), (), theirs)
    ours: dict[str, Any] = {}
    expr_to_config(only_choices(hp, scope, seed), (), ours)
    assert list(ours) == list(theirs)
    for label, entry in theirs.items():
        assert ours[label]["node"].name == entry["node"].name
        conditions = {
            tuple((cond.name, cond.val, cond.op) for cond in conds) for conds in entry["conditions"]
        }
        found = {tuple((c.name, c.val, c.op) for c in conds) for conds in ours[label]["conditions"]}
        assert found == conditions


def only_choices(hp: Any, scope: Any, seed: int) -> Any:
    """Nested choices over shared leaves; Hyperopt itself fails on conditions of a `pchoice`."""
    draw = random.Random(seed)
    leaves = [hp.uniform(f"leaf{at}", 0, 1) for at in range(3)]
    count = 0

    def part(depth: int) -> Any:
        nonlocal count
        if depth == 0:
            return draw.choice([*leaves, leaves[0] + leaves[1], 1, {"a": leaves[2], "b": 2}])
        count += 1
        label = f"choice{count}"
        return hp.choice(label, [part(draw.randrange(depth)) for _ in range(draw.randrange(1, 4))])

    return [part(3), part(2)]


@pytest.mark.parametrize("seed", range(10))
def test_a_sample_of_ours_is_a_point_of_theirs(seed: int) -> None:
    ours = RandomSpace(hp, scope, seed).build()
    first, again = sample(ours, seed), sample(ours, seed)
    other = sample(ours, np.random.default_rng(seed))
    assert comparable(first) == comparable(again)
    assert first.keys() == other.keys()


def test_functions_of_numpy_agree() -> None:
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan"):
        for number in (-2.0, -1, 0, 0.5, 3, 1000.0):
            with np.errstate(all="ignore"):
                meant = float(getattr(np, name)(number))
            found = getattr(scope, name)(number).eval()
            assert type(found) is float
            assert found == pytest.approx(meant, rel=1e-12, nan_ok=True), (name, number)
    for name in ("minimum", "maximum"):
        assert math.isnan(getattr(scope, name)(math.nan, 1).eval())
        assert getattr(scope, name)(2, 3).eval() == getattr(np, name)(2, 3)
