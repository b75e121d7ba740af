"""A search space: what the server is told of it, and what points mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tunewright.errors import Invalid
from tunewright.spaces.match import match
from tunewright.spaces.parameters import Choice, Float, Int
from tunewright.spaces.read import read
from tunewright.spaces.tree import Node, build, parameters
from tunewright.spaces.wire import from_node, to_node
from tunewright.v1 import space_pb2 as pb

Point = Mapping[str, "int | float | str"]


class _Expression(Protocol):
    """What `compat` makes of Hyperopt's expressions."""

    @property
    def node(self) -> pb.SpaceNode: ...

    def to_vals(self, point: Point) -> dict[str, int | float]: ...

    def evaluate(self, vals: Mapping[str, object]) -> object: ...


class Space:
    """A search space. `node` is what the server is told, `labels` are its parameters in the order of the
    tree.
    """

    def __init__(self, tree: Node, expression: _Expression | None = None) -> None:
        self._tree = tree
        self._expression = expression
        self.node: pb.SpaceNode = to_node(tree) if expression is None else expression.node
        self.labels = list(dict.fromkeys(parameter.label for parameter in parameters(tree)))
        if not self.labels:
            raise Invalid("must have at least one parameter", field="space")

    @classmethod
    def of(cls, space: object) -> Space:
        """The space of `Float`, `Int` and `Choice` in any structure of dicts, lists and tuples; of the plain
        form `{"type": "float", ...}`; of nodes made with `hp`, ours or Hyperopt's. Raises `Invalid`.
        """
        if isinstance(space, Space):
            return space
        if hasattr(space, "to_vals") and hasattr(space, "node"):
            expression_space: _Expression = space  # type: ignore[assignment]
            return cls(from_node(expression_space.node), expression_space)
        if _has(space, _is_expression):
            if _has(space, lambda part: isinstance(part, (Float, Int, Choice))):
                message = "nodes made with `hp` and `Float`, `Int` or `Choice` cannot stand in one space"
                raise Invalid(message, field="space", hint="write all of it in one of the two ways")
            from tunewright.compat._spaces.expression_space import ExpressionSpace

            expression = ExpressionSpace.of(space)
            return cls(from_node(expression.node), expression)
        return cls(read(space))

    @classmethod
    def of_node(cls, node: pb.SpaceNode) -> Space:
        """The space of a study that another program created; its constants are JSON-like."""
        return cls(from_node(node))

    def params(self, point: Point) -> object:
        """The configuration of a full point, with the very options of choices; None of a point that is not
        full.
        """
        try:
            if self._expression is not None:
                return self._expression.evaluate(self._expression.to_vals(point))
            return build(self._tree, point)
        except LookupError:
            return None

    def to_point(self, params: object) -> dict[str, int | float | str]:
        """The point of a configuration, or of values by label; partial where something is left out. Raises
        `Invalid`.
        """
        return match(self._tree, params)

    def __getstate__(self) -> dict[str, object]:
        return {"tree": self._tree, "expression": self._expression}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__init__(state["tree"], state["expression"])  # type: ignore[misc]


def _is_expression(part: object) -> bool:
    return all(hasattr(part, name) for name in ("pos_args", "named_args", "inputs"))


def _has(space: object, wanted: object) -> bool:
    """Whether something in this structure is wanted."""
    assert callable(wanted)
    if wanted(space):
        return True
    if isinstance(space, Choice):
        return _has(space.options, wanted)
    inside = (
        space.values() if isinstance(space, Mapping) else space if isinstance(space, (list, tuple)) else ()
    )
    return any(_has(part, wanted) for part in inside)
