"""From an outline to the tree of the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tunewright.v1 import space_pb2 as pb

from . import constants
from .outline import Choice, Computed, Constant, Items, Leaf, Outline, members

# The server's limits, with a little to spare.
_LEVELS_MAX = 15
_NODES_MAX = 50_000

# A part without parameters that has more nodes than this is not worth sending.
_CONSTANT_NODES_MAX = 200


@dataclass(frozen=True)
class _Size:
    levels: int
    nodes: int
    bears: bool
    """Whether there are parameters in it."""


class Wire:
    """Makes the messages of one outline.

    The tree follows the expression, so that the configuration that the server shows looks like what the
    objective gets. An expression that is too deep for that is sent as its parameters only.
    """

    def __init__(self, root: Outline) -> None:
        self._root = root
        self._sizes: dict[int, _Size] = {}
        self._names: dict[str, list[str]] = {}
        size = self._size(root)
        self._is_bare = size.levels > _LEVELS_MAX or size.nodes > _NODES_MAX

    def node(self) -> pb.SpaceNode:
        """The whole tree."""
        return self._bare([self._root]) if self._is_bare else self._node(self._root)

    def names(self, choice: Choice) -> list[str]:
        """What the options of a choice are called, by position; empty for one that is never taken."""
        label = choice.parameter.label
        if label not in self._names:
            taken = [position for position, _ in self._taken(choice)]
            options = [self._option(option) for _, option in self._taken(choice)]
            scalars = [it.constant if it.WhichOneof("kind") == "constant" else None for it in options]
            names = dict(zip(taken, constants.option_names(scalars), strict=True))
            self._names[label] = [names.get(position, "") for position in range(choice.parameter.count)]
        return self._names[label]

    def _node(self, outline: Outline) -> pb.SpaceNode:
        if isinstance(outline, Leaf):
            return pb.SpaceNode(parameter=outline.parameter.message())
        if isinstance(outline, Choice):
            return pb.SpaceNode(choice=self._choice(outline))
        if isinstance(outline, Constant):
            return pb.SpaceNode(constant=constants.message(outline.value))
        if isinstance(outline, Computed):
            return self._bare([outline])
        size = self._size(outline)
        if not size.bears and size.nodes > _CONSTANT_NODES_MAX:
            return pb.SpaceNode(constant=constants.message([None] * (size.nodes - 1)))
        if isinstance(outline, Items):
            return _list(self._node(item) for item in outline.items)
        return _map((key, self._node(value)) for key, value in outline.entries)

    def _bare(self, outlines: Iterable[Outline]) -> pb.SpaceNode:
        """Only the parameters in these parts: one as it is, several by their labels."""
        found = members(outlines)
        nodes = [self._node(member) for member in found]
        if len(nodes) == 1:
            return nodes[0]
        labels = [member.parameter.label for member in found]
        return _map(zip(labels, nodes, strict=True)) if nodes else _null()

    def _choice(self, choice: Choice) -> pb.SpaceChoice:
        names, shares = self.names(choice), choice.parameter.probabilities
        options = [
            pb.SpaceOption(
                name=names[position],
                probability=shares[position] if shares else None,
                node=self._option(option),
            )
            for position, option in self._taken(choice)
        ]
        return pb.SpaceChoice(label=choice.parameter.label, options=options)

    def _option(self, option: Outline) -> pb.SpaceNode:
        if self._is_bare and not isinstance(option, Constant):
            return self._bare([option])
        return self._node(option)

    @staticmethod
    def _taken(choice: Choice) -> list[tuple[int, Outline]]:
        """The options that can be taken: the wire has no probability of 0."""
        shares = choice.parameter.probabilities
        return [(at, option) for at, option in enumerate(choice.options) if shares is None or shares[at] > 0]

    def _size(self, outline: Outline) -> _Size:
        known = self._sizes.get(id(outline))
        if known is None:
            known = self._sizes[id(outline)] = self._measure(outline)
        return known

    def _measure(self, outline: Outline) -> _Size:
        if isinstance(outline, Constant):
            return _Size(2, 1, False)
        if isinstance(outline, Leaf):
            return _Size(1, 1, True)
        if isinstance(outline, Choice):
            below: list[Outline] = outline.options
        elif isinstance(outline, Computed):
            below = [*outline.parameters]
        elif isinstance(outline, Items):
            below = [*outline.items]
        else:
            below = [value for _, value in outline.entries]
        sizes = [self._size(inner) for inner in below]
        bears = isinstance(outline, Choice) or any(size.bears for size in sizes)
        levels = 1 + max((size.levels for size in sizes), default=0)
        return _Size(levels, 1 + sum(size.nodes for size in sizes), bears)


def _list(nodes: Iterable[pb.SpaceNode]) -> pb.SpaceNode:
    return pb.SpaceNode(list=pb.SpaceNodeList(items=nodes))


def _map(entries: Iterable[tuple[str, pb.SpaceNode]]) -> pb.SpaceNode:
    """A map, or a list if keys are the same as text or are no names."""
    pairs = list(entries)
    if len({key for key, _ in pairs}) < len(pairs) or not all(constants.is_name(key) for key, _ in pairs):
        return _list(node for _, node in pairs)
    return pb.SpaceNode(
        map=pb.SpaceNodeMap(entries=[pb.SpaceNodeEntry(key=key, node=node) for key, node in pairs])
    )


def _null() -> pb.SpaceNode:
    return pb.SpaceNode(constant=pb.Value(null_value=True))
