"""Expressions: operators, functions, control flow, and the table of symbols."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tunewright.compat import hp
from tunewright.compat.annotated import AnnotatedObjective, annotated_space
from tunewright.compat.exceptions import DuplicateLabel, InvalidAnnotatedParameter
from tunewright.compat.graph_viz import dot_hyperparameters
from tunewright.compat.pyll import (
    Apply,
    Literal,
    as_apply,
    clone,
    clone_merge,
    dfs,
    rec_eval,
    scope,
    toposort,
)
from tunewright.compat.pyll.base import GarbageCollected, MissingArgument, PyllImportError
from tunewright.compat.pyll_utils import EQ, expr_to_config, space_eval

BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.pow,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


@pytest.mark.parametrize("function", BINARY)
@pytest.mark.parametrize(("a", "b"), [(7, 2), (2, 7), (-3, 2), (0.5, 4), (2, 2)])
def test_operators_on_nodes_are_those_on_values(function: Any, a: float, b: float) -> None:
    meant = function(a, b)
    for one, other in (
        (as_apply(a), as_apply(b)),
        (as_apply(a), b),
        (a, as_apply(b)),
        (np.float64(a), as_apply(b)),
    ):
        found = function(one, other)
        assert isinstance(found, Apply)
        assert found.eval() == meant


def test_more_operators() -> None:
    values = as_apply([3, 5])
    assert (-values[0]).eval() == -3
    assert values[1].eval() == 5
    assert values[as_apply(0) + 1].eval() == 5
    assert as_apply({"a": 4})["a"].eval() == 4
    assert scope.eq(values[0], 3).eval() is True
    assert as_apply(max)(1, 2, key=lambda x: -x).eval() == 1


def test_a_node_is_neither_true_nor_false_and_has_no_length() -> None:
    x = hp.uniform("x", 0, 1)
    for ask in (bool, len, list):
        with pytest.raises(TypeError, match="the value of `float` is not known yet"):
            ask(x)
    with pytest.raises(TypeError):
        _ = 0 < x < 1
    assert x != hp.uniform("x", 0, 1) and len({x, x + 0}) == 2


def test_a_node_of_known_length_unpacks() -> None:
    a, b = as_apply((3, 4))
    assert (a + b).eval() == 7
    _, _, third = Literal([1, 2, 3])
    assert third.eval() == 3 and len(as_apply((1, 2))) == 2
    with pytest.raises(IndexError):
        _ = as_apply((1, 2))[2]


def test_functions() -> None:
    x = as_apply(4)
    assert scope.int(2.7).eval() == 2 and scope.float(x).eval() == 4.0
    assert scope.len([1, 2]).eval() == 2 and scope.list((1, 2)).eval() == [1, 2]
    assert scope.dict(a=x).eval() == {"a": 4} and scope.range(x).eval() == range(4)
    assert scope.min(x, 3).eval() == 3 and scope.max(x, 3).eval() == 4
    assert scope.getattr(1 + 2j, "imag").eval() == 2.0 and scope.getattr(x, "no", 5).eval() == 5
    assert scope.pow(x, 2).eval() == 16 and scope.sqrt(x).eval() == 2.0
    assert scope.sum([1, 2, x]).eval() == 7
    assert scope.sum(np.ones((2, 3)), axis=0).eval().tolist() == [2, 2, 2]
    assert scope.exp(np.array([0.0, 0.0])).eval().tolist() == [1, 1]
    assert scope.minimum([1, 5], 3).eval().tolist() == [1, 3]
    assert scope.call_method("a,b", "split", ",").eval() == ["a", "b"]
    assert scope.call_method_pure([3, 1, 3], "count", 3).eval() == 2
    assert scope.str_join("-", ["a", "b"]).eval() == "a-b" and scope.repeat(2, "a").eval() == ["a", "a"]


def test_only_the_option_that_is_taken_is_evaluated() -> None:
    position = Literal()
    node = scope.switch(position, "a", scope.Raise(KeyError, "not this"), "c")
    assert rec_eval(node, memo={position: 0}) == "a"
    assert rec_eval(node, memo={position: np.int64(2)}) == "c"
    assert rec_eval(node, memo={position: np.array(2)}) == "c"
    with pytest.raises(KeyError, match="not this"):
        rec_eval(node, memo={position: 1})
    for wrong, error in (
        (-1, ValueError),
        (3, ValueError),
        ("a", TypeError),
        (None, TypeError),
        (0.5, TypeError),
    ):
        with pytest.raises(error, match="the position of an option must be"):
            rec_eval(node, memo={position: wrong})


def test_options_by_name() -> None:
    name = Literal()
    node = scope.kwswitch(name, one="a", two=as_apply(1) + 1, none=scope.Raise(KeyError))
    assert rec_eval(node, memo={name: "one"}) == "a"
    assert rec_eval(node, memo={name: "two"}) == 2
    with pytest.raises(ValueError, match="not in tuple"):
        rec_eval(node, memo={name: "three"})


def test_a_node_is_evaluated_once() -> None:
    calls = []
    node = as_apply(lambda: calls.append(1) or len(calls))()
    assert rec_eval([node, node, {"a": node}]) == (1, 1, {"a": 1})


def test_an_exception_names_the_part_that_raised() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        rec_eval({"a": as_apply(1) / 0})
    notes = getattr(raised.value, "__notes__", None)
    assert notes is None or "truediv" in notes[0]


def test_what_is_not_there_is_named() -> None:
    x = hp.uniform("x", 0, 1)
    parameter = next(node for node in dfs(x) if node.name == "hyperopt_param")
    with pytest.raises(LookupError, match="needs the value of `x`"):
        rec_eval(x, memo={parameter: GarbageCollected})


def test_a_mistaken_memo_is_refused() -> None:
    with pytest.raises(ValueError, match="`deepcopy_inputs` must be a bool"):
        rec_eval(as_apply(1), {as_apply(1): 2})  # type: ignore[arg-type]


def test_inputs_may_be_copied() -> None:
    items = [1]
    node = scope.call_method(Literal(items), "append", 2)
    rec_eval(node, deepcopy_inputs=True)
    assert items == [1]
    rec_eval(node)
    assert items == [1, 2]


@pytest.fixture
def defined() -> Iterator[list[Any]]:
    """Functions that the test defines; removed at its end."""
    functions: list[Any] = []
    yield functions
    for function in functions:
        scope.undefine(function)


def test_functions_of_users(defined: list[Any]) -> None:
    @scope.define
    def halved(x: float, by: float = 2) -> float:
        return x / by

    @scope.define_info(o_len=2)
    def split(x: float) -> tuple[float, float]:
        return x // 1, x % 1

    defined += [halved, split]
    assert halved(4) == 2
    whole, rest = scope.split(2.5)
    assert space_eval([scope.halved(hp.uniform("x", 0, 1), by=4), whole, rest], {"x": 1.0}) == (0.25, 2, 0.5)
    assert scope.halved(3, by=1).arg["by"].obj == 1
    assert scope.halved(3).arg["by"] is MissingArgument
    with pytest.raises(ValueError, match=r"`scope.add` is defined already"):
        scope.define(_named("add"))
    with pytest.raises(ValueError, match=r"`scope.halved` is defined already"):
        scope.define(_named("halved"))


def test_a_cell_that_runs_twice_defines_its_function_again(defined: list[Any]) -> None:
    for factor in (2, 3):

        @scope.define
        def scaled(x: float, factor: float = factor) -> float:
            return x * factor

    defined.append("scaled")
    assert scope.scaled(2).eval() == 6
    assert scope.define_if_new(scaled) is scaled


def test_a_function_may_answer_with_an_expression(defined: list[Any]) -> None:
    @scope.define
    def countdown(n: int) -> Any:
        return scope.countdown(as_apply(n) - 1) if n > 0 else as_apply("end")

    defined.append(countdown)
    assert scope.countdown(5).eval() == "end"
    assert space_eval([scope.countdown(hp.randint("n", 9))], {"n": 3}) == ("end",)


def test_what_is_not_defined_says_so() -> None:
    node = scope.apply("nothing", [1], {})
    with pytest.raises(LookupError, match=r"`scope.nothing` is not defined here: import the module"):
        node.eval()
    with pytest.raises(AttributeError, match="nothing"):
        _ = scope.nothing
    with pytest.raises(PyllImportError):
        scope.inject("nothing")
    names: dict[str, Any] = {}
    scope.import_(names, "add", minus="sub")
    assert names["minus"](3, names["add"](1, 1)).eval() == 1


def _named(name: str) -> Any:
    def function(x: float) -> float:
        return x

    function.__name__ = name
    return function


def test_containers() -> None:
    x = hp.uniform("x", 0, 1)
    value = {"b": [1, (x, 2)], "a": {2: "two", "one": 1}, "c": ()}
    assert space_eval(value, {"x": 0.5}) == {"a": {2: "two", "one": 1}, "b": (1, (0.5, 2)), "c": ()}
    assert list(space_eval(value, {"x": 0.5})) == ["a", "b", "c"]
    assert as_apply(x) is x


def test_graphs() -> None:
    x = as_apply(2)
    node = (x + 1) * (x + 1)
    order = toposort(node)
    assert order[-1] is node and len(order) == len(set(order)) == len(dfs(node)) == 6
    assert all(order.index(below) < order.index(above) for above in order for below in above.inputs())
    copied = clone(node)
    assert copied.eval() == 9 and not set(dfs(copied)) & set(order)
    assert clone(node, {x: as_apply(4)}).eval() == 25
    assert node.pos_args[0].replace_input(x, as_apply(9)) == [0]
    assert node.eval() == 30
    node.replace_input(node.pos_args[1], node)
    with pytest.raises(ValueError, match="the expression has a cycle"):
        dfs(node)


def test_equal_parts_may_become_one() -> None:
    a, b, c = as_apply(2), as_apply(3), as_apply(2)
    node = (a + b) * (c + b)
    merged = clone_merge(node, merge_literals=True)
    assert merged.eval() == 25 and len(dfs(merged)) == 4
    assert len(dfs(clone_merge(node))) == len(dfs(node)) == 6
    noise = scope.normal(0, 1) + scope.normal(0, 1)
    assert len(dfs(clone_merge(noise, merge_literals=True))) == 5


def test_arguments_by_name() -> None:
    node = scope.uniform(1, high=2)
    assert node.arg["low"].obj == 1 and node.arg["high"].obj == 2 and node.arg["rng"] is MissingArgument
    node.set_kwarg("high", 3)
    node.set_kwarg("size", 4)
    assert [(name, value.obj) for name, value in node.named_args] == [("high", 3), ("size", 4)]
    with pytest.raises(NotImplementedError, match="`low` of `uniform` was given by its position"):
        node.set_kwarg("low", 0)


def test_an_expression_as_text() -> None:
    shared = as_apply(5)
    text = str(scope.dict(a=shared, b=[shared, "x"]))
    assert text.splitlines() == [
        "0 dict",
        "1    a =",
        "2   Literal{5}",
        "3    b =",
        "4   pos_args",
        "5     Literal{5}  [line:2]",
        "6     Literal{x}",
    ]


def test_conditions_of_parameters() -> None:
    z = hp.randint("z", 10)
    nested = hp.choice("d", [3 + hp.loguniform("c", 0, 1), z])
    found: dict[str, Any] = {}
    expr_to_config((hp.choice("a", [hp.uniform("b", -1, 1) + z, {"d": nested}]), z), (True,), found)
    conditions = {label: entry["conditions"] for label, entry in found.items()}
    assert conditions == {
        "a": {(True,)},
        "b": {(True, EQ("a", 0))},
        "z": {(True,), (True, EQ("a", 0)), (True, EQ("a", 1), EQ("d", 1))},
        "d": {(True, EQ("a", 1))},
        "c": {(True, EQ("a", 1), EQ("d", 0))},
    }
    everywhere: dict[str, Any] = {}
    x = hp.uniform("x", 0, 1)
    expr_to_config(hp.pchoice("p", [(0.5, x), (0.5, x + 1)]), None, everywhere)
    assert everywhere["x"]["conditions"] == {()} and str(EQ("p", 1)) == "Cond{p = 1}"
    with pytest.raises(DuplicateLabel):
        expr_to_config([hp.uniform("x", 0, 1), hp.uniform("x", 0, 1)], None, {})


def test_a_picture() -> None:
    text = dot_hyperparameters(hp.choice("a", [1, hp.choice('b "2"', [hp.uniform("c", 0, 1), 3])]))
    assert text.startswith("digraph {") and text.endswith("}\n")
    for line in (
        '"a" [ shape=box];',
        '"a" -> "a=1";',
        '"a=1" -> "b \\"2\\"";',
        '"a=1 & b \\"2\\"=0" -> "c";',
    ):
        assert text.count(line) == 1


def test_a_space_of_annotations() -> None:
    def objective(x: hp.uniform("x", 0, 1), y: hp.randint("n", 5), scale: float = 2) -> float:  # type: ignore[valid-type]
        return (x + y) * scale

    # Written as text, as all annotations are in this module.
    objective.__annotations__ = {"x": hp.uniform("x", 0, 1), "y": hp.randint("n", 5), "return": float}
    space = annotated_space(objective)
    assert list(space) == ["x", "y"]
    assert AnnotatedObjective(objective)(space_eval(space, {"x": 0.5, "n": 3})) == 7.0


def test_annotations_that_are_no_space() -> None:
    def wrong(x: float) -> float:
        return x

    def none(x, y=1):  # type: ignore[no-untyped-def]
        return x

    for function in (wrong, none):
        with pytest.raises(
            InvalidAnnotatedParameter, match="`x` must be annotated with an expression of `hp`"
        ):
            annotated_space(function)
