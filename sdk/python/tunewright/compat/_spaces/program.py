"""Expressions compiled for quick evaluation: an objective's input for each of many points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..exceptions import MissingValue
from ..pyll.evaluation import switch_position
from ..pyll.graph import dfs
from .source import Source, label_of

State = list[Any]
Step = Callable[[State, Mapping[str, Any]], None]

_UNSET: Any = object()

# Symbols that never answer with another expression.
_PLAIN = frozenset(["pos_args", "dict", "float", "int", "add", "sub", "mul", "truediv", "pow", "exp", "log"])


class Program:
    """The steps that evaluate an expression, for points given as values by label.

    Each node has a slot in a list and a step that fills it, unless it is filled. What a switch takes is a
    block of its own, run only if it is taken.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        nodes: list[Any] = [*dfs(source.root)]
        self._slots: dict[Any, int] = {node: slot for slot, node in enumerate(nodes)}
        self._template: State = [node.obj if node.name == "literal" else _UNSET for node in nodes]
        self._steps: dict[Any, Step] = {}
        for node in nodes:
            if node.name != "literal":
                self._steps[node] = self._step(node)
        self._main = self._block(source.root)
        self._result = self._slots[source.root]

    def run(self, values: Mapping[str, Any]) -> Any:
        """The value of the expression; `MissingValue` if it needs a parameter that `values` does not have.

        A value may also stand in a list of one, as in a trial's `misc.vals`; an empty list is no value.
        """
        state = self._template.copy()
        for step in self._main:
            step(state, values)
        return state[self._result]

    def _block(self, root: Any) -> list[Step]:
        """The steps for a node, inputs first, without what stands in options."""
        seen, order = {root}, []
        stack = [(root, iter(self._needed(root)))]
        while stack:
            node, inputs = stack[-1]
            below = next(inputs, None)
            if below is None:
                stack.pop()
                if node in self._steps:
                    order.append(self._steps[node])
            elif below not in seen:
                seen.add(below)
                stack.append((below, iter(self._needed(below))))
        return order

    @staticmethod
    def _needed(node: Any) -> list[Any]:
        """The inputs that are evaluated in any case. The distribution of a parameter is not: its value is
        given.
        """
        if node.name == "hyperopt_param":
            return []
        inputs: list[Any] = node.inputs()
        return inputs[:1] if node.name == "switch" else inputs

    def _step(self, node: Any) -> Step:
        if node.name == "hyperopt_param":
            return _take(self._slots[node], label_of(node))
        if node.name == "switch":
            return self._switch(node)
        slot = self._slots[node]
        function = self._source.function(node.name)
        if node.name not in _PLAIN:
            function = self._resolving(function)
        inputs = [self._slots[below] for below in node.pos_args]
        if node.named_args:
            keywords = [keyword for keyword, _ in node.named_args]
            return _call_named(
                slot, function, inputs, keywords, [self._slots[below] for _, below in node.named_args]
            )
        if node.name == "pos_args":
            return _tuple(slot, inputs)
        if len(inputs) == 1:
            return _call_one(slot, function, inputs[0])
        return _call_some(slot, function, inputs)

    def _switch(self, node: Any) -> Step:
        slot, inputs = self._slots[node], node.inputs()
        position, options = self._slots[inputs[0]], inputs[1:]
        targets = [self._slots[option] for option in options]
        blocks: list[list[Step] | None] = [None] * len(options)

        def step(state: State, values: Mapping[str, Any]) -> None:
            if state[slot] is not _UNSET:
                return
            taken = switch_position(state[position], len(targets))
            target = targets[taken]
            if state[target] is _UNSET:
                block = blocks[taken]
                if block is None:
                    # Compiled when first taken: few of the many options of a large choice ever are.
                    block = blocks[taken] = self._block(options[taken])
                for inner in block:
                    inner(state, values)
            state[slot] = state[target]

        return step

    def _resolving(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, and the value of the expression that it may answer with."""
        node_type, rec_eval = self._source.node_type, self._source.rec_eval

        def resolve(*args: Any, **kwargs: Any) -> Any:
            value = function(*args, **kwargs)
            return rec_eval(value) if isinstance(value, node_type) else value

        return resolve


def _take(slot: int, label: str) -> Step:
    def step(state: State, values: Mapping[str, Any]) -> None:
        value = values.get(label, _UNSET)
        if type(value) is list:
            value = value[0] if value else _UNSET
        if value is _UNSET:
            raise MissingValue(label)
        state[slot] = value

    return step


def _tuple(slot: int, inputs: list[int]) -> Step:
    def step(state: State, values: Mapping[str, Any]) -> None:
        if state[slot] is _UNSET:
            state[slot] = tuple([state[at] for at in inputs])

    return step


def _call_one(slot: int, function: Callable[..., Any], only: int) -> Step:
    def step(state: State, values: Mapping[str, Any]) -> None:
        if state[slot] is _UNSET:
            state[slot] = function(state[only])

    return step


def _call_some(slot: int, function: Callable[..., Any], inputs: list[int]) -> Step:
    def step(state: State, values: Mapping[str, Any]) -> None:
        if state[slot] is _UNSET:
            state[slot] = function(*[state[at] for at in inputs])

    return step


def _call_named(
    slot: int, function: Callable[..., Any], inputs: list[int], keywords: list[str], named: list[int]
) -> Step:
    def step(state: State, values: Mapping[str, Any]) -> None:
        if state[slot] is _UNSET:
            given = {keyword: state[at] for keyword, at in zip(keywords, named, strict=True)}
            state[slot] = function(*[state[at] for at in inputs], **given)

    return step
