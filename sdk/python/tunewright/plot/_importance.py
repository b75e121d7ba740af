"""The plot of what matters."""

from __future__ import annotations

from typing import Any

from tunewright.plot import _style
from tunewright.plot._scale import short
from tunewright.plot._trials import read_trials
from tunewright.plot.importance import importances


def plot_importance(source: Any, *, ax: Any = None, quantile: float = 0.1, most: int = 20) -> Any:
    """Draws a bar for each parameter's importance, the largest on top, at most `most` of them.

    `source`: a study, Hyperopt-style `Trials`, or a list of `(parameters, loss)`. The measure is described at
    `tunewright.plot.importance`: how much a parameter by itself decides whether a trial is among the best
    `quantile`. Pruned trials count as not among the best. Returns the matplotlib axes; raises `ValueError`
    for fewer than 10 completed trials.
    """
    trials = [trial for trial in read_trials(source) if trial.ending != "unfinished"]
    losses = [trial.loss if trial.ending == "completed" else None for trial in trials]
    found = importances([trial.values for trial in trials], losses, quantile=quantile)
    shown = list(found.items())[:most][::-1]
    ax = _style.axes_or_new(ax, 7.0, 1.2 + 0.36 * len(shown))
    names = [short(label) for label, _ in shown]
    bars = ax.barh(range(len(shown)), [value for _, value in shown], color=_style.POINT, height=0.65)
    ax.set_yticks(range(len(shown)), names)
    ax.bar_label(bars, labels=[f"{value:.0%}" for _, value in shown], padding=4)
    ax.set_xlim(0.0, 1.12 * max([value for _, value in shown], default=1.0) or 1.0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.set_xlabel(f"importance for reaching the best {quantile:.0%} of losses (share of the total)")
    _style.quiet_frame(ax)
    return ax
