"""Exceptions of objectives that were evaluated in other processes."""

from __future__ import annotations

import builtins
import importlib
from typing import Any

from tunewright.errors import TunewrightError
from tunewright.v1 import trial_pb2 as pb


class RemoteTraceback(Exception):
    """The traceback of the other process; its text is the message."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}" if self.args else ""


class ObjectiveError(TunewrightError):
    """An objective raised an exception whose class does not exist in this process, or cannot be made here.

    `type` is the name of that class, and `remote_traceback` where it was raised.
    """

    code = "internal"
    type = ""
    remote_traceback = ""


class TrialFailed(TunewrightError):
    """A trial could not be evaluated at all; the message says why."""

    code = "internal"


def rebuilt(exception: dict[str, Any]) -> Exception:
    """The exception that an objective raised, as `type`, `message` and `traceback` tell of it.

    It is of a subclass of the original class, with the same text; `remote_traceback` has the other process's.
    """
    name = str(exception.get("type", ""))
    message = str(exception.get("message", ""))
    shown = str(exception.get("traceback", ""))
    kind = _class(name)
    error = None if kind is None else _made(kind, message, shown)
    if error is None:
        error = ObjectiveError(f"{name}: {message}")
        error.type = name
        error.remote_traceback = shown
    error.__cause__ = RemoteTraceback(shown)
    return error


def start_failure(trial: pb.Trial) -> TrialFailed:
    """What is raised if no worker can so much as load the objective."""
    hint = "what the objective imports must be installed where the workers are"
    return TrialFailed(f"trial {trial.number} could not be started: {trial.message}", hint=hint)


def _class(name: str) -> type[Exception] | None:
    module_name, _, qualified = name.rpartition(".")
    while module_name:
        try:
            found: Any = importlib.import_module(module_name)
        except Exception:
            # A nested class: what looks like a module is one up.
            module_name, _, outer = module_name.rpartition(".")
            qualified = f"{outer}.{qualified}"
            continue
        for part in qualified.split("."):
            found = getattr(found, part, None)
        return found if isinstance(found, type) and issubclass(found, Exception) else None
    found = getattr(builtins, qualified, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else None


def _made(kind: type[Exception], message: str, shown: str) -> Any:
    def text(_: Exception) -> str:
        return message

    members = {
        "__str__": text,
        "remote_traceback": shown,
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__reduce__": lambda _: (_again, (kind, message, shown)),
    }
    try:
        subclass = type(kind.__name__, (kind,), members)
        # The class's own `__init__` may want anything; that of all exceptions wants nothing.
        error: Any = subclass.__new__(subclass, message)
        error.args = (message,)
        return error
    except Exception:
        return None


def _again(kind: type[Exception], message: str, shown: str) -> Any:
    return _made(kind, message, shown)
