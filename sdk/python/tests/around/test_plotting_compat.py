"""Hyperopt's plotting functions over trials of real Hyperopt."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from typing import Any

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from matplotlib import pyplot

from tunewright.compat import plotting

hyperopt = pytest.importorskip("hyperopt")


@pytest.fixture(scope="module")
def trials() -> Any:
    def objective(point: dict[str, Any]) -> dict[str, Any]:
        if point["x"] < 0.1:
            return {"status": "fail"}
        curve = pickle.dumps(np.linspace(0, point["x"], 5))
        return {"status": "ok", "loss": point["x"], "attachments": {"curve": curve}}

    space = {"x": hyperopt.hp.uniform("x", 0, 1), "lr_log": hyperopt.hp.loguniform("lr_log", -9, -1)}
    found = hyperopt.Trials()
    hyperopt.fmin(
        objective,
        space,
        algo=hyperopt.rand.suggest,
        max_evals=40,
        trials=found,
        rstate=np.random.default_rng(1),
        verbose=False,
    )
    return found


@pytest.fixture(autouse=True)
def figure() -> Iterator[Any]:
    figure = pyplot.figure()
    yield figure
    pyplot.close(figure)


def test_history(trials: Any, figure: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tunewright"):
        plotting.main_plot_history(trials, do_show=False)
    (ax,) = figure.axes
    ok = [loss for loss in trials.losses() if loss is not None]
    assert 0 < len(ok) < 40
    assert list(ax.collections[0].get_offsets()[:, 1]) == pytest.approx(ok)
    assert ax.get_title() == "Loss History" and "average best error" in caplog.text


def test_histogram(trials: Any, figure: Any) -> None:
    plotting.main_plot_histogram(trials, do_show=False)
    (ax,) = figure.axes
    assert sum(bar.get_height() for bar in ax.patches) == len([y for y in trials.losses() if y is not None])


@pytest.mark.parametrize("arrange_by_loss", [False, True])
def test_vars(trials: Any, figure: Any, arrange_by_loss: bool) -> None:
    plotting.main_plot_vars(trials, do_show=False, colorize_best=3, arrange_by_loss=arrange_by_loss)
    log, plain = figure.axes
    assert [log.get_title(), plain.get_title()] == ["lr_log", "x"]
    assert [log.get_yscale(), plain.get_yscale()] == ["log", "linear"]
    green = [c for c in plain.collections[0].get_facecolors() if c[1] > 0 and c[0] == 0 and c[2] == 0]
    assert len(green) == 3


@pytest.mark.parametrize("number", [None, 5])
def test_attachments(trials: Any, figure: Any, number: int | None) -> None:
    plotting.main_plot_1D_attachment(trials, "curve", do_show=False, num_trails=number)
    (ax,) = figure.axes
    ok = [loss for loss in trials.losses() if loss is not None]
    assert len(ax.get_lines()) == (number or len(ok))
    assert all(len(line.get_ydata()) == 5 for line in ax.get_lines())


def test_nothing_is_printed(trials: Any, capfd: pytest.CaptureFixture[str]) -> None:
    plotting.main_plot_history(trials, do_show=False)
    plotting.main_plot_histogram(trials, do_show=False)
    plotting.main_plot_vars(trials, do_show=False)
    assert capfd.readouterr() == ("", "")
