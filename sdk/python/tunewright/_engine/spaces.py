"""Values by label, as documents have them, and points, as the server has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tunewright._engine.session import walk
from tunewright._wire.points import from_point
from tunewright.v1 import space_pb2


class Translation(Protocol):
    """Between values by label (of a choice, the index of its option) and points."""

    @property
    def labels(self) -> Any:
        """The labels of all parameters."""

    def to_vals(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a point."""

    def to_point(self, vals: Mapping[str, Any]) -> dict[str, Any]:
        """The point of values; some may be missing."""


class NodeTranslation:
    """By the space as the server has it, where nobody has its expression at hand."""

    def __init__(self, space: space_pb2.SpaceNode) -> None:
        self._options: dict[str, list[str] | None] = {}

        def note(label: str, part: Any) -> None:
            is_choice = isinstance(part, space_pb2.SpaceChoice)
            self._options.setdefault(label, [option.name for option in part.options] if is_choice else None)

        walk(space, note)

    @property
    def labels(self) -> list[str]:
        """The labels of all parameters."""
        return [*self._options]

    def to_vals(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a point."""
        vals: dict[str, Any] = {}
        for label, value in point.items():
            options = self._options.get(label)
            vals[label] = value if options is None else options.index(str(value))
        return vals

    def to_point(self, vals: Mapping[str, Any]) -> dict[str, Any]:
        """The point of values; some may be missing."""
        point: dict[str, Any] = {}
        for label, value in vals.items():
            options = self._options.get(label)
            point[label] = value if options is None else options[int(value)]
        return point


def vals_of(translation: Translation, point: space_pb2.Point) -> dict[str, Any]:
    """The values of a point as it came over the wire."""
    return translation.to_vals(from_point(point))
