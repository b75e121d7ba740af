"""Spaces as pictures, in the language of Graphviz."""

from __future__ import annotations

from typing import Any

from .pyll_utils import expr_to_config


def dot_hyperparameters(expr: object) -> str:
    """A directed graph: parameters are boxes, the conditions under which others are active are ellipses.

    Write it to a file and render that with `dot -Tpng`.
    """
    parameters: dict[str, Any] = {}
    expr_to_config(expr, (), parameters)
    # Keys of a dict, to keep the order and drop what stands there twice.
    lines: dict[str, None] = {}
    for label, entry in parameters.items():
        lines[f"{_quoted(label)} [ shape=box];"] = None
        for conditions in sorted(entry["conditions"], key=str):
            names = [f"{condition.name}{condition.op}{condition.val}" for condition in conditions]
            joined = " & ".join(names)
            for condition, name in zip(conditions, names, strict=True):
                lines[f"{_quoted(name)} [ shape=ellipse];"] = None
                lines[f"{_quoted(condition.name)} -> {_quoted(name)};"] = None
                if name != joined:
                    lines[f"{_quoted(name)} -> {_quoted(joined)};"] = None
            if joined:
                lines[f"{_quoted(joined)} [ shape=ellipse];"] = None
                lines[f"{_quoted(joined)} -> {_quoted(label)};"] = None
    return "\n".join(["digraph {", *lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
