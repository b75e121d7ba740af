"""A search space given as an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tunewright.v1 import space_pb2 as pb

from ..exceptions import BadSearchSpace
from ..pyll.evaluation import switch_position
from ..pyll.graph import dfs
from .outline import Choice, Leaf, Outline, members
from .program import Program
from .reader import Reader
from .source import Source
from .wire import Wire


class ExpressionSpace:
    """A space made with `hp`, ours or Hyperopt's: what the server is told of it, and how points are
    translated.

    A point on the wire has the names of options; *vals* are what Hyperopt stores, `{label: int | float}`
    with the positions of options. Vals are also understood as `{label: [value]}`, where an empty list means
    no value. Pickles, functions of `@scope.define` included.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        reader = Reader(source)
        self._program = Program(source)
        self._parameters = reader.parameters
        self._root: Outline = reader.root
        self._wire = Wire(reader.root)
        self._choices = {choice.parameter.label: choice for choice in _choices(reader.root)}
        self._positions = {
            label: {name: at for at, name in enumerate(self._wire.names(choice)) if name}
            for label, choice in self._choices.items()
        }
        # What is directly in the space and in each option, so that `active` need not look for it.
        self._top = members([reader.root])
        self._inside = {
            label: [members([option]) for option in choice.options] for label, choice in self._choices.items()
        }

    @classmethod
    def of(cls, expression: object) -> ExpressionSpace:
        """From a node of ours or of Hyperopt, or a dict, list or tuple with such nodes.

        `BadSearchSpace` (`DuplicateLabel` is one) for what is no space, naming the label.
        """
        return cls(Source.of(expression))

    def detached(self) -> ExpressionSpace:
        """The same space for evaluation elsewhere, without nodes of Hyperopt where they can be spared: to
        import it takes the better part of a second.
        """
        source = self._source.detached()
        return self if source is self._source else ExpressionSpace(source)

    @property
    def expression(self) -> Any:
        """The root node."""
        return self._source.root

    @property
    def labels(self) -> list[str]:
        """All labels, a choice before what is in its options, otherwise in the order of the expression."""
        return list(self._parameters)

    @property
    def node(self) -> pb.SpaceNode:
        """The tree of the wire. A parameter that stands in several branches is in each of them."""
        if not self._parameters:
            raise BadSearchSpace("the space must have at least one parameter of `hp`")
        return self._wire.node()

    def to_vals(self, point: Mapping[str, int | float | str]) -> dict[str, int | float]:
        """The stored values of a point of the wire, in the order of :attr:`labels`.

        `LookupError` for a label or an option that the space does not have.
        """
        self._check_labels(point)
        return {label: self._to_val(label, point[label]) for label in self._parameters if label in point}

    def to_point(self, vals: Mapping[str, Any]) -> dict[str, int | float | str]:
        """A point for the wire, full or partial. `LookupError` for unknown labels, `TypeError` or
        `ValueError` for what is no value of its parameter; bounds are left to the server.
        """
        self._check_labels(vals)
        point: dict[str, int | float | str] = {}
        for label, value in self._given(vals):
            choice = self._choices.get(label)
            point[label] = self._option(choice, value) if choice else self._parameters[label].sent(value)
        return point

    def evaluate(self, vals: Mapping[str, Any]) -> Any:
        """What the objective gets: the value of the expression, lists as tuples. Only what is active must
        be there; `MissingValue` names the label that is not.
        """
        return self._program.run(vals)

    def active(self, vals: Mapping[str, Any]) -> set[str]:
        """The labels that these values make active; a choice without a value activates nothing."""
        found: set[str] = set()
        open_members: list[Leaf | Choice] = list(self._top)
        given = dict(self._given(vals))
        while open_members:
            member = open_members.pop()
            label = member.parameter.label
            if label in found:
                continue
            found.add(label)
            if isinstance(member, Choice) and label in given:
                open_members += self._inside[label][switch_position(given[label], member.parameter.count)]
        return found

    def __getstate__(self) -> dict[str, Any]:
        names = {node.name for node in dfs(self._source.root)}
        return {"root": self._source.root, "functions": self._source.users_functions(names)}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        source = Source.of(state["root"])
        functions: dict[str, Callable[..., Any]] = {**state["functions"], **source.implementations}
        self.__init__(source.with_functions(functions))  # type: ignore[misc]

    def _check_labels(self, given: Mapping[str, Any]) -> None:
        for label in given:
            if label not in self._parameters:
                known = ", ".join(f"`{known}`" for known in list(self._parameters)[:20])
                raise LookupError(f"`{label}` is no parameter of the space; its parameters are {known}")

    def _to_val(self, label: str, value: int | float | str) -> int | float:
        positions = self._positions.get(label)
        if positions is None:
            return self._parameters[label].stored(value)
        if value not in positions:
            raise LookupError(f"`{label}` has no option `{value}`")
        return positions[str(value)]

    def _option(self, choice: Choice, value: Any) -> str:
        label = choice.parameter.label
        try:
            name = self._wire.names(choice)[switch_position(value, choice.parameter.count)]
        except (TypeError, ValueError) as error:
            raise type(error)(f"`{label}`: {error}") from None
        if not name:
            raise ValueError(f"`{label}`: option {value} has the probability 0")
        return name

    @staticmethod
    def _given(vals: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The values that are there, out of their lists."""
        for label, value in vals.items():
            if not isinstance(value, (list, tuple)):
                yield label, value
            elif len(value):
                yield label, value[0]


def _choices(root: Outline) -> list[Choice]:
    """All choices, each once."""
    found: dict[str, Choice] = {}
    stack = list(members([root]))
    while stack:
        member = stack.pop()
        if isinstance(member, Choice) and member.parameter.label not in found:
            found[member.parameter.label] = member
            stack.extend(members(member.options))
    return list(found.values())
