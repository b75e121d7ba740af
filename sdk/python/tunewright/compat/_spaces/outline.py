"""What of an expression matters to the search: which parameters there are, and under which options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .parameter import Parameter


@dataclass(frozen=True)
class Constant:
    """A part without parameters."""

    value: Any


@dataclass(frozen=True)
class Items:
    """A list or tuple."""

    items: tuple[Outline, ...]


@dataclass(frozen=True)
class Entries:
    """A dict with keys that are text."""

    entries: tuple[tuple[str, Outline], ...]


@dataclass(frozen=True)
class Leaf:
    """A parameter with a number as its value."""

    parameter: Parameter


@dataclass
class Choice:
    """A parameter that takes one of several options. There is one of these a label, wherever the label
    stands.
    """

    parameter: Parameter
    switches: list[tuple[Outline, ...]] = field(default_factory=list)
    """The options of each switch that goes by this parameter: one in spaces of `hp`."""

    @property
    def options(self) -> list[Outline]:
        """What is there with each position: the options of all switches at once."""
        if not self.switches:
            return [Constant(position) for position in range(self.parameter.count)]
        if len(self.switches) == 1:
            return list(self.switches[0])
        return [Items(options) for options in zip(*self.switches, strict=True)]


@dataclass(frozen=True)
class Computed:
    """What a function makes of several parameters; who does not evaluate it knows no more."""

    parameters: tuple[Leaf | Choice, ...]


Outline = Constant | Items | Entries | Leaf | Choice | Computed


def members(outlines: Iterable[Outline]) -> tuple[Leaf | Choice, ...]:
    """The parameters that stand in these parts, each once; those in options are not among them."""
    found: dict[str, Leaf | Choice] = {}
    for outline in outlines:
        for member in _members(outline):
            found.setdefault(member.parameter.label, member)
    return tuple(found.values())


def _members(outline: Outline) -> Iterator[Leaf | Choice]:
    if isinstance(outline, (Leaf, Choice)):
        yield outline
    elif isinstance(outline, Computed):
        yield from outline.parameters
    elif isinstance(outline, Items):
        for item in outline.items:
            yield from _members(item)
    elif isinstance(outline, Entries):
        for _, entry in outline.entries:
            yield from _members(entry)
