"""The plot of whole points: parallel coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tunewright.plot import _style
from tunewright.plot._parameters import scales_of
from tunewright.plot._scale import Scale, short
from tunewright.plot._trials import PlottedTrial, read_trials

_INACTIVE = -0.13
_SPREAD = 0.75
"""The loss at this fraction of the trials, and all that is worse, has the last colour."""


def plot_parallel(
    source: Any,
    labels: Iterable[str] | None = None,
    *,
    ax: Any = None,
    log: Mapping[str, bool] | None = None,
) -> Any:
    """Draws each completed trial as a line through its parameters' values, coloured by its loss, the best on
    top.

    `source`: a study, Hyperopt-style `Trials`, or a list of `(parameters, loss)`. `labels`: which parameters,
    in this order; `None` is all, by name. `log`: as in `plot_parameters`. A parameter that was not active in
    a trial has its own place at the foot. Returns the matplotlib axes.
    """
    trials = read_trials(source)
    scales = scales_of(trials, labels, log)
    ax = _style.axes_or_new(ax, max(5.0, 1.7 * len(scales) + 1.8), 5.0)
    completed = [trial for trial in trials if trial.ending == "completed" and trial.loss is not None]
    completed.sort(key=lambda trial: -(trial.loss or 0.0))
    _draw_lines(ax, scales, completed)
    conditional = any(scale.label not in trial.values for scale in scales for trial in completed)
    for position, scale in enumerate(scales):
        _draw_axis(ax, position, scale, conditional)
    names = [short(scale.label) + ("\n(log)" if scale.log else "") for scale in scales]
    ax.set_xticks(range(len(scales)), names)
    if sum(len(name) for name in names) > 14 * len(names):
        ax.tick_params(axis="x", rotation=20)
    ax.tick_params(axis="x", length=0, pad=6)
    ax.set_yticks([])
    ax.set_xlim(-0.15, len(scales) - 1 + 0.55)
    ax.set_ylim((_INACTIVE - 0.05) if conditional else -0.04, 1.04)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if conditional:
        ax.set_yticks([_INACTIVE], ["not active"])
        ax.tick_params(axis="y", length=0)
    return ax


def _draw_lines(ax: Any, scales: list[Scale], completed: list[PlottedTrial]) -> None:
    if not completed:
        return
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import LineCollection
    from matplotlib.colors import Normalize

    losses = [trial.loss or 0.0 for trial in completed]
    ordered = losses[::-1]
    worst = ordered[min(int(_SPREAD * len(ordered)), len(ordered) - 1)]
    norm = Normalize(ordered[0], worst if worst > ordered[0] else ordered[0] + 1.0, clip=True)
    colors = _style.loss_colors()
    goodness = [1.0 - float(norm(loss)) for loss in losses]
    lines = [[(x, _height(scale, trial)) for x, scale in enumerate(scales)] for trial in completed]
    ax.add_collection(
        LineCollection(
            lines,
            colors=[colors(1.0 - good, alpha=0.25 + 0.65 * good) for good in goodness],
            linewidths=[0.8 + 1.4 * good**3 for good in goodness],
        )
    )
    extend = "max" if ordered[-1] > worst else "neither"
    bar = ax.figure.colorbar(ScalarMappable(norm, colors), ax=ax, pad=0.02, extend=extend)
    bar.set_label(_style.LOSS_LABEL)
    bar.outline.set_visible(False)


def _height(scale: Scale, trial: PlottedTrial) -> float:
    if scale.label not in trial.values:
        return _INACTIVE
    return scale.share(trial.values[scale.label])


def _draw_axis(ax: Any, position: int, scale: Scale, conditional: bool) -> None:
    from matplotlib import rcParams

    ink, ground = rcParams["axes.edgecolor"], ax.get_facecolor()
    ax.plot([position, position], [0.0, 1.0], color=ink, linewidth=1.0, zorder=3)
    if conditional:
        ax.plot([position], [_INACTIVE], marker="_", color=ink, markersize=8, zorder=3)
    for share, text in scale.marks():
        ax.plot([position], [share], marker="_", color=ink, markersize=7, zorder=3)
        ax.annotate(
            text,
            (position, share),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
            zorder=4,
            bbox={"facecolor": ground, "edgecolor": "none", "alpha": 0.75, "pad": 1.0},
        )
