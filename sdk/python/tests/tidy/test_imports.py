"""Who imports what: the base has three dependencies; what an extra brings is imported where it is used."""

from __future__ import annotations

import ast
import sys

from tests.tidy.source import SDK, Source, at_import, modules, sources

DEPENDENCIES = {"cloudpickle", "google", "grpc", "tunewright"}

EXTRAS = [
    ("tunewright/hyperopt.py", {"hyperopt", "numpy"}),
    ("tunewright/sklearn.py", {"joblib", "sklearn", "numpy"}),
    ("tunewright/_sklearn/", {"sklearn", "numpy"}),
]
"""Rooms that are entered by whoever has the extra; all others import it in the functions that need it."""

NEVER = [
    ("tunewright/compat", {"hyperopt"}, "it is for people without Hyperopt"),
    ("tunewright/worker", {"tunewright.compat", "tunewright.client"}, "a worker knows the wire only"),
    (
        "tunewright/_transport",
        {"tunewright.compat", "tunewright._engine", "tunewright.worker"},
        "it is below",
    ),
    ("tunewright/_wire", {"tunewright.compat", "tunewright._engine", "tunewright._transport"}, "it is below"),
]


def _is_within(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def foreign(source: Source) -> set[str]:
    """What a file imports at its import that is neither in Python nor in the base's dependencies."""
    named = {
        module.partition(".")[0] for statement in at_import(source.tree.body) for module in modules(statement)
    }
    extra = {it for room, brings in EXTRAS if source.path.startswith(room) for it in brings}
    return named - DEPENDENCIES - extra - sys.stdlib_module_names - {""}


def test_what_an_extra_brings_is_imported_where_it_is_used() -> None:
    wrong = {source.path: found for source in sources("tunewright") if (found := foreign(source))}
    assert not wrong


def test_rooms_import_in_one_direction() -> None:
    wrong = []
    for room, forbidden, because in NEVER:
        if not (SDK / room).exists():
            continue
        for source in sources(room):
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    bad = [it for it in modules(node) if any(_is_within(it, module) for module in forbidden)]
                    wrong.extend(f"{source.path}:{node.lineno}: {it}, but {because}" for it in bad)
    assert not wrong


def test_imports_are_told_apart() -> None:
    text = (
        "import os, yaml\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\n"
        "else:\n    import toml\ntry:\n    import tqdm\nexcept ImportError:\n    import attr\n"
        "def f():\n    import numpy\nfrom . import here\nimport tunewright.study\n"
    )
    assert foreign(Source("x.py", text, ast.parse(text))) == {"yaml", "toml", "tqdm", "attr"}
