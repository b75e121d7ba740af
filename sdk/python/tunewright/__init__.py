"""Tunewright: hyperparameter tuning that is durable, parallel and watched.

What is listed in `__all__` is imported at its first use, so that `import tunewright` stays quick and
brings in nothing that a program does not use.
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunewright import aio as aio
    from tunewright import errors as errors
    from tunewright import plot as plot
    from tunewright._study.records import StudyInfo as StudyInfo
    from tunewright._study.records import TrialRecord as TrialRecord
    from tunewright.client import Client as Client
    from tunewright.compat import anneal as anneal
    from tunewright.compat import base as base
    from tunewright.compat import early_stop as early_stop
    from tunewright.compat import exceptions as exceptions
    from tunewright.compat import hp as hp
    from tunewright.compat import mix as mix
    from tunewright.compat import plotting as plotting
    from tunewright.compat import pyll as pyll
    from tunewright.compat import pyll_utils as pyll_utils
    from tunewright.compat import rand as rand
    from tunewright.compat import tpe as tpe
    from tunewright.compat._space_eval import space_eval as space_eval
    from tunewright.compat.base import JOB_STATE_CANCEL as JOB_STATE_CANCEL
    from tunewright.compat.base import JOB_STATE_DONE as JOB_STATE_DONE
    from tunewright.compat.base import JOB_STATE_ERROR as JOB_STATE_ERROR
    from tunewright.compat.base import JOB_STATE_NEW as JOB_STATE_NEW
    from tunewright.compat.base import JOB_STATE_RUNNING as JOB_STATE_RUNNING
    from tunewright.compat.base import JOB_STATES as JOB_STATES
    from tunewright.compat.base import STATUS_FAIL as STATUS_FAIL
    from tunewright.compat.base import STATUS_NEW as STATUS_NEW
    from tunewright.compat.base import STATUS_OK as STATUS_OK
    from tunewright.compat.base import STATUS_RUNNING as STATUS_RUNNING
    from tunewright.compat.base import STATUS_STRINGS as STATUS_STRINGS
    from tunewright.compat.base import STATUS_SUSPENDED as STATUS_SUSPENDED
    from tunewright.compat.base import Ctrl as Ctrl
    from tunewright.compat.base import Domain as Domain
    from tunewright.compat.base import Trials as Trials
    from tunewright.compat.base import trials_from_docs as trials_from_docs
    from tunewright.compat.exceptions import AllTrialsFailed as AllTrialsFailed
    from tunewright.compat.exceptions import BadSearchSpace as BadSearchSpace
    from tunewright.compat.exceptions import DuplicateLabel as DuplicateLabel
    from tunewright.compat.exceptions import InvalidAnnotatedParameter as InvalidAnnotatedParameter
    from tunewright.compat.exceptions import InvalidLoss as InvalidLoss
    from tunewright.compat.exceptions import InvalidResultStatus as InvalidResultStatus
    from tunewright.compat.exceptions import InvalidTrial as InvalidTrial
    from tunewright.compat.fmin import FMinIter as FMinIter
    from tunewright.compat.fmin import fmin as fmin
    from tunewright.compat.fmin import fmin_pass_expr_memo_ctrl as fmin_pass_expr_memo_ctrl
    from tunewright.compat.fmin import generate_trials_to_calculate as generate_trials_to_calculate
    from tunewright.compat.fmin import partial as partial
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
    from tunewright.spaces import Choice as Choice
    from tunewright.spaces import Float as Float
    from tunewright.spaces import Int as Int
    from tunewright.study import Study as Study
    from tunewright.trial import Trial as Trial

__version__ = "0.1.0"

# Quiet unless the program sets logging up: everything of ours is logged below this logger.
logging.getLogger("tunewright").addHandler(logging.NullHandler())

_HOMES = {
    "AllTrialsFailed": "tunewright.compat.exceptions:AllTrialsFailed",
    "AlreadyExists": "tunewright.errors:AlreadyExists",
    "BadSearchSpace": "tunewright.compat.exceptions:BadSearchSpace",
    "Choice": "tunewright.spaces:Choice",
    "Client": "tunewright.client:Client",
    "Closed": "tunewright.errors:Closed",
    "Conflict": "tunewright.errors:Conflict",
    "Ctrl": "tunewright.compat.base:Ctrl",
    "Domain": "tunewright.compat.base:Domain",
    "DuplicateLabel": "tunewright.compat.exceptions:DuplicateLabel",
    "Exhausted": "tunewright.errors:Exhausted",
    "FMinIter": "tunewright.compat.fmin:FMinIter",
    "Float": "tunewright.spaces:Float",
    "Forbidden": "tunewright.errors:Forbidden",
    "Int": "tunewright.spaces:Int",
    "Internal": "tunewright.errors:Internal",
    "Invalid": "tunewright.errors:Invalid",
    "InvalidAnnotatedParameter": "tunewright.compat.exceptions:InvalidAnnotatedParameter",
    "InvalidLoss": "tunewright.compat.exceptions:InvalidLoss",
    "InvalidResultStatus": "tunewright.compat.exceptions:InvalidResultStatus",
    "InvalidTrial": "tunewright.compat.exceptions:InvalidTrial",
    "JOB_STATES": "tunewright.compat.base:JOB_STATES",
    "JOB_STATE_CANCEL": "tunewright.compat.base:JOB_STATE_CANCEL",
    "JOB_STATE_DONE": "tunewright.compat.base:JOB_STATE_DONE",
    "JOB_STATE_ERROR": "tunewright.compat.base:JOB_STATE_ERROR",
    "JOB_STATE_NEW": "tunewright.compat.base:JOB_STATE_NEW",
    "JOB_STATE_RUNNING": "tunewright.compat.base:JOB_STATE_RUNNING",
    "LeaseLost": "tunewright.errors:LeaseLost",
    "NotFound": "tunewright.errors:NotFound",
    "ObjectivePickleError": "tunewright.errors:ObjectivePickleError",
    "STATUS_FAIL": "tunewright.compat.base:STATUS_FAIL",
    "STATUS_NEW": "tunewright.compat.base:STATUS_NEW",
    "STATUS_OK": "tunewright.compat.base:STATUS_OK",
    "STATUS_RUNNING": "tunewright.compat.base:STATUS_RUNNING",
    "STATUS_STRINGS": "tunewright.compat.base:STATUS_STRINGS",
    "STATUS_SUSPENDED": "tunewright.compat.base:STATUS_SUSPENDED",
    "Study": "tunewright.study:Study",
    "StudyInfo": "tunewright._study.records:StudyInfo",
    "StudyMismatch": "tunewright.errors:StudyMismatch",
    "Trial": "tunewright.trial:Trial",
    "TrialPruned": "tunewright.errors:TrialPruned",
    "TrialRecord": "tunewright._study.records:TrialRecord",
    "Trials": "tunewright.compat.base:Trials",
    "TunewrightError": "tunewright.errors:TunewrightError",
    "Unauthenticated": "tunewright.errors:Unauthenticated",
    "Unavailable": "tunewright.errors:Unavailable",
    "aio": "tunewright.aio",
    "anneal": "tunewright.compat.anneal",
    "base": "tunewright.compat.base",
    "early_stop": "tunewright.compat.early_stop",
    "errors": "tunewright.errors",
    "exceptions": "tunewright.compat.exceptions",
    "fmin": "tunewright.compat.fmin:fmin",
    "fmin_pass_expr_memo_ctrl": "tunewright.compat.fmin:fmin_pass_expr_memo_ctrl",
    "generate_trials_to_calculate": "tunewright.compat.fmin:generate_trials_to_calculate",
    "hp": "tunewright.compat.hp",
    "mix": "tunewright.compat.mix",
    "partial": "tunewright.compat.fmin:partial",
    "plot": "tunewright.plot",
    "plotting": "tunewright.compat.plotting",
    "pyll": "tunewright.compat.pyll",
    "pyll_utils": "tunewright.compat.pyll_utils",
    "rand": "tunewright.compat.rand",
    "scope": "tunewright.compat.pyll:scope",
    "space_eval": "tunewright.compat._space_eval:space_eval",
    "tpe": "tunewright.compat.tpe",
    "trials_from_docs": "tunewright.compat.base:trials_from_docs",
}
"""Public name -> `module:attribute`, or only the module where the name stands for it as a whole."""

__all__ = [
    "JOB_STATES",
    "JOB_STATE_CANCEL",
    "JOB_STATE_DONE",
    "JOB_STATE_ERROR",
    "JOB_STATE_NEW",
    "JOB_STATE_RUNNING",
    "STATUS_FAIL",
    "STATUS_NEW",
    "STATUS_OK",
    "STATUS_RUNNING",
    "STATUS_STRINGS",
    "STATUS_SUSPENDED",
    "AllTrialsFailed",
    "AlreadyExists",
    "BadSearchSpace",
    "Choice",
    "Client",
    "Closed",
    "Conflict",
    "Ctrl",
    "Domain",
    "DuplicateLabel",
    "Exhausted",
    "FMinIter",
    "Float",
    "Forbidden",
    "Int",
    "Internal",
    "Invalid",
    "InvalidAnnotatedParameter",
    "InvalidLoss",
    "InvalidResultStatus",
    "InvalidTrial",
    "LeaseLost",
    "NotFound",
    "ObjectivePickleError",
    "Study",
    "StudyInfo",
    "StudyMismatch",
    "Trial",
    "TrialPruned",
    "TrialRecord",
    "Trials",
    "TunewrightError",
    "Unauthenticated",
    "Unavailable",
    "__version__",
    "aio",
    "anneal",
    "base",
    "early_stop",
    "errors",
    "exceptions",
    "fmin",
    "fmin_pass_expr_memo_ctrl",
    "generate_trials_to_calculate",
    "hp",
    "mix",
    "partial",
    "plot",
    "plotting",
    "pyll",
    "pyll_utils",
    "rand",
    "scope",
    "space_eval",
    "tpe",
    "trials_from_docs",
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
