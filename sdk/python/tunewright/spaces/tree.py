"""A search space as a tree, with every label resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Path:
    """Where something stands: as messages show it, and the label that it gives by default."""

    shown: str = "space"
    below: str = ""

    def child(self, name: str) -> Path:
        """The entry, item or option of this name."""
        return Path(f"{self.shown}.{name}", f"{self.below}.{name}" if self.below else name)

    def labelled(self, label: str | None) -> Path:
        """The same place, where the labels of what is below start at a label that was given."""
        return self if label is None else replace(self, below=label)

    @property
    def label(self) -> str:
        """The default label of a parameter that stands here."""
        return self.below or "value"


@dataclass(frozen=True)
class Constant:
    """Passed on as it is."""

    value: object


@dataclass(frozen=True)
class Items:
    """A list, or a tuple."""

    items: tuple[Node, ...]
    is_tuple: bool


@dataclass(frozen=True)
class Entries:
    """A map."""

    entries: Mapping[str, Node]


@dataclass(frozen=True)
class Leaf:
    """A numeric parameter. `given` is the label as it was written; `fields` has the settings of its kind."""

    label: str
    given: str | None
    kind: str
    fields: Mapping[str, float | int | bool]

    @property
    def is_integer(self) -> bool:
        """Whether its values are integers."""
        return self.kind in ("int", "uniformint", "randint")


@dataclass(frozen=True)
class Option:
    """One option of a choice."""

    name: str
    probability: float | None
    node: Node


@dataclass(frozen=True)
class Pick:
    """A choice."""

    label: str
    given: str | None
    named: bool
    options: tuple[Option, ...]

    def option(self, name: object) -> Option | None:
        """The option of this name."""
        return next((option for option in self.options if option.name == name), None)


Node = Constant | Items | Entries | Leaf | Pick


def parameters(node: Node) -> Iterator[Leaf | Pick]:
    """All parameters, a choice before what is in its options; a shared one wherever it stands."""
    if isinstance(node, Items):
        for item in node.items:
            yield from parameters(item)
    elif isinstance(node, Entries):
        for entry in node.entries.values():
            yield from parameters(entry)
    elif isinstance(node, Leaf):
        yield node
    elif isinstance(node, Pick):
        yield node
        for option in node.options:
            yield from parameters(option.node)


def build(node: Node, point: Mapping[str, int | float | str]) -> object:
    """The configuration of a full point. `KeyError` with the label of a parameter that has no value."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Items):
        items = [build(item, point) for item in node.items]
        return tuple(items) if node.is_tuple else items
    if isinstance(node, Entries):
        return {key: build(entry, point) for key, entry in node.entries.items()}
    if isinstance(node, Leaf):
        return int(point[node.label]) if node.is_integer else float(point[node.label])
    option = node.option(point[node.label])
    if option is None:
        raise KeyError(node.label)
    inside = build(option.node, point)
    if not node.named:
        return inside
    if inside is None:
        return {"name": option.name}
    if isinstance(option.node, Entries) and isinstance(inside, dict):
        return {"name": option.name, **inside}
    return {"name": option.name, "value": inside}
