"""Tunewright: hyperparameter tuning that is durable, parallel and watched.

What is listed in `__all__` is imported at its first use, so that `import tunewright` stays quick and
brings in nothing that a program does not use.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunewright import errors as errors
    from tunewright import plot as plot
    from tunewright.compat import hp as hp
    from tunewright.compat import pyll as pyll
    from tunewright.compat import pyll_utils as pyll_utils
    from tunewright.compat._space_eval import space_eval as space_eval
    from tunewright.compat.exceptions import AllTrialsFailed as AllTrialsFailed
    from tunewright.compat.exceptions import BadSearchSpace as BadSearchSpace
    from tunewright.compat.exceptions import DuplicateLabel as DuplicateLabel
    from tunewright.compat.exceptions import InvalidLoss as InvalidLoss
    from tunewright.compat.exceptions import InvalidResultStatus as InvalidResultStatus
    from tunewright.compat.exceptions import InvalidTrial as InvalidTrial
    from tunewright.compat.pyll import scope as scope
    from tunewright.errors import AlreadyExists as AlreadyExists
    from tunewright.errors import Closed as Closed
    from tunewright.errors import Conflict as Conflict
    from tunewright.errors import Exhausted as Exhausted
    from tunewright.errors import Forbidden as Forbidden
    from tunewright.errors import Internal as Internal
    from tunewright.errors import Invalid as Invalid
    from tunewright.errors import LeaseLost as LeaseLost
    from tunewright.errors import NotFound as NotFound
    from tunewright.errors import ObjectivePickleError as ObjectivePickleError
    from tunewright.errors import StudyMismatch as StudyMismatch
    from tunewright.errors import TrialPruned as TrialPruned
    from tunewright.errors import TunewrightError as TunewrightError
    from tunewright.errors import Unauthenticated as Unauthenticated
    from tunewright.errors import Unavailable as Unavailable

__version__ = "0.1.0"

# Quiet unless the program sets logging up: everything of ours is logged below this logger.
logging.getLogger("tunewright").addHandler(logging.NullHandler())

_HOMES = {
    "AllTrialsFailed": "tunewright.compat.exceptions:AllTrialsFailed",
    "AlreadyExists": "tunewright.errors:AlreadyExists",
    "BadSearchSpace": "tunewright.compat.exceptions:BadSearchSpace",
    "Closed": "tunewright.errors:Closed",
    "Conflict": "tunewright.errors:Conflict",
    "DuplicateLabel": "tunewright.compat.exceptions:DuplicateLabel",
    "Exhausted": "tunewright.errors:Exhausted",
    "Forbidden": "tunewright.errors:Forbidden",
    "Internal": "tunewright.errors:Internal",
    "Invalid": "tunewright.errors:Invalid",
    "InvalidLoss": "tunewright.compat.exceptions:InvalidLoss",
    "InvalidResultStatus": "tunewright.compat.exceptions:InvalidResultStatus",
    "InvalidTrial": "tunewright.compat.exceptions:InvalidTrial",
    "LeaseLost": "tunewright.errors:LeaseLost",
    "NotFound": "tunewright.errors:NotFound",
    "StudyMismatch": "tunewright.errors:StudyMismatch",
    "ObjectivePickleError": "tunewright.errors:ObjectivePickleError",
    "TrialPruned": "tunewright.errors:TrialPruned",
    "TunewrightError": "tunewright.errors:TunewrightError",
    "Unauthenticated": "tunewright.errors:Unauthenticated",
    "Unavailable": "tunewright.errors:Unavailable",
    "errors": "tunewright.errors",
    "hp": "tunewright.compat.hp",
    "plot": "tunewright.plot",
    "pyll": "tunewright.compat.pyll",
    "pyll_utils": "tunewright.compat.pyll_utils",
    "scope": "tunewright.compat.pyll:scope",
    "space_eval": "tunewright.compat._space_eval:space_eval",
}
"""Public name -> `module:attribute`, or only the module where the name stands for it as a whole."""

__all__ = [
    "AllTrialsFailed",
    "AlreadyExists",
    "BadSearchSpace",
    "Closed",
    "Conflict",
    "DuplicateLabel",
    "Exhausted",
    "Forbidden",
    "Internal",
    "Invalid",
    "InvalidLoss",
    "InvalidResultStatus",
    "InvalidTrial",
    "LeaseLost",
    "NotFound",
    "ObjectivePickleError",
    "StudyMismatch",
    "TrialPruned",
    "TunewrightError",
    "Unauthenticated",
    "Unavailable",
    "__version__",
    "errors",
    "hp",
    "plot",
    "pyll",
    "pyll_utils",
    "scope",
    "space_eval",
]


if not TYPE_CHECKING:  # where types are checked, a name that is not there is an error

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module `tunewright` has no attribute `{name}`")
        path, _, attribute = home.partition(":")
        module = importlib.import_module(path)
        value = getattr(module, attribute) if attribute else module
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
