"""When the parameters of a space are active, in Hyperopt's form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from .exceptions import DuplicateLabel
from .pyll.base import Apply, MissingArgument, as_apply


@dataclass(frozen=True, repr=False)
class Cond:
    """That the parameter `name` stands in the relation `op` to `val`."""

    name: str
    val: Any
    op: str

    def __str__(self) -> str:
        return f"Cond{{{self.name} {self.op} {self.val}}}"

    __repr__ = __str__


EQ: Callable[[str, Any], Cond] = partial(Cond, op="=")

Conditions = tuple[Any, ...]


def expr_to_config(expr: object, conditions: Conditions | None, hps: dict[str, Any]) -> None:
    """Adds the parameters of the expression to `hps`: `{label: {"node", "conditions", "label"}}`.

    `conditions` is a set of tuples; a parameter is active if all conditions of any of them hold. Each
    begins with the conditions given. `DuplicateLabel` if two parameters have one label.
    """
    given = () if conditions is None else tuple(conditions)
    _collect(as_apply(expr), given, hps)
    for entry in hps.values():
        if _always(entry["conditions"], hps):
            entry["conditions"] = {given}


def _collect(root: Apply, given: Conditions, hps: dict[str, Any]) -> None:
    # Each node once under the same conditions, however often it stands there.
    seen: set[tuple[Apply, Conditions]] = set()
    stack = [(root, given)]
    while stack:
        node, conditions = stack.pop()
        if (node, conditions) in seen:
            continue
        seen.add((node, conditions))
        below = [(child, conditions) for child in node.inputs()]
        if node.name == "switch" and _is_choice(node.pos_args[0]):
            label = node.pos_args[0].arg["label"].obj
            options = enumerate(node.inputs()[1:])
            below[1:] = [(option, (*conditions, EQ(label, position))) for position, option in options]
        elif node.name == "hyperopt_param":
            _add(node, conditions, hps)
            continue
        stack.extend(reversed(below))


def _is_choice(node: Apply) -> bool:
    return node.name == "hyperopt_param" and node.arg["obj"].name in ("randint", "categorical")


def _add(node: Apply, conditions: Conditions, hps: dict[str, Any]) -> None:
    label, distribution = node.arg["label"].obj, node.arg["obj"]
    entry = hps.setdefault(label, {"node": distribution, "conditions": set(), "label": label})
    if entry["node"] is not distribution:
        raise DuplicateLabel(label)
    entry["conditions"].add(conditions)


def _always(conditions: set[Conditions], hps: dict[str, Any]) -> bool:
    """Whether one of several conditions holds whatever the point, as Hyperopt sees it: they are the options
    of one parameter, all of them.
    """
    if len(conditions) < 2:
        return False
    stripped = [tuple(cond for cond in condition if cond is not True) for condition in conditions]
    stripped = [condition for condition in stripped if condition]
    if not stripped:
        return True
    name = stripped[0][0].name
    if any(len(condition) != 1 or condition[0].name != name for condition in stripped):
        return False
    return {condition[0].val for condition in stripped} == set(range(_size(hps[name]["node"])))


def _size(distribution: Apply) -> int:
    """The number of options that a choice's distribution draws from."""
    arguments = distribution.arg
    if distribution.name == "categorical":
        return len(arguments["p"].eval())
    low, high = arguments["low"].obj, arguments["high"]
    return int(low if high is MissingArgument else high.obj - low)
