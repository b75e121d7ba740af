"""The plot of the loss against each parameter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tunewright.plot import _style
from tunewright.plot._history import mark_failed
from tunewright.plot._scale import Scale, short, spread_over_magnitudes
from tunewright.plot._trials import PlottedTrial, read_trials

_COLUMNS = 3
_PANEL_WIDTH = 3.6
_PANEL_HEIGHT = 3.0
_JITTER = 0.22


def plot_parameters(
    source: Any,
    labels: Iterable[str] | None = None,
    *,
    ax: Any = None,
    log: Mapping[str, bool] | None = None,
) -> Any:
    """Draws the loss of the trials against each of their parameters, a panel each.

    `source`: a study, Hyperopt-style `Trials`, or a list of `(parameters, loss)`. `labels`: which parameters;
    `None` is all, by name. `ax`: as many axes as there are parameters, or one axes for one parameter. `log`:
    by label, whether its axis is logarithmic; what it does not name is decided by the values. Trials are
    drawn where a parameter was active; categories are spread sideways a little, so that equal values can be
    told apart. Returns the figure.
    """
    trials = read_trials(source)
    scales = scales_of(trials, labels, log)
    panels = _panels(ax, len(scales))
    losses = [trial.loss for trial in trials if trial.ending == "completed" and trial.loss is not None]
    log_loss = bool(losses) and spread_over_magnitudes(losses)
    feasible = [trial.loss for trial in trials if trial.ending == "completed" and trial.is_feasible]
    best = min((loss for loss in feasible if loss is not None), default=None)
    for panel, scale in zip(panels, scales, strict=True):
        if log_loss:
            panel.set_yscale("log")
        _draw(panel, scale, [trial for trial in trials if scale.label in trial.values], best)
        panel.set_ylabel(_style.LOSS_LABEL)
    return panels[0].figure


def scales_of(
    trials: Sequence[PlottedTrial], labels: Iterable[str] | None, log: Mapping[str, bool] | None
) -> list[Scale]:
    """The scale of each parameter that ended trials have; raises `ValueError` for a label that none has."""
    ended = [trial for trial in trials if trial.ending != "unfinished"]
    found = sorted({label for trial in ended for label in trial.values})
    wanted = found if labels is None else list(labels)
    unknown = [label for label in wanted if label not in found]
    if unknown:
        there = ", ".join(found) or "none"
        raise ValueError(f"no ended trial has the parameter `{unknown[0]}`; there are {there}")
    if not wanted:
        raise ValueError("there is nothing to draw: no ended trial has a parameter")
    return [
        Scale.of(label, [t.values[label] for t in ended if label in t.values], log=(log or {}).get(label))
        for label in wanted
    ]


def _panels(ax: Any, count: int) -> list[Any]:
    if ax is not None:
        given = list(ax.flat) if hasattr(ax, "flat") else list(ax) if isinstance(ax, (list, tuple)) else [ax]
        if len(given) < count:
            raise ValueError(f"`ax` must hold {count} axes, one a parameter, not {len(given)}")
        return given[:count]
    columns = min(count, _COLUMNS)
    rows = math.ceil(count / columns)
    size = (_PANEL_WIDTH * columns + 0.4, _PANEL_HEIGHT * rows)
    figure, grid = _style.pyplot().subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    panels = list(grid.flat)
    for left in panels[count:]:
        figure.delaxes(left)
    return panels[:count]


def _draw(ax: Any, scale: Scale, trials: list[PlottedTrial], best: float | None) -> None:
    completed = [trial for trial in trials if trial.ending == "completed"]
    pruned = [trial for trial in trials if trial.ending == "pruned" and trial.loss is not None]
    if scale.log:
        ax.set_xscale("log")
    for group, marker, color in ((completed, "o", _style.POINT), (pruned, "v", _style.PRUNED)):
        places, losses = [_place(scale, t) for t in group], [t.loss for t in group]
        ax.scatter(places, losses, marker=marker, s=18, alpha=0.65, color=color, linewidths=0)
    of_best = [trial for trial in completed if trial.loss == best and trial.is_feasible][:1]
    ax.scatter(
        [_place(scale, trial) for trial in of_best],
        [trial.loss for trial in of_best],
        marker="*",
        s=150,
        color=_style.BEST,
        zorder=3,
    )
    mark_failed(ax, [_place(scale, trial) for trial in trials if trial.ending == "failed"])
    ax.set_xlabel(short(scale.label) + (" (log)" if scale.log else ""))
    _style.quiet_frame(ax)
    if scale.categories is not None:
        names = scale.names()
        crowded = sum(len(name) for name in names) > 26
        rotation, side = (35, "right") if crowded else (0, "center")
        ax.set_xticks(range(len(names)), names, rotation=rotation, ha=side)
        ax.set_xlim(-0.6, len(names) - 0.4)


def _place(scale: Scale, trial: PlottedTrial) -> float:
    """On the axis; a category is moved aside by an amount that depends on the trial's number alone."""
    position = scale.position(trial.values[scale.label])
    if scale.categories is None:
        return position
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    return position + _JITTER * (2.0 * ((trial.number * golden) % 1.0) - 1.0)
