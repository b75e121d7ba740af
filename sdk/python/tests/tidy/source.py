"""The product's own Python files, parsed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SDK = Path(__file__).resolve().parents[2]
PACKAGE = SDK / "tunewright"


@dataclass(frozen=True)
class Source:
    """One file; `path` is relative to the SDK."""

    path: str
    text: str
    tree: ast.Module


def sources(*rooms: str) -> list[Source]:
    """The files in `rooms`, which are paths relative to the SDK; what is generated is left out."""
    found = []
    for room in rooms:
        there = SDK / room
        paths = [there] if there.is_file() else sorted(there.rglob("*.py"))
        for path in paths:
            if not path.is_relative_to(PACKAGE / "v1"):
                text = path.read_text(encoding="utf-8")
                found.append(Source(str(path.relative_to(SDK)), text, ast.parse(text, str(path))))
    return found


def at_import(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when the module is imported: none in functions, none for type checkers."""
    for statement in body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            yield statement
        elif isinstance(statement, ast.If):
            if not (isinstance(statement.test, ast.Name) and statement.test.id == "TYPE_CHECKING"):
                yield from at_import(statement.body)
            yield from at_import(statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from at_import([*statement.body, *statement.orelse, *statement.finalbody])
            for handler in statement.handlers:
                yield from at_import(handler.body)
        elif isinstance(statement, ast.With | ast.ClassDef):
            yield from at_import(statement.body)


def modules(statement: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that an import names."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if statement.level:
        return []
    module = statement.module or ""
    return [module, *(f"{module}.{alias.name}" for alias in statement.names)]
