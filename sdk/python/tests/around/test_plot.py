"""The plots of what holds trials: what is drawn, that nothing is cut off or overlaps, in light and in
dark."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from matplotlib import colors, pyplot

from tunewright.plot import _style, plot_history, plot_importance, plot_parallel, plot_parameters
from tunewright.plot._scale import Scale, short
from tunewright.plot._trials import read_trials

PLOTS = [plot_history, plot_parameters, plot_importance, plot_parallel]


def runs(count: int = 120) -> list[tuple[dict[str, Any], float | None]]:
    """A search as people have it: logarithmic, integer, categorical, boolean and conditional parameters."""
    rng = np.random.default_rng(0)
    found: list[tuple[dict[str, Any], float | None]] = []
    for _ in range(count):
        rate = float(10 ** rng.uniform(-5, -1))
        optimizer = ["sgd", "adam", "rmsprop", "adamw_with_warmup_and_decay"][rng.integers(4)]
        params: dict[str, Any] = {"learning_rate": rate, "optimizer": optimizer}
        params["layers"] = int(rng.integers(1, 9))
        params["use_bias"] = bool(rng.integers(2))
        if optimizer == "sgd":
            params["momentum"] = float(rng.uniform(0, 0.99))
        if optimizer.startswith("adamw"):
            params["weight_decay_of_all_of_the_layers"] = float(10 ** rng.uniform(-6, -2))
        loss = 0.3 * (math.log10(rate) + 3) ** 2 + 0.05 * params["layers"] + rng.normal(0, 0.05) + 0.3
        found.append((params, None if rng.random() < 0.08 else float(loss)))
    return found


def figure_of(drawn: Any) -> Any:
    return drawn if hasattr(drawn, "savefig") else drawn.figure


def texts_of(figure: Any) -> list[Any]:
    return [
        text
        for text in figure.findobj(matplotlib.text.Text)
        if text.get_visible() and text.get_text().strip() and text.get_window_extent().width > 0
    ]


def assert_nothing_is_cut_off(figure: Any) -> None:
    figure.canvas.draw()
    whole = figure.bbox
    for text in texts_of(figure):
        box = text.get_window_extent()
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= whole.x1 + 1 and box.y1 <= whole.y1 + 1
        assert inside or not _is_drawn(text), f"`{text.get_text()}` is cut off: {box}"


def _is_drawn(text: Any) -> bool:
    """Tick labels beyond the view exist and are not drawn."""
    for axes in text.figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            ticks = axis.get_major_ticks() + axis.get_minor_ticks()
            if any(text in (tick.label1, tick.label2) for tick in ticks):
                low, high = sorted(axis.get_view_interval())
                return any(
                    text is tick.label1 and low <= tick.get_loc() <= high for tick in axis._update_ticks()
                )
    return True


def assert_no_tick_labels_overlap(figure: Any) -> None:
    for axes in figure.axes:
        for axis, start, end in ((axes.xaxis, "x0", "x1"), (axes.yaxis, "y0", "y1")):
            shown = [t.label1 for t in axis._update_ticks() if t.label1.get_text().strip()]
            if any(label.get_rotation() % 90 for label in shown):
                continue
            boxes = sorted(
                (label.get_window_extent() for label in shown), key=lambda box: getattr(box, start)
            )
            for one, next_one in pairwise(boxes):
                assert getattr(one, end) <= getattr(next_one, start) + 1, axes.get_xlabel()


@pytest.mark.parametrize("style", ["default", "dark_background"])
@pytest.mark.parametrize("plot", PLOTS)
def test_no_text_is_cut_off_and_none_overlaps(plot: Any, style: str, tmp_path: Path) -> None:
    with pyplot.style.context(style):
        figure = figure_of(plot(runs()))
        figure.savefig(tmp_path / "plot.png")
        assert_nothing_is_cut_off(figure)
        assert_no_tick_labels_overlap(figure)
        pyplot.close(figure)
    assert (tmp_path / "plot.png").stat().st_size > 5_000


@pytest.mark.parametrize("color", [_style.POINT, _style.BEST, _style.FAILED, _style.PRUNED])
def test_colours_have_contrast_on_light_and_on_dark(color: str) -> None:
    def luminance(name: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colors.to_rgb(name)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert 1.05 / (luminance(color) + 0.05) >= 3.0
    assert (luminance(color) + 0.05) / (luminance("#111111") + 0.05) >= 3.0


def test_history_shows_each_trial_the_best_so_far_and_failures() -> None:
    ax = plot_history(
        [({"x": 1}, 3.0), ({"x": 2}, None), ({"x": 3}, 1.0), ({"x": 4}, 2.0), ({"x": 5}, math.nan)]
    )
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["completed (3)", "best so far (1)", "failed (2)"]
    (line,) = ax.get_lines()
    assert list(line.get_xdata()) == [0, 2, 3] and list(line.get_ydata()) == [3.0, 1.0, 1.0]
    assert ax.get_ylabel() == "loss (lower is better)" and ax.get_xlabel() == "trial (number)"
    pyplot.close(ax.figure)


def test_history_of_nothing_and_of_failures_only() -> None:
    for source in ([], [({"x": 1}, None)]):
        ax = plot_history(source)
        ax.figure.canvas.draw()
        pyplot.close(ax.figure)


def test_plots_draw_on_the_axes_they_are_given() -> None:
    figure, axes = pyplot.subplots(2, 2)
    assert plot_history(runs(), ax=axes[0, 0]) is axes[0, 0]
    assert plot_importance(runs(), ax=axes[0, 1]) is axes[0, 1]
    assert plot_parallel(runs(), ["layers", "use_bias"], ax=axes[1, 0]) is axes[1, 0]
    assert plot_parameters(runs(), ["learning_rate"], ax=axes[1, 1]) is figure
    assert axes[1, 1].get_xlabel() == "learning_rate (log)"
    with pytest.raises(ValueError, match="must hold 2 axes"):
        plot_parameters(runs(), ["learning_rate", "layers"], ax=axes[1, 1])
    pyplot.close(figure)


def test_parameters_are_drawn_where_they_are_active_on_the_axes_they_need() -> None:
    figure = plot_parameters(runs(), ["learning_rate", "layers", "optimizer", "momentum"])
    rate, layers, optimizer, momentum = figure.axes
    assert rate.get_xscale() == "log" and layers.get_xscale() == "linear"
    names = [label.get_text() for label in optimizer.get_xticklabels()]
    assert names == ["adam", short("adamw_with_warmup_and_decay"), "rmsprop", "sgd"]
    active = [p for p, loss in runs() if "momentum" in p and loss is not None]
    assert len(momentum.collections[0].get_offsets()) == len(active)
    places = optimizer.collections[0].get_offsets()[:, 0]
    assert len(set(places)) > 100 and np.abs(places - places.round()).max() <= 0.25
    pyplot.close(figure)


def test_a_scale_can_be_told() -> None:
    figure = plot_parameters(runs(), ["learning_rate"], log={"learning_rate": False})
    assert figure.axes[0].get_xscale() == "linear"
    pyplot.close(figure)


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(ValueError, match="no ended trial has the parameter `lr`; there are layers"):
        plot_parallel(runs(), ["lr"])
    with pytest.raises(ValueError, match="nothing to draw"):
        plot_parameters([])


def test_parallel_has_a_place_for_what_was_not_active() -> None:
    ax = plot_parallel(runs())
    assert [label.get_text() for label in ax.get_yticklabels()] == ["not active"]
    plain = plot_parallel(runs(), ["layers", "learning_rate"])
    assert list(plain.get_yticks()) == []
    pyplot.close(ax.figure)
    pyplot.close(plain.figure)


def test_parallel_draws_the_best_trial_last() -> None:
    ax = plot_parallel([({"x": 0.0}, 2.0), ({"x": 1.0}, 1.0), ({"x": 0.5}, 3.0)])
    (lines,) = (c for c in ax.collections if hasattr(c, "get_segments"))
    assert [segment[0][1] for segment in lines.get_segments()] == [0.5, 0.0, 1.0]
    pyplot.close(ax.figure)


def test_importance_shows_shares_with_the_largest_on_top() -> None:
    ax = plot_importance(runs())
    widths = [bar.get_width() for bar in ax.patches]
    assert widths == sorted(widths) and sum(widths) == pytest.approx(1.0)
    assert ax.get_yticklabels()[-1].get_text() == "learning_rate"
    pyplot.close(ax.figure)


def test_trials_of_real_hyperopt_are_read() -> None:
    hyperopt = pytest.importorskip("hyperopt")

    def objective(point: dict[str, Any]) -> dict[str, Any]:
        if point["kind"] == "b":
            return {"status": "fail"}
        return {"status": "ok", "loss": point["x"]}

    space = {"x": hyperopt.hp.uniform("x", 0, 1), "kind": hyperopt.hp.choice("kind", ["a", "b"])}
    trials = hyperopt.Trials()
    rstate = np.random.default_rng(0)
    algo, quiet = hyperopt.rand.suggest, {"show_progressbar": False, "verbose": False}
    hyperopt.fmin(objective, space, algo=algo, max_evals=30, trials=trials, rstate=rstate, **quiet)
    read = read_trials(trials)
    assert len(read) == 30
    for trial in read:
        failed = bool(trial.values["kind"] == 1)
        assert trial.ending == ("failed" if failed else "completed")
        assert (trial.loss is None) is failed
    for plot in PLOTS:
        pyplot.close(figure_of(plot(trials)))


def test_records_of_a_study_are_read() -> None:
    def record(number: int, state: str, loss: float | None) -> SimpleNamespace:
        return SimpleNamespace(number=number, state=state, loss=loss, point={"x": number}, params={})

    states = [("completed", 1.0), ("pruned", 2.0), ("failed", None), ("running", None), ("cancelled", None)]
    study = SimpleNamespace(trials=[record(i, *rest) for i, rest in enumerate(states)])
    assert [t.ending for t in read_trials(study)] == [
        "completed",
        "pruned",
        "failed",
        "unfinished",
        "unfinished",
    ]


def test_nested_parameters_get_dotted_labels() -> None:
    (trial,) = read_trials([({"model": {"depth": 3, "kind": "tree"}, "layers": (1, 2)}, 0.5)])
    assert trial.values == {"model.depth": 3, "model.kind": "tree", "layers": "(1, 2)"}


@pytest.mark.parametrize("source", ["a text", 5, {"x": 1}, [3], [("x", 1.0)]])
def test_what_holds_no_trials_is_refused(source: Any) -> None:
    with pytest.raises(TypeError, match="not `"):
        plot_history(source)


def test_scales() -> None:
    log = Scale.of("x", [1e-5, 1e-3, 1e-1])
    assert log.log and log.share(1e-3) == pytest.approx(0.5)
    assert not Scale.of("x", [1.0, 500.0, 1000.0]).log
    assert not Scale.of("x", [-1.0, 0.001, 1000.0], log=True).log
    assert Scale.of("x", [2.0, 2.0]).share(2.0) == 0.5
    assert [text for _, text in Scale.of("n", [1, 8]).marks()] == ["1", "8"]
    assert short("abcdefghijklmnopqrstuvwxyz") == "abcdefghi…stuvwxyz"
