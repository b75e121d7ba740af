"""Where an expression comes from: our own nodes, or Hyperopt's, which are taken as they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..exceptions import BadSearchSpace
from ..pyll.base import Apply, Literal, as_apply, rec_eval, scope
from ..pyll.graph import dfs
from ..pyll.node import is_foreign
from .parameter import KINDS

# Functions of these modules are there wherever an expression is; others travel with it.
_OWN = ("builtins", "_operator", "hyperopt.", "tunewright.compat.", "math", "numpy")

# Symbols whose meaning is fixed by the language of expressions, however they are implemented; a distribution
# is never evaluated, as its parameter's value is given.
_FIXED = frozenset(["literal", "hyperopt_param", "switch", "pos_args", "dict", "pow", *KINDS])


@dataclass(frozen=True)
class Source:
    """The root node of an expression, with what its module offers."""

    root: Any
    implementations: dict[str, Callable[..., Any]]
    rec_eval: Callable[..., Any]
    node_type: type

    @classmethod
    def of(cls, expression: object) -> Source:
        """From a node, or from a dict, list or tuple with nodes in it. Hyperopt is not imported: who has a
        node of it has imported it.
        """
        foreign = next(_foreign_nodes(expression), None)
        if foreign is None:
            return cls(as_apply(expression), scope._impls, rec_eval, Apply)
        for known in type(foreign).__mro__:
            module = sys.modules.get(known.__module__)
            if module is not None and hasattr(module, "scope") and hasattr(module, "as_apply"):
                root = module.as_apply(expression)
                return cls(root, module.scope._impls, module.rec_eval, module.Apply)
        raise BadSearchSpace(f"a node of type `{type(foreign).__name__}` belongs to no expression module")

    def with_functions(self, implementations: dict[str, Callable[..., Any]]) -> Source:
        """The same expression with these symbols."""
        return replace(self, implementations=implementations)

    def detached(self) -> Source:
        """The same expression in nodes of ours, so that where it is evaluated Hyperopt need not be imported.
        It stays as it is if it has a symbol that stands for something else here.
        """
        if self.implementations is scope._impls:
            return self
        copies: dict[Any, Apply] = {}
        for node in dfs(self.root):
            if not self._is_known(node.name):
                return self
            if node.name == "literal":
                copies[node] = Literal(literal(node))
                continue
            named = [(keyword, copies[below]) for keyword, below in node.named_args]
            copies[node] = Apply(
                node.name, [copies[below] for below in node.pos_args], named, node.o_len, node.pure
            )
        return Source(copies[self.root], scope._impls, rec_eval, Apply)

    def _is_known(self, name: str) -> bool:
        """Whether a symbol of this expression stands for the same among ours, as `int` does."""
        if name in _FIXED:
            return True
        return name in scope._impls and scope._impls[name] is self.implementations.get(name)

    def function(self, name: str) -> Callable[..., Any]:
        """What a symbol stands for."""
        try:
            return self.implementations[name]
        except KeyError:
            raise BadSearchSpace(
                f"`scope.{name}` is not defined here: import the module that has its `@scope.define`"
            ) from None

    def users_functions(self, names: set[str]) -> dict[str, Callable[..., Any]]:
        """Those of the symbols that the expression module does not define itself."""
        found = {name: self.implementations[name] for name in names if name in self.implementations}
        return {name: function for name, function in found.items() if not _is_own(function)}


def arguments(node: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The inputs of a node by the names of its symbol's parameters; those not given are absent."""
    given = dict(zip(names, node.pos_args, strict=False))
    return given | {keyword: value for keyword, value in node.named_args if keyword in names}


def literal(node: Any) -> Any:
    """What a literal holds; `LookupError` if the node is none."""
    if node.name != "literal":
        raise LookupError(node.name)
    return node.obj


def label_of(parameter: Any) -> str:
    """The label of a `hyperopt_param` node."""
    try:
        label = literal(arguments(parameter, ("label", "obj"))["label"])
    except LookupError:
        label = None
    if not isinstance(label, str) or not label:
        raise BadSearchSpace(f"the label of a parameter must be a str and not empty, not `{label!r}`")
    return label


def _foreign_nodes(obj: object) -> Iterator[Any]:
    if isinstance(obj, dict):
        for value in obj.values():
            yield from _foreign_nodes(value)
    elif isinstance(obj, (list, tuple)):
        for value in obj:
            yield from _foreign_nodes(value)
    elif is_foreign(obj):
        yield obj


def _is_own(function: Callable[..., Any]) -> bool:
    module = getattr(function, "__module__", None) or "builtins"
    return f"{module}.".startswith(_OWN)
