"""The plot of a run over its trials."""

from __future__ import annotations

from typing import Any

from tunewright.plot import _style
from tunewright.plot._scale import spread_over_magnitudes
from tunewright.plot._trials import PlottedTrial, read_trials


def plot_history(source: Any, *, ax: Any = None, log: bool | None = None) -> Any:
    """Draws each trial's loss and the best so far over the trials' numbers; failed trials are marked at the
    foot.

    `source`: a study, Hyperopt-style `Trials`, or a list of `(parameters, loss)`. `log`: whether the loss has
    a logarithmic axis; `None` decides by the losses. Returns the matplotlib axes.
    """
    trials = sorted(read_trials(source), key=lambda trial: trial.number)
    ax = _style.axes_or_new(ax, 8.0, 4.5)
    completed = [trial for trial in trials if trial.ending == "completed"]
    pruned = [trial for trial in trials if trial.ending == "pruned" and trial.loss is not None]
    failed = [trial for trial in trials if trial.ending == "failed"]
    losses = [trial.loss for trial in completed + pruned if trial.loss is not None]
    if log is None:
        log = bool(losses) and spread_over_magnitudes(losses)
    if log:
        ax.set_yscale("log")
    _scatter(ax, completed, "o", _style.POINT, "completed", filled=True)
    _scatter(ax, pruned, "v", _style.PRUNED, "pruned", filled=False)
    _draw_best_so_far(ax, completed)
    bare = [trial.number for trial in trials if trial.ending == "pruned" and trial.loss is None]
    mark_at_foot(ax, bare, "v", _style.PRUNED, f"pruned before a loss ({len(bare)})")
    mark_failed(ax, [trial.number for trial in failed])
    ax.set_xlabel("trial (number)")
    ax.set_ylabel(_style.LOSS_LABEL)
    ax.xaxis.get_major_locator().set_params(integer=True)
    _style.quiet_frame(ax)
    _style.legend_above(ax)
    return ax


def _scatter(
    ax: Any, trials: list[PlottedTrial], marker: str, color: str, name: str, *, filled: bool
) -> None:
    if trials:
        ax.scatter(
            [trial.number for trial in trials],
            [trial.loss for trial in trials],
            marker=marker,
            s=22,
            alpha=0.85,
            facecolors=color if filled else "none",
            edgecolors="none" if filled else color,
            label=f"{name} ({len(trials)})",
        )


def _draw_best_so_far(ax: Any, completed: list[PlottedTrial]) -> None:
    best: list[float] = []
    numbers: list[int] = []
    for trial in completed:
        if trial.loss is not None and trial.is_feasible:
            best.append(min(trial.loss, best[-1]) if best else trial.loss)
        elif best:
            best.append(best[-1])
        numbers += [trial.number] if best else []
    if best:
        name = f"best so far ({best[-1]:.4g})"
        ax.step(numbers, best, where="post", color=_style.BEST, linewidth=2, label=name)


def mark_failed(ax: Any, positions: list[float] | list[int]) -> None:
    """Crosses along the foot of the axes, at places of the x axis: a failed trial has no loss."""
    mark_at_foot(ax, positions, "x", _style.FAILED, f"failed ({len(positions)})")


def mark_at_foot(ax: Any, positions: list[float] | list[int], marker: str, color: str, name: str) -> None:
    """Markers for trials without a loss."""
    if positions:
        ax.scatter(
            positions,
            [0.025] * len(positions),
            transform=ax.get_xaxis_transform(),
            marker=marker,
            s=26,
            linewidths=1.4 if marker == "x" else 0.0,
            color=color,
            clip_on=False,
            label=name,
        )
