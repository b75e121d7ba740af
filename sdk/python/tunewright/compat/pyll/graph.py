"""Walks over expression graphs."""

from __future__ import annotations

from collections.abc import MutableMapping

from .node import Apply, Literal


def dfs(
    aa: Apply, seq: list[Apply] | None = None, seqset: MutableMapping[Apply, list[Apply]] | None = None
) -> list[Apply]:
    """All nodes of the graph, each once and after its inputs. A graph with a cycle is a `ValueError`.

    `seq` and `seqset` (nodes with their inputs) are added to; what is in `seqset` already is left out.
    """
    order = [] if seq is None else seq
    seen = {} if seqset is None else seqset
    if aa in seen:
        return order
    # Not recursive: the sum of a thousand parameters is a thousand levels deep.
    seen[aa] = aa.inputs()
    stack = [(aa, iter(seen[aa]))]
    open_nodes = {aa}
    while stack:
        node, inputs = stack[-1]
        below = next(inputs, None)
        if below is None:
            stack.pop()
            open_nodes.discard(node)
            order.append(node)
        elif below in open_nodes:
            raise ValueError(f"the expression has a cycle through `{below.name}`")
        elif below not in seen:
            seen[below] = below.inputs()
            open_nodes.add(below)
            stack.append((below, iter(seen[below])))
    return order


def toposort(expr: Apply) -> list[Apply]:
    """All nodes of the graph, inputs first and `expr` last."""
    return dfs(expr)


def clone(expr: Apply, memo: MutableMapping[Apply, Apply] | None = None) -> Apply:
    """A copy of the graph. `memo` says what stands for a node in the copy, and is added to."""
    copies = {} if memo is None else memo
    for node in dfs(expr):
        if node not in copies:
            copies[node] = node.clone_from_inputs([copies[below] for below in node.inputs()])
    return copies[expr]


def clone_merge(
    expr: Apply, memo: MutableMapping[Apply, Apply] | None = None, merge_literals: bool = False
) -> Apply:
    """A copy in which equal calls without effects are one node; equal literals too, if that is wanted."""
    copies = {} if memo is None else memo
    merged: list[Apply] = []
    for node in dfs(expr):
        if node in copies:
            continue
        copy = node.clone_from_inputs([copies[below] for below in node.inputs()])
        same = [known for known in merged if _is_same(known, copy, merge_literals)]
        copies[node] = same[0] if same else copy
        if copy.pure and not same:
            merged.append(copy)
    return copies[expr]


def _is_same(one: Apply, other: Apply, merge_literals: bool) -> bool:
    if isinstance(one, Literal) and isinstance(other, Literal):
        return merge_literals and type(one.obj) is type(other.obj) and bool(one.obj == other.obj)
    alike = one.pure and other.pure and one.name == other.name
    return alike and one.pos_args == other.pos_args and one.named_args == other.named_args
