"""The value of an expression."""

from __future__ import annotations

import copy
import operator
from collections.abc import Mapping
from typing import Any

from .node import Apply, Literal, as_apply
from .symbols import scope

DEFAULT_MAX_PROGRAM_LEN = 100_000


class GarbageCollected:
    """Stands in a memo for a value that is not there: evaluating what needs it is an error."""


def rec_eval(
    expr: object,
    deepcopy_inputs: bool = False,
    memo: Mapping[Apply, Any] | None = None,
    max_program_len: int | None = None,
    memo_gc: bool = True,
    print_trace: bool = False,
    print_node_on_error: bool = True,
) -> Any:
    """The value of `expr`, in which each node is evaluated at most once and options that are not taken are
    not at all.

    `memo` holds values that are known already. With `deepcopy_inputs` every function gets copies of its
    inputs. An exception of a function propagates, with a note that names the node unless
    `print_node_on_error` is false. `memo_gc` and `print_trace` are accepted and change nothing.
    """
    if deepcopy_inputs not in (False, True):
        raise ValueError(f"`deepcopy_inputs` must be a bool, not {type(deepcopy_inputs).__name__}")
    root = as_apply(expr)
    values: dict[Apply, Any] = dict(memo) if memo else {}
    limit = max_program_len or DEFAULT_MAX_PROGRAM_LEN
    stack = [root]
    while stack:
        if len(stack) > limit:
            raise RuntimeError(f"the expression does not end: more than {limit} nodes wait for one another")
        node = stack[-1]
        if node in values:
            stack.pop()
            continue
        waiting = _waiting(node, values)
        if waiting:
            stack.extend(reversed(waiting))
            continue
        values[node] = _value(node, values, deepcopy_inputs, print_node_on_error)
        stack.pop()
    return _known(root, values)


def switch_position(value: Any, count: int) -> int:
    """The option that a switch takes; `value` may be any kind of whole number, also an array that holds
    one.
    """
    if not isinstance(value, int) and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    try:
        position = operator.index(value)
    except TypeError:
        raise TypeError(f"the position of an option must be an integer, not `{value!r}`") from None
    if not 0 <= position < count:
        raise ValueError(f"the position of an option must be from 0 to {count - 1}, not {position}")
    return position


def _waiting(node: Apply, values: Mapping[Apply, Any]) -> list[Apply]:
    """What must be evaluated before this node."""
    if node.name != "switch":
        return [below for below in node.inputs() if below not in values]
    inputs = node.inputs()
    if inputs[0] not in values:
        return inputs[:1]
    taken = _taken(inputs, values)
    return [] if taken in values else [taken]


def _taken(inputs: list[Apply], values: Mapping[Apply, Any]) -> Apply:
    return inputs[1 + switch_position(_known(inputs[0], values), len(inputs) - 1)]


def _known(node: Apply, values: Mapping[Apply, Any]) -> Any:
    value = values[node]
    if value is GarbageCollected:
        name = node.name
        if name == "hyperopt_param":
            name = node.inputs()[0].eval()
        raise LookupError(f"the expression needs the value of `{name}`, which is not in the point")
    return value


def _value(node: Apply, values: Mapping[Apply, Any], copied: bool, noted: bool) -> Any:
    if isinstance(node, Literal):
        return node.obj
    if node.name == "switch":
        return _known(_taken(node.inputs(), values), values)
    args = [_known(below, values) for below in node.pos_args]
    kwargs = {keyword: _known(below, values) for keyword, below in node.named_args}
    if copied:
        args, kwargs = copy.deepcopy((args, kwargs))
    function = scope.implementation(node.name)
    try:
        value = function(*args, **kwargs)
    except Exception as error:
        if noted and hasattr(error, "add_note"):
            error.add_note(f"raised by this part of the space:\n{node}")
        raise
    # A function may answer with an expression, as `scope.one_of` and functions of users do.
    return rec_eval(value, copied, values, print_node_on_error=noted) if isinstance(value, Apply) else value
