"""Tunewright: hyperparameter tuning that is durable, parallel and watched.

What is listed in `__all__` is imported at its first use, so that `import tunewright` stays quick and
brings in nothing that a program does not use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

__version__ = "0.1.0"

_HOMES: dict[str, str] = {}
"""Public name -> `module:attribute`, or only the module where the name stands for it as a whole."""

__all__ = ["__version__"]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module `tunewright` has no attribute `{name}`")
    path, _, attribute = home.partition(":")
    module = importlib.import_module(path)
    value: object = getattr(module, attribute) if attribute else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
