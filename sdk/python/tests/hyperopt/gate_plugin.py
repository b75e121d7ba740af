"""A pytest plug-in under which Hyperopt's own tests run on our trials; see test_gate.py.

`TUNEWRIGHT_GATE_PARALLELISM` says how many trials run at once.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import hyperopt
import hyperopt.base

from tunewright.hyperopt import TunewrightTrials, fmin

PARALLELISM = int(os.environ.get("TUNEWRIGHT_GATE_PARALLELISM", "1"))


class GateTrials(TunewrightTrials):
    """What Hyperopt's tests get when they say `Trials()`."""

    def __init__(self, exp_key: str | None = None, refresh: bool = True) -> None:
        super().__init__(parallelism=PARALLELISM, exp_key=exp_key, refresh=refresh)


def _install() -> None:
    # Of the package, `fmin` is the function, and the module has no other name than that in `sys.modules`.
    modules: tuple[Any, ...] = (hyperopt, hyperopt.base, sys.modules["hyperopt.fmin"])
    for module in modules:
        if hasattr(module, "Trials"):
            module.Trials = GateTrials
        if hasattr(module, "fmin"):
            module.fmin = fmin


_install()
