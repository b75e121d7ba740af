"""The table of Hyperopt's names is complete, and true."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import types
from pathlib import Path

import hyperopt
import hyperopt.exceptions
import hyperopt.plotting
import pytest

import tunewright

ROOT = Path(__file__).resolve().parents[4]
ROW = re.compile(r"^\| `([\w.()]+)` \| (same|mended|no) \|(.*)\|$", re.MULTILINE)

ARGUMENT = re.compile(r"fmin\((\w+)\)")

ACCIDENTS = {"PackageNotFoundError", "version", "atpe_models", "exceptions", "hp"}
"""What Hyperopt's package has by its own imports, and modules whose names stand one by one."""


def table() -> dict[str, str]:
    """State by name."""
    rows = ROW.findall((ROOT / "docs" / "hyperopt.md").read_text(encoding="utf-8"))
    assert len({name for name, _, _ in rows}) == len(rows), "a name stands twice"
    return {name: state for name, state, _ in rows}


def _public(module: types.ModuleType, prefix: str) -> set[str]:
    here = [
        name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    ]
    return {f"{prefix}.{name}" for name in here if not name.startswith("_")}


def hyperopts() -> set[str]:
    """All that people use of the real one."""
    names = {name for name in vars(hyperopt) if not name.startswith("_")} - ACCIDENTS
    names |= {f"hp.{name}" for name in vars(hyperopt.hp) if not name.startswith("_")}
    names |= {f"Trials.{name}" for name in dir(hyperopt.Trials) if not name.startswith("_")}
    names |= {f"fmin({name})" for name in inspect.signature(hyperopt.fmin).parameters}
    names |= _public(hyperopt.exceptions, "exceptions")
    names |= {name for name in _public(hyperopt.plotting, "plotting") if ".main_" in name}
    return names


def test_every_name_of_hyperopt_has_its_row() -> None:
    told = table()
    modules = {name.partition(".")[0] for name in told}
    missing = {name for name in hyperopts() if name not in told and name not in modules}
    assert not missing


def _here(name: str) -> object:
    """What has this name in our package; raises AttributeError or ImportError."""
    if argument := ARGUMENT.fullmatch(name):
        return inspect.signature(tunewright.fmin).parameters[argument[1]]
    head, *rest = name.split(".")
    value: object = tunewright.Trials() if name == "Trials.attachments" else getattr(tunewright, head, None)
    if value is None or (rest and inspect.isfunction(value)):
        value = importlib.import_module(f"tunewright.compat.{head}")
    for part in rest:
        value = getattr(value, part)
    return value


@pytest.mark.parametrize("name", [name for name, state in table().items() if state != "no"])
def test_what_is_offered_is_there(name: str) -> None:
    assert _here(name) is not None


@pytest.mark.parametrize("name", [name for name, state in table().items() if state == "no"])
def test_what_is_not_offered_is_not_there(name: str) -> None:
    assert name not in tunewright.__all__
    assert importlib.util.find_spec(f"tunewright.compat.{name}") is None
