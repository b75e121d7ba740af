"""From an expression to its outline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..exceptions import BadSearchSpace, DuplicateLabel
from ..pyll.graph import dfs
from .outline import Choice, Computed, Constant, Entries, Items, Leaf, Outline, members
from .parameter import KINDS, Parameter
from .program import Program
from .source import Source, arguments, label_of

# Symbols that draw at random if they are given an `rng`.
_RANDOM = frozenset(KINDS) | {"randint_via_categorical"}


class Reader:
    """Walks an expression once, inputs first. `BadSearchSpace` for one that is no space, naming the label."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.parameters: dict[str, Parameter] = {}
        """By label, in the order in which they stand in the expression."""
        self._leaves: dict[Any, Leaf | Choice] = {}
        nodes: list[Any] = [*dfs(source.root)]
        self._distributions: set[Any] = set()
        self._counts = _option_counts(nodes)
        for node in nodes:
            if node.name == "hyperopt_param":
                self._add(node)
        self._find_choices()
        outlines: dict[Any, Outline] = {}
        for node in nodes:
            if node not in self._distributions:
                outlines[node] = self._outline(node, outlines)
        self.root: Outline = outlines[source.root]
        self._refuse_cycles()

    def _add(self, node: Any) -> None:
        label = label_of(node)
        if label in self.parameters:
            raise DuplicateLabel(
                f"two parameters have the label `{label}`; give one of them another, "
                "or put the same object in both places if they are to have one value"
            )
        distribution = arguments(node, ("label", "obj")).get("obj")
        if distribution is not None and distribution.name == "literal":
            parameter = self._fixed(label, distribution.obj, self._counts.get(node, set()))
        else:
            parameter = self._drawn(label, distribution)
        self.parameters[label] = parameter
        self._leaves[node] = Leaf(parameter)
        self._distributions.add(distribution)

    def _drawn(self, label: str, distribution: Any) -> Parameter:
        if distribution is None or distribution.name not in KINDS:
            name = getattr(distribution, "name", None)
            raise BadSearchSpace(f"`{label}`: `scope.{name}` is no distribution of a parameter")
        names = KINDS[distribution.name]
        given = {
            name: self._constant(label, name, value) for name, value in arguments(distribution, names).items()
        }
        return Parameter.of(label, distribution.name, given)

    @staticmethod
    def _fixed(label: str, value: Any, counts: set[int]) -> Parameter:
        """A parameter whose distribution was replaced, as by `clone` with a memo, by the value it shall
        have."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadSearchSpace(
                f"`{label}`: a parameter can be fixed to an integer, not to `{value!r}`; "
                "replace the parameter itself by a constant"
            )
        if len(counts) == 1 and 0 <= value < (count := next(iter(counts))):
            return Parameter(
                label, "categorical", probabilities=tuple(float(at == value) for at in range(count))
            )
        return Parameter(label, "randint", value, value + 1)

    def _constant(self, label: str, name: str, node: Any) -> Any:
        """The value of an argument of a distribution."""
        below = dfs(node)
        others = [label_of(other) for other in below if other.name == "hyperopt_param"]
        if others:
            raise BadSearchSpace(
                f"`{label}`: {name} may not depend on `{others[0]}`, since the search chooses each parameter "
                "by itself; scale a value in the objective instead"
            )
        if any(other.name in _RANDOM for other in below):
            raise BadSearchSpace(f"`{label}`: {name} may not be drawn at random")
        return Program(replace(self._source, root=node)).run({})

    def _find_choices(self) -> None:
        """A parameter is a choice if it decides switches, all with as many options as it has values."""
        for node, leaf in self._leaves.items():
            parameter = leaf.parameter
            is_switch = parameter.count > 0 and self._counts.get(node) == {parameter.count}
            if is_switch or parameter.kind == "categorical":
                self._leaves[node] = Choice(parameter)

    def _outline(self, node: Any, outlines: dict[Any, Outline]) -> Outline:
        if node.name == "literal":
            return Constant(node.obj)
        if node.name == "hyperopt_param":
            return self._leaves[node]
        if node.name in _RANDOM and not any(keyword == "rng" for keyword, _ in node.named_args):
            raise BadSearchSpace(
                f"a `scope.{node.name}` in the space has no label, so that nothing would choose its value; "
                f"use `hp`, or give it an `rng` if it is to be noise"
            )
        inputs = [outlines[below] for below in node.inputs() if below in outlines]
        if node.name == "switch":
            return self._switch(node, inputs)
        if node.name == "pos_args":
            return Items(tuple(inputs))
        if node.name == "dict":
            entries = _entries(node, inputs)
            if entries is not None:
                return entries
        return _computed(node.name, inputs)

    def _switch(self, node: Any, inputs: list[Outline]) -> Outline:
        choice = inputs[0]
        # The node itself: `scope.int(parameter)` has the same outline, and decides by what it computes.
        decides = self._leaves.get(node.inputs()[0]) is choice
        if decides and isinstance(choice, Choice) and choice.parameter.count == len(inputs) - 1:
            choice.switches.append(tuple(inputs[1:]))
            return choice
        return _computed("switch", inputs)

    def _refuse_cycles(self) -> None:
        """A choice may not stand in its own options; only switches made by hand can do that."""
        finished: set[str] = set()

        def visit(outlines: list[Outline], above: tuple[str, ...]) -> None:
            for member in members(outlines):
                label = member.parameter.label
                if label in above:
                    raise BadSearchSpace(f"`{label}`: a choice must not stand in its own options")
                if isinstance(member, Choice) and label not in finished:
                    visit(member.options, (*above, label))
                    finished.add(label)

        visit([self.root], ())


def _option_counts(nodes: list[Any]) -> dict[Any, set[int]]:
    """How many options the switches have that a node decides."""
    counts: dict[Any, set[int]] = {}
    for node in nodes:
        if node.name == "switch":
            counts.setdefault(node.inputs()[0], set()).add(len(node.inputs()) - 1)
    return counts


def _entries(node: Any, inputs: list[Outline]) -> Outline | None:
    """The entries of a dict; None if it was made of something else than names or pairs."""
    if not node.pos_args:
        keywords = [keyword for keyword, _ in node.named_args]
        return Entries(tuple(zip(keywords, inputs, strict=True)))
    pairs = inputs[0]
    if len(inputs) != 1 or not isinstance(pairs, Items):
        return None
    entries = []
    for pair in pairs.items:
        if not isinstance(pair, Items) or len(pair.items) != 2 or not isinstance(pair.items[0], Constant):
            return None
        entries.append((str(pair.items[0].value), pair.items[1]))
    return Entries(tuple(entries))


def _computed(name: str, inputs: list[Outline]) -> Outline:
    """What a function makes of its inputs: like its only input with parameters, if there is just one."""
    bearing = [outline for outline in inputs if members([outline])]
    if not bearing:
        return Constant(f"scope.{name}")
    return bearing[0] if len(bearing) == 1 else Computed(members(bearing))
