"""Small programs as tutorials of Hyperopt have them, with only their imports changed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tunewright import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, pyll, rand, space_eval, tpe

CLOSE = {"max_evals": 100, "rstate": 7, "show_progressbar": False}


def test_one_parameter() -> None:
    best = fmin(fn=lambda x: (x - 3) ** 2 + 2, space=hp.uniform("x", -10, 10), algo=tpe.suggest, **CLOSE)
    assert list(best) == ["x"] and abs(best["x"] - 3) < 0.3
    assert json.loads(json.dumps(best)) == best


def test_a_space_in_annotations() -> None:
    def objective(x: Any) -> float:
        return float((x - 3) ** 2 + 2)

    objective.__annotations__ = {"x": hp.uniform("x", -10, 10)}
    best = fmin(fn=objective, space="annotated", algo=tpe.suggest, **CLOSE)
    assert abs(best["x"] - 3) < 0.3


def test_several_parameters_and_numpy() -> None:
    def objective(params: dict[str, Any]) -> Any:
        return np.sin(np.sqrt(params["x"] ** 2 + params["y"] ** 2))

    space = {"x": hp.uniform("x", -6, 6), "y": hp.uniform("y", -6, 6)}
    best = fmin(fn=objective, space=space, algo=tpe.suggest, **CLOSE)
    assert objective(best) < -0.98
    assert all(type(value) is float for value in best.values())


def test_a_choice_and_an_integer() -> None:
    factors = {"left": -1, "middle": 2, "right": -3}
    space = {"kind": hp.choice("kind", list(factors)), "n": hp.randint("n", -5, 5)}
    best = fmin(fn=lambda p: factors[p["kind"]] * p["n"], space=space, algo=tpe.suggest, **CLOSE)
    assert best == {"kind": 2, "n": 4}
    assert space_eval(space, best) == {"kind": "right", "n": 4}


def test_trials_tell_what_was_tried() -> None:
    trials = Trials()

    def objective(x: float) -> dict[str, Any]:
        if x < 0:
            return {"status": STATUS_FAIL}
        return {"loss": x**2, "status": STATUS_OK, "note": {"squared": True}}

    best = fmin(objective, hp.uniform("x", -1, 1), algo=rand.suggest, trials=trials, **CLOSE)
    assert len(trials) == 100 and trials.argmin == best
    assert trials.best_trial["result"]["note"] == {"squared": True}
    failed = [status == STATUS_FAIL for status in trials.statuses()]
    assert failed == [values < 0 for values in trials.vals["x"]]


@pytest.mark.parametrize("algo", [rand.suggest, tpe.suggest])
def test_a_space_with_one_choice_fixed(algo: Any) -> None:
    space = hp.choice("a", [-1, hp.uniform("b", 0, 1)])
    found = [node for node in pyll.dfs(space) if node.name == "randint"]
    assert found == [space.pos_args[0].pos_args[1]]
    fixed = pyll.clone(space, memo={found[0]: pyll.as_apply(1)})
    best = fmin(fn=lambda x: x, space=fixed, algo=algo, **CLOSE)
    assert best["a"] == 1 and 0 <= best["b"] < 0.1
    without = pyll.clone(space, memo={space.pos_args[0]: pyll.as_apply(1)})
    assert list(fmin(fn=lambda x: x, space=without, algo=algo, **CLOSE)) == ["b"]


def test_the_graph_of_a_space_is_printed_as_a_tree() -> None:
    lines = str(hp.choice("a", [-1, hp.uniform("b", 0, 1)])).splitlines()
    assert lines[0] == "0 switch" and lines[1] == "1   hyperopt_param" and lines[2] == "2     Literal{a}"


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    fmin(lambda x: x**2, hp.uniform("x", -1, 1), algo=tpe.suggest, max_evals=5)
    assert capfd.readouterr() == ("", "")
