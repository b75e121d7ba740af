"""Colours and legends that can be read on light and on dark ground.

Text, lines and ground are those of matplotlib's current style; what we colour has a contrast of at least 3 to
1 against both white and near-black.
"""

from __future__ import annotations

from typing import Any

POINT = "#3d7fc1"
BEST = "#d9653b"
FAILED = "#c94f7c"
PRUNED = "#8a8f98"

LOSS_LABEL = "loss (lower is better)"


def pyplot() -> Any:
    """matplotlib's pyplot, or an error that says how to get it."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("plots need matplotlib: `pip install 'tunewright[plot]'`") from error
    return pyplot


def axes_or_new(ax: Any, width: float, height: float) -> Any:
    """The axes given, or those of a new figure that fits its texts by itself."""
    if ax is not None:
        return ax
    _, ax = pyplot().subplots(figsize=(width, height), layout="constrained")
    return ax


def legend_above(ax: Any) -> None:
    """A legend in one row above the axes, where it covers no point."""
    handles, _ = ax.get_legend_handles_labels()
    if handles:
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=len(handles),
            frameon=False,
            borderaxespad=0.2,
            handletextpad=0.4,
            columnspacing=1.2,
        )


def quiet_frame(ax: Any) -> None:
    """No frame where there is no axis."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def loss_colors() -> Any:
    """From the best loss (blue) to the worst (orange), all of middling lightness."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("tunewright_loss", [POINT, "#8f7fa8", BEST])
