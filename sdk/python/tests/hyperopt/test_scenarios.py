"""What Hyperopt's tests of its Spark and Mongo trials were about, with our workers."""

from __future__ import annotations

import logging
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import hyperopt
import numpy as np
import pytest
from hyperopt import hp, rand, tpe
from hyperopt.base import JOB_STATE_CANCEL, JOB_STATE_DONE, JOB_STATE_ERROR

from tests.hyperopt.objectives import Traced, lines
from tunewright._embedded.server import EmbeddedServer
from tunewright._embedded.worker import LocalWorker
from tunewright.client import Client
from tunewright.errors import ObjectivePickleError
from tunewright.hyperopt import TunewrightTrials, fmin
from tunewright.study import Study

SPACE = hp.uniform("x", -5, 5)

pytestmark = pytest.mark.timeout(180)


def minimized(fn: Any, trials: Any, **arguments: Any) -> Any:
    given = {"algo": rand.suggest, "max_evals": 8, "rstate": np.random.default_rng(1), **arguments}
    return hyperopt.fmin(fn, SPACE, trials=trials, show_progressbar=False, **given)


def states(trials: Any) -> list[int]:
    return [doc["state"] for doc in trials._dynamic_trials]


def test_all_succeed() -> None:
    trials = TunewrightTrials(parallelism=2)
    best = minimized(lambda x: (x - 1) ** 2, trials, algo=tpe.suggest)
    assert states(trials) == [JOB_STATE_DONE] * 8
    assert sorted(trials.tids) == list(range(8))
    assert best == trials.argmin == {"x": trials.best_trial["misc"]["vals"]["x"][0]}
    assert trials.losses() == pytest.approx([(x - 1) ** 2 for x in trials.vals["x"]])
    assert trials.suggested_by == ("tpe", "server")


def test_all_fail_and_that_is_told() -> None:
    def fail(x: float) -> float:
        raise RuntimeError(f"no luck at {x > 9}")

    trials = TunewrightTrials(parallelism=2)
    with pytest.raises(hyperopt.exceptions.AllTrialsFailed):
        minimized(fail, trials, catch_eval_exceptions=True)
    assert states(trials) == [JOB_STATE_ERROR] * 8
    assert len(trials) == 0
    assert trials._dynamic_trials[0]["misc"]["error"] == (
        "<class 'builtins.RuntimeError'>",
        "no luck at False",
    )
    assert "in fail" in trials._dynamic_trials[0]["misc"]["traceback"]


def test_the_first_exception_comes_back_as_its_own_type() -> None:
    def fail(x: float) -> float:
        time.sleep(0.2)
        raise FileNotFoundError("data.csv")

    trials = TunewrightTrials(parallelism=2)
    with pytest.raises(FileNotFoundError, match=r"^data\.csv$") as caught:
        minimized(fail, trials, max_evals=1000)
    assert "in fail" in caught.value.remote_traceback  # type: ignore[attr-defined]
    assert "in fail" in str(caught.value.__cause__)
    # How many others fail until the first is told depends on how busy the machine is; the rest never begins.
    assert 1 <= states(trials).count(JOB_STATE_ERROR) <= 100


def test_a_timeout_waits_for_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "calls"
    trials = TunewrightTrials(parallelism=2)
    minimized(Traced(path, 1.0), trials, max_evals=1000, timeout=12)
    assert 2 <= len(trials) < 40
    assert set(states(trials)) == {JOB_STATE_DONE}
    assert len(lines(path, "ended")) == len(lines(path, "begun")) == len(trials)


def test_a_timeout_can_cancel_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "calls"
    trials = TunewrightTrials(parallelism=2, cancel_at_timeout=True)
    begun = time.monotonic()
    assert minimized(Traced(path, 600), trials, timeout=15, return_argmin=False) is None
    assert time.monotonic() - begun < 60
    assert states(trials) == [JOB_STATE_CANCEL] * len(lines(path, "begun"))
    assert len(trials) == 0
    assert lines(path, "ended") == []


def test_a_trial_that_takes_too_long_is_ended() -> None:
    def slow(x: float) -> float:
        time.sleep(600 if x < 0 else 0)
        return x

    trials = TunewrightTrials(parallelism=2, trial_timeout=6.0)
    minimized(slow, trials, max_evals=4)
    ended = {doc["misc"]["vals"]["x"][0] < 0: doc for doc in trials._dynamic_trials}
    assert ended[True]["state"] == JOB_STATE_ERROR
    assert ended[True]["misc"]["error"][0] == "timeout"
    assert ended[False]["state"] == JOB_STATE_DONE


def test_early_stop_looks_once_at_each_completion_in_order() -> None:
    seen: list[list[float]] = []

    def stop(trials: Any, count: int = 0) -> tuple[bool, list[int]]:
        seen.append(trials.losses())
        return count + 1 >= 5, [count + 1]

    trials = TunewrightTrials(parallelism=2)
    minimized(lambda x: x, trials, max_evals=200, early_stop_fn=stop)
    assert [len(losses) for losses in seen] == [1, 2, 3, 4, 5]
    assert all(before == after[:-1] for before, after in pairwise(seen))
    assert 5 <= len(trials) < 100


def test_hyperopts_own_rule_of_no_progress_works() -> None:
    from hyperopt.early_stop import no_progress_loss

    trials = TunewrightTrials(parallelism=2)
    minimized(lambda x: 1.0, trials, max_evals=500, early_stop_fn=no_progress_loss(5))
    assert 5 <= len(trials) < 100


def test_a_loss_below_the_threshold_stops_the_search() -> None:
    trials = TunewrightTrials(parallelism=2)
    minimized(lambda x: x * x, trials, max_evals=1000, loss_threshold=4.0)
    assert min(trials.losses()) < 4.0
    assert len(trials) < 500


def test_attachments_and_other_results_travel() -> None:
    def objective(x: float) -> dict[str, Any]:
        attachments = {"weights": bytes(range(256)) * 8, "log": "Zeile für Zeile"}
        return {
            "loss": x,
            "status": "ok",
            "attachments": attachments,
            "epochs": [1, 2],
            "seen": np.float64(x),
        }

    trials = TunewrightTrials(parallelism=2)
    minimized(objective, trials, max_evals=3)
    for doc in trials.trials:
        kept = trials.trial_attachments(doc)
        assert kept["weights"] == bytes(range(256)) * 8
        assert kept["log"] == "Zeile für Zeile"
        assert "other" not in kept
        assert doc["result"]["epochs"] == [1, 2]
        assert doc["result"]["seen"] == doc["result"]["loss"]


def test_failed_and_nan_results_are_no_losses_to_learn_from() -> None:
    def objective(x: float) -> dict[str, Any]:
        if x < -2:
            return {"status": "fail", "loss": -100.0, "why": "too small"}
        return {"status": "ok", "loss": float("nan") if x > 2 else x}

    trials = TunewrightTrials(parallelism=2)
    best = minimized(objective, trials, max_evals=24)
    assert set(states(trials)) == {JOB_STATE_DONE}
    kinds = {(doc["result"]["status"], str(doc["result"].get("loss"))) for doc in trials.trials}
    assert ("fail", "-100.0") in kinds
    assert ("ok", "nan") in kinds
    assert -2 <= best["x"] <= 2


def test_what_does_not_pickle_is_named() -> None:
    import threading

    lock = threading.Lock()

    def objective(x: float) -> float:
        with lock:
            return x

    with pytest.raises(ObjectivePickleError, match="lock") as caught:
        minimized(objective, TunewrightTrials(parallelism=2))
    assert "parallelism=1" in str(caught.value)


def test_two_handles_do_not_disturb_each_other(server: EmbeddedServer) -> None:
    with LocalWorker(server.address, slots=2):
        first = TunewrightTrials(server.address, study="first")
        second = TunewrightTrials(server.address, study="second")
        minimized(lambda x: x, first, max_evals=4)
        minimized(lambda x: -x, second, max_evals=6)
        first.refresh()
        assert (len(first), len(second)) == (4, 6)
        assert first.losses() == pytest.approx(first.vals["x"])
        again = TunewrightTrials(server.address, study="second")
        assert again.losses() == second.losses()
        assert again.vals == second.vals
        assert again.argmin == second.argmin


def test_several_workers_share_the_trials_of_one_study(server: EmbeddedServer, tmp_path: Path) -> None:
    path = tmp_path / "calls"
    trials = TunewrightTrials(server.address, study="shared")
    with LocalWorker(server.address, slots=1), LocalWorker(server.address, slots=2):
        minimized(Traced(path, 0.3), trials, max_evals=18)
    assert len(trials) == len(lines(path, "ended")) == 18
    # Each worker is the parent of the processes of its slots.
    assert len({words[2] for words in lines(path, "ended")}) == 2


def test_one_is_told_why_nothing_happens(server: EmbeddedServer, caplog: pytest.LogCaptureFixture) -> None:
    trials = TunewrightTrials(server.address, study="waits")
    with caplog.at_level(logging.WARNING, "tunewright.fmin"):
        minimized(lambda x: x, trials, timeout=7, return_argmin=False)
    assert "no worker is attached to the pool `default`" in caplog.text


def test_any_python_algorithm_runs_here_and_its_points_there() -> None:
    asked: list[int] = []

    def own(new_ids: list[int], domain: Any, trials: Any, seed: int) -> Any:
        asked.append(len(trials))
        return tpe.suggest(new_ids, domain, trials, seed, n_startup_jobs=4, verbose=False)

    trials = TunewrightTrials(parallelism=2)
    minimized(lambda x: x * x, trials, algo=own, max_evals=10)
    assert states(trials) == [JOB_STATE_DONE] * 10
    assert len(asked) == 10
    assert trials.suggested_by is not None
    assert trials.suggested_by.where == "client"


def test_points_to_evaluate_come_first_with_any_trials() -> None:
    points = [{"x": 1.0}, {"x": 2.0}]
    trials = TunewrightTrials(parallelism=2)
    fmin(lambda x: x, SPACE, algo=rand.suggest, max_evals=3, trials=trials, points_to_evaluate=points)
    assert trials.vals["x"][:2] == [1.0, 2.0]
    assert len(trials) == 5
    given = TunewrightTrials(points_to_evaluate=points)
    minimized(lambda x: x, given, max_evals=3)
    assert given.vals["x"][:2] == [1.0, 2.0]


def test_workers_import_hyperopt_only_if_the_objective_does() -> None:
    """It takes longer than all the rest of a worker's start."""

    def imported(point: dict[str, Any]) -> dict[str, Any]:
        import sys

        return {"loss": point["x"] ** 2, "status": "ok", "hyperopt": "hyperopt" in sys.modules}

    trials = TunewrightTrials(parallelism=2)
    space = {"x": hp.uniform("x", -5, 5), "y": hp.choice("y", [0, hp.randint("z", 4)])}
    fmin(imported, space, algo=rand.suggest, max_evals=4, trials=trials, rstate=1, show_progressbar=False)
    assert [result["hyperopt"] for result in trials.results] == [False] * 4


@pytest.mark.parametrize(
    ("returned", "raised"),
    [
        ({"status": "great"}, hyperopt.exceptions.InvalidResultStatus),
        ({"status": "ok"}, hyperopt.exceptions.InvalidLoss),
    ],
)
def test_what_is_no_result_raises_hyperopts_exceptions(returned: Any, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        minimized(lambda x: returned, TunewrightTrials(parallelism=2))


def test_a_serial_search_that_stops_leaves_nothing_leased_ahead(server: EmbeddedServer) -> None:
    with Client(server.address) as client:
        for name, rules in (
            ("threshold", {"loss_threshold": 3.0}),
            ("timeout", {"timeout": 0.3}),
            ("early", {"early_stop_fn": lambda trials, *_: (len(trials.trials) >= 5, [])}),
            ("budget", {"max_evals": 6}),
        ):
            trials = TunewrightTrials(server.address, study=name, in_process=True)
            calls = []

            def objective(x: float, calls: list[float] = calls) -> float:
                calls.append(x)
                return 10 - len(calls)

            fmin(
                objective,
                SPACE,
                algo=rand.suggest,
                trials=trials,
                show_progressbar=False,
                **{"max_evals": 10_000, **rules},
            )
            counts = Study.open(name, client=client).info.counts
            # When the time runs out, the next trial may have come with the last answer: it was given back.
            assert counts["running"] == 0 and counts["queued"] <= (name == "timeout")
            assert counts["completed"] == len(calls)
