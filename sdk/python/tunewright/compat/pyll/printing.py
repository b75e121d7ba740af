"""Expression graphs as text."""

from __future__ import annotations

from .node import Apply, Literal


def lines(root: Apply) -> list[str]:
    """The graph, numbered and indented; names of arguments have lines of their own."""
    text: list[str] = []
    seen: dict[Apply, str] = {}
    stack: list[tuple[int, Apply | str]] = [(0, root)]
    while stack:
        indent, item = stack.pop()
        margin = f"{len(text)} {' ' * indent}"
        if isinstance(item, str):
            text.append(f"{margin} {item} =")
            continue
        if item in seen:
            text.append(margin + seen[item])
            continue
        shown = f"Literal{{{_shown(item.obj)}}}" if isinstance(item, Literal) else item.name
        seen[item] = f"{shown}  [line:{len(text)}]"
        text.append(margin + shown)
        below: list[tuple[int, Apply | str]] = [(indent + 2, node) for node in item.pos_args]
        for keyword, node in item.named_args:
            below += [(indent + 2, keyword), (indent + 2, node)]
        stack.extend(reversed(below))
    return text


def _shown(obj: object) -> str:
    """An array by its shape, since its text has many lines."""
    shape = getattr(obj, "shape", None)
    return f"{type(obj).__name__},shape={shape}" if shape else str(obj)
