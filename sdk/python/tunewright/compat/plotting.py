"""Hyperopt's plotting functions, with its signatures, over any Hyperopt-style `Trials`.

They draw on pyplot's current figure, as Hyperopt's do, and show it if `do_show`. What Hyperopt prints beside
them is logged here (logger `tunewright`, level info). `tunewright.plot` has plots that say more.
"""

from __future__ import annotations

import logging
import math
import pickle
from collections.abc import Callable, Mapping
from typing import Any

logger = logging.getLogger("tunewright.plotting")

default_status_colors = {"new": "k", "running": "g", "ok": "b", "fail": "r"}


def main_plot_history(
    trials: Any,
    do_show: bool = True,
    status_colors: Mapping[str, str] | None = None,
    title: str = "Loss History",
) -> None:
    """The losses in order, coloured by status, and a line at the average best error."""
    plt = _pyplot()
    seen = [
        (loss, status)
        for loss, status in zip(trials.losses(), trials.statuses(), strict=True)
        if loss is not None
    ]
    colors = status_colors or default_status_colors
    plt.scatter(range(len(seen)), [loss for loss, _ in seen], c=[colors[status] for _, status in seen])
    plt.xlabel("time (trials)")
    plt.ylabel("loss")
    best_error = trials.average_best_error()
    logger.info("average best error: %s", best_error)
    plt.axhline(best_error, c="g")
    plt.title(title)
    if do_show:
        plt.show()


def main_plot_histogram(trials: Any, do_show: bool = True, title: str = "Loss Histogram") -> None:
    """How often which loss came."""
    plt = _pyplot()
    losses = [loss for loss in trials.losses() if loss is not None]
    logger.info("histogram of %d trials", len(losses))
    plt.hist(losses)
    plt.xlabel("loss")
    plt.ylabel("frequency (trials)")
    plt.title(title)
    if do_show:
        plt.show()


def main_plot_vars(
    trials: Any,
    do_show: Any = True,
    fontsize: float = 10,
    colorize_best: int | None = None,
    columns: int = 5,
    arrange_by_loss: bool = False,
) -> None:
    """The values of each label over the trials' ids (or losses), a panel each, darker for a lower loss.

    With `colorize_best` the best that many trials are green. A label with `log` in it has a logarithmic axis
    if its values allow one. Raises `ValueError` if no trial has a finite loss.
    """
    plt = _pyplot()
    loss_of = dict(zip(trials.tids, trials.losses(), strict=True))
    shade = _shade(list(loss_of.values()), colorize_best)
    held = _held_values(trials.miscs)
    width = max(min(columns, len(held)), 1)
    height = math.ceil(len(held) / width)
    for place, label in enumerate(sorted(held)):
        ax = plt.subplot(height, width, place + 1)
        tids, values = held[label]
        ax.set_title(label, fontsize=fontsize)
        ax.tick_params(labelbottom=False)
        known = [i for i, tid in enumerate(tids) if not arrange_by_loss or loss_of[tid] is not None]
        x = [loss_of[tids[i]] if arrange_by_loss else tids[i] for i in known]
        y = [values[i] for i in known]
        if "log" in label and y and min(y) > 0:
            ax.set_yscale("log")
        ax.scatter(x, y, c=[shade(loss_of[tids[i]]) for i in known])
    if do_show:
        plt.show()


def main_plot_1D_attachment(
    trials: Any,
    attachment_name: str,
    do_show: bool = True,
    colorize_by_loss: bool = True,
    max_darkness: float = 0.5,
    num_trails: int | None = None,
    preprocessing_fn: Callable[[Any], Any] = lambda x: x,
    line_width: float = 0.1,
) -> None:
    """A line for each trial's attachment of that name, which holds a pickled one-dimensional array.

    Attachments of other shapes are left out, with a warning in the log. `num_trails`: only that many trials,
    at even steps through the order of their losses. Attachments are unpickled: plot only trials whose origin
    you trust.
    """
    import numpy as np

    plt = _pyplot()
    plt.title(attachment_name)
    finished = [trial for trial in trials.trials if trial["result"].get("loss") is not None]
    if num_trails is not None and finished:
        finished.sort(key=lambda trial: float(trial["result"]["loss"]))
        steps = np.linspace(0, len(finished), num_trails, endpoint=False, dtype=int)
        finished = [finished[i] for i in steps]
    losses = [trial["result"]["loss"] for trial in finished]
    for trial, loss in zip(finished, losses, strict=True):
        attachments = trials.trial_attachments(trial)
        if attachment_name not in attachments:
            continue
        data = np.squeeze(np.asanyarray(pickle.loads(attachments[attachment_name])))
        if data.ndim != 1:
            logger.warning(
                "attachment `%s` of trial %s has shape %s", attachment_name, trial["tid"], data.shape
            )
            continue
        spread = max(losses) - min(losses)
        darkness = max_darkness * ((loss - min(losses)) / spread if spread > 0 else 1.0)
        color = (0.0, 0.0, 0.0, darkness) if colorize_by_loss else None
        plt.plot(preprocessing_fn(data), color=color, linewidth=line_width, label=f"loss: {loss:.5}")
    if do_show:
        if len(finished) < 10:
            plt.legend()
        plt.show()


def _shade(
    losses: list[float | None], colorize_best: int | None
) -> Callable[[float | None], tuple[float, ...]]:
    """The colour of a loss, from black for the lowest to light grey; white for none, green for the best
    few."""
    finite = sorted(loss for loss in losses if loss is not None and math.isfinite(loss))
    if not finite:
        raise ValueError("there is nothing to draw: no trial has a finite loss")
    low, high = finite[0], finite[-1]
    limit = low - 1.0 if colorize_best is None else finite[min(colorize_best, len(finite)) - 1]
    logger.info("finite losses from %s to %s", low, high)

    def color(loss: float | None) -> tuple[float, ...]:
        if loss is None or not math.isfinite(loss):
            return 1.0, 1.0, 1.0
        share = (loss - low) / (high - low + 0.0001)
        return (0.0, 1.0 - share, 0.0) if loss <= limit else (0.9 * share,) * 3

    return color


def _held_values(miscs: list[Mapping[str, Any]]) -> dict[str, tuple[list[int], list[float]]]:
    """Label -> ids of the trials in which it was active, and its values in them."""
    held: dict[str, tuple[list[int], list[float]]] = {}
    for misc in miscs:
        for label, values in misc["vals"].items():
            tids, found = held.setdefault(label, ([], []))
            tids.extend([misc["tid"]] * len(values))
            found.extend(values)
    return held


def _pyplot() -> Any:
    """Imported at the first plot: importing it sooner would fix the backend."""
    import matplotlib.pyplot as plt

    return plt
