"""Which `algo` the server runs, and as what."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from tunewright import anneal, rand, tpe
from tunewright._engine.algorithms import ClientAlgorithm, ServerAlgorithm, resolve


@pytest.mark.parametrize(
    ("algo", "name", "mode", "settings"),
    [
        (None, "tpe", "hyperopt", {}),
        (tpe.suggest, "tpe", "hyperopt", {}),
        (functools.partial(tpe.suggest, n_startup_jobs=5), "tpe", "hyperopt", {"n_startup": 5.0}),
        (rand.suggest, "random", "", {}),
        (functools.partial(anneal.suggest, shrink_coef=0.5), "anneal", "", {"shrink_coef": 0.5}),
    ],
)
def test_known_ones_run_on_the_server(algo: Any, name: str, mode: str, settings: dict[str, float]) -> None:
    found = resolve(algo)
    assert isinstance(found, ServerAlgorithm)
    message = found.message
    assert (message.name, message.mode, dict(message.settings)) == (name, mode, settings)


def test_others_run_here() -> None:
    assert isinstance(resolve(functools.partial(tpe.suggest, gamma=-1)), ClientAlgorithm)
    assert isinstance(resolve(lambda *_: []), ClientAlgorithm)
