"""Plots of any study, with matplotlib (`pip install 'tunewright[plot]'`).

Each takes a native `Study`, Hyperopt-style `Trials` or a list of `(parameters, loss)`, draws with
matplotlib's current style, light or dark, and returns what it drew on, to be changed or saved.
"""

from __future__ import annotations

from tunewright.plot._history import plot_history
from tunewright.plot._importance import plot_importance
from tunewright.plot._parallel import plot_parallel
from tunewright.plot._parameters import plot_parameters
from tunewright.plot.importance import importances

__all__ = ["importances", "plot_history", "plot_importance", "plot_parallel", "plot_parameters"]
