"""The plots of real studies: the native ones, and those that `fmin` makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import pytest

matplotlib.use("Agg")

from matplotlib import pyplot

from tunewright import Trials, fmin, hp, rand
from tunewright._embedded.server import EmbeddedServer
from tunewright.client import Client
from tunewright.errors import TrialPruned
from tunewright.plot import plot_history, plot_importance, plot_parallel, plot_parameters
from tunewright.plot._trials import read_trials
from tunewright.spaces import Choice, Float, Int
from tunewright.study import Study

PLOTS = [plot_history, plot_parameters, plot_importance, plot_parallel]

SPACE = {
    "rate": Float(1e-5, 1e-1, log=True),
    "model": Choice({"linear": {"alpha": Float(0, 1)}, "tree": {"depth": Int(1, 12)}}),
}


def objective(trial: Any) -> float:
    params = trial.params
    if trial.number % 9 == 4:
        raise RuntimeError("no luck")
    if trial.number % 9 == 7:
        trial.report(5.0, step=1)
        raise TrialPruned
    model = params["model"]
    return float(abs(params["rate"] - 1e-3) ** 0.2 + (model["alpha"] if model["name"] == "linear" else 0.5))


def test_a_native_study(server: EmbeddedServer, tmp_path: Path) -> None:
    study = Study.create("s", SPACE, client=Client(server.address), algorithm="random", seed=1)
    study.optimize(objective, n_trials=45, catch=RuntimeError)
    read = read_trials(study)
    assert [trial.ending for trial in read].count("failed") == 5
    assert [trial.ending for trial in read].count("pruned") == 5
    assert {label for trial in read for label in trial.values} == set(study.space.labels)
    _draw(study, tmp_path)
    names = [text.get_text() for text in plot_history(study).get_legend().get_texts()]
    assert "pruned before a loss (5)" in names and "failed (5)" in names
    assert plot_parameters(study, ["rate"]).axes[0].get_xscale() == "log"
    pyplot.close("all")


def test_trials_of_our_fmin(tmp_path: Path) -> None:
    trials = Trials()
    space = {"x": hp.uniform("x", -1, 1), "kind": hp.choice("kind", ["a", "b"])}
    fmin(lambda p: p["x"] ** 2, space, algo=rand.suggest, max_evals=30, trials=trials, show_progressbar=False)
    assert [trial.loss for trial in read_trials(trials)] == pytest.approx(trials.losses())
    _draw(trials, tmp_path)


def _draw(source: Any, folder: Path) -> None:
    for plot in PLOTS:
        drawn = plot(source)
        figure = drawn if hasattr(drawn, "savefig") else drawn.figure
        figure.savefig(folder / f"{plot.__name__}.png")
        assert (folder / f"{plot.__name__}.png").stat().st_size > 5_000
        pyplot.close(figure)
