"""Objectives and set-ups, found by their names or unpickled."""

from __future__ import annotations

import hashlib
import importlib
import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tunewright.errors import Invalid

Function = Callable[..., Any]

_KEPT_MAX = 4


def attachment_name(sha256: str) -> str:
    """The name of the study's attachment that holds the objective of this digest."""
    return f"objective/{sha256}"


def python_version() -> str:
    """Of this interpreter, as far as pickles depend on it, for example `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


class LoadError(Exception):
    """An objective cannot be loaded; the cause, if any, is its `__cause__`."""


def split(name: str, field: str) -> tuple[str, str]:
    """The module and the function of `module:function`. Raises Invalid."""
    module, colon, function = name.partition(":")
    parts = [*module.split("."), *function.split(".")]
    if not colon or not all(part.isidentifier() for part in parts):
        hint = "for example `train:objective`"
        raise Invalid(f"must be `module:function`, not `{name}`", field=field, hint=hint)
    return module, function


def import_function(name: str) -> Function:
    """The function that `module:function` names. Raises LoadError."""
    try:
        path, attributes = split(name, "function")
    except Invalid as error:
        raise LoadError(str(error)) from None
    try:
        found: Any = importlib.import_module(path)
    except ModuleNotFoundError as error:
        where = "the worker looks for modules in its working directory, `PYTHONPATH`, and what is installed"
        raise LoadError(f"cannot import `{name}`: {error}; {where}") from error
    except BaseException as error:
        raise LoadError(f"importing `{name}` failed: {type(error).__name__}: {error}") from error
    for attribute in attributes.split("."):
        try:
            found = getattr(found, attribute)
        except AttributeError as error:
            raise LoadError(f"cannot import `{name}`: {error}") from error
    if not callable(found):
        raise LoadError(f"`{name}` must be a function, not `{type(found).__name__}`")
    function: Function = found
    return function


class Objectives:
    """The objectives that a process has loaded; those used last are kept."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Function] = OrderedDict()

    def get(self, told: Mapping[str, Any]) -> Function:
        """The objective that the worker names: by `function`, or by the `file` and the digest of a pickle.

        Raises LoadError.
        """
        name = told.get("function") or told["sha256"]
        function = self._kept.get(name)
        if function is None:
            function = import_function(name) if "function" in told else _unpickled(told)
            self._kept[name] = function
        self._kept.move_to_end(name)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return function


def _unpickled(told: Mapping[str, Any]) -> Function:
    try:
        data = Path(told["file"]).read_bytes()
    except OSError as error:
        raise LoadError(f"the pickled objective cannot be read: {error}") from error
    if hashlib.sha256(data).hexdigest() != told["sha256"]:
        raise LoadError("the pickled objective is damaged: its digest is another")
    try:
        found = pickle.loads(data)
    except ModuleNotFoundError as error:
        raise LoadError(
            f"the pickled objective needs a module that this worker does not have: {error}; "
            "install it for the worker"
        ) from error
    except BaseException as error:
        raise LoadError(f"the objective does not unpickle: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise LoadError(f"the pickled objective must be callable, and is a `{type(found).__name__}`")
    function: Function = found
    return function
