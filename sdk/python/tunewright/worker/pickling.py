"""Objectives on their way to workers, as bytes."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cloudpickle

from tunewright.errors import ObjectivePickleError
from tunewright.worker._culprit import culprit, largest
from tunewright.worker._elsewhere import is_found_elsewhere
from tunewright.worker.loading import attachment_name, python_version

if TYPE_CHECKING:
    from tunewright.v1.study_pb2 import Objective

PICKLE_MAX = 64 * 1024 * 1024
"""The largest pickled objective, in bytes."""

_IN_PROCESS = (
    'evaluate in this process instead, with `parallelism=1` or `executor="thread"`, or name the objective as '
    "`module:function`, which workers import"
)

# Which modules cloudpickle takes by value is a setting of the whole process.
_BY_VALUE = threading.Lock()


@dataclass(frozen=True)
class Pickled:
    """A pickled objective, and what pickled it."""

    data: bytes
    sha256: str
    """Of `data`, 64 lowercase hexadecimal digits."""
    python: str
    """For example `3.11`."""
    cloudpickle: str
    """For example `3.1.2`."""

    @property
    def attachment(self) -> str:
        """The name of the study's attachment that holds it."""
        return attachment_name(self.sha256)

    def objective(self) -> Objective:
        """It as the server is told about it, once the attachment is put."""
        from tunewright.v1.study_pb2 import Objective, PickledFunction

        function = PickledFunction(
            sha256=self.sha256,
            size=len(self.data),
            python_version=self.python,
            cloudpickle_version=self.cloudpickle,
        )
        return Objective(pickled=function)


def pickle_objective(fn: object) -> Pickled:
    """Pickles an objective for workers.

    Functions and classes of `__main__`, and of modules that lie beside the program instead of being
    installed, travel by value, so that workers need not have them; those of installed packages by name.

    Raises ObjectivePickleError, which names the part that does not pickle or is too large.
    """
    if not callable(fn):
        raise ObjectivePickleError(
            f"must be a function or another callable object, not `{type(fn).__name__}`", field="objective"
        )
    with _modules_by_value():
        try:
            data: bytes = cloudpickle.dumps(fn)
        except Exception as error:
            part, why = culprit(fn, error)
            raise ObjectivePickleError(
                f"does not pickle: {part}: {why}",
                field="objective",
                hint=f"make it inside the function, or {_IN_PROCESS}",
            ) from error
        if len(data) > PICKLE_MAX:
            part, size = largest(fn, len(data))
            raise ObjectivePickleError(
                f"is {len(data)} bytes when pickled, more than {PICKLE_MAX}; "
                f"the largest part, with {size} bytes, is {part}",
                field="objective",
                hint=f"load data in the worker's `--setup module:function`, or {_IN_PROCESS}",
            )
    return Pickled(data, hashlib.sha256(data).hexdigest(), python_version(), cloudpickle.__version__)


@contextmanager
def _modules_by_value() -> Iterator[None]:
    """Has cloudpickle take by value what a worker could not import."""
    with _BY_VALUE:
        registered = []
        before = cloudpickle.list_registry_pickle_by_value()
        for name, module in list(sys.modules.items()):
            if name in before or is_found_elsewhere(name, module):
                continue
            cloudpickle.register_pickle_by_value(module)
            registered.append(module)
        try:
            yield
        finally:
            for module in registered:
                cloudpickle.unregister_pickle_by_value(module)
