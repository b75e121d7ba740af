"""Parameters that were fixed by putting a value in the place of their distribution."""

from __future__ import annotations

import pytest

from tunewright.compat import hp, pyll
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat.exceptions import BadSearchSpace


def test_a_fixed_choice_has_one_option_and_keeps_its_label() -> None:
    space = hp.choice("a", [-1, hp.uniform("b", 0, 1), 7])
    draw = space.pos_args[0].pos_args[1]
    fixed = ExpressionSpace.of(pyll.clone(space, memo={draw: pyll.as_apply(1)}))
    assert fixed.labels == ["a", "b"]
    assert len(fixed.node.choice.options) == 1
    name = fixed.node.choice.options[0].name
    assert fixed.to_vals({"a": name, "b": 0.25}) == {"a": 1, "b": 0.25}
    assert fixed.evaluate({"a": 1, "b": 0.25}) == 0.25
    assert fixed.to_point({"a": 1, "b": 0.25}) == {"a": name, "b": 0.25}
    assert fixed.active({"a": 1}) == {"a", "b"}


def test_a_fixed_integer_has_one_value() -> None:
    space = hp.randint("n", 2, 9) + 1
    draw = next(node for node in pyll.dfs(space) if node.name == "randint")
    fixed = ExpressionSpace.of(pyll.clone(space, memo={draw: pyll.as_apply(5)}))
    assert (fixed.node.parameter.randint.low, fixed.node.parameter.randint.high) == (5, 6)
    assert fixed.evaluate({"n": 5}) == 6


def test_what_cannot_be_fixed_says_what_to_do() -> None:
    space = hp.uniform("x", 0, 1)
    draw = next(node for node in pyll.dfs(space) if node.name == "uniform")
    with pytest.raises(BadSearchSpace, match="`x`: a parameter can be fixed to an integer, not to `0"):
        ExpressionSpace.of(pyll.clone(space, memo={draw: pyll.as_apply(0.5)}))
