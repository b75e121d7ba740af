"""Studies from beginning to end, against a real server."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tunewright import errors
from tunewright._embedded.server import EmbeddedServer
from tunewright._study.events import StudyChanged, TrialChanged, TrialReported
from tunewright._study.records import TrialRecord
from tunewright.client import Client
from tunewright.spaces import Choice, Float, Int
from tunewright.study import Study
from tunewright.trial import Trial


class Marker:
    """An option that is no JSON."""


SPACE = {
    "x": Float(-5, 5),
    "model": Choice({"svm": {"C": Float(1e-3, 1e3, log=True)}, "forest": {"trees": Int(10, 100)}}),
    "extra": Choice([Marker, None, (1, 2)]),
}


def quadratic(trial: Any) -> float:
    return float((trial.params["x"] - 1) ** 2)


@pytest.fixture
def client(server: EmbeddedServer) -> Client:
    return Client(server.address)


def test_one_line_optimizes_in_a_directory(data_dir: Path) -> None:
    study = Study.create("s", {"x": Float(-5, 5)}, seed=1, data_dir=data_dir)
    study.optimize(quadratic, n_trials=30)
    best = study.best
    assert best is not None and best.loss is not None and best.loss < 1
    assert best.params == {"x": best.point["x"]} and best.state == "completed"
    assert [record.number for record in study.trials] == list(range(30))
    assert best.duration is not None and best.duration >= 0 and best.created_at is not None
    again = Study.open("s", data_dir=data_dir)
    again.optimize(quadratic, n_trials=5)
    assert len(again.trials) == 35


def test_params_are_the_very_options(client: Client) -> None:
    study = Study.create("s", SPACE, client=client, algorithm="random", seed=3)
    seen: list[object] = []
    for trial in study.ask(count=40):
        params = trial.params
        assert set(params["model"]) == {"name", "C" if params["model"]["name"] == "svm" else "trees"}
        seen.append(params["extra"])
        trial.tell(abs(params["x"]))
    assert Marker in seen and None in seen and (1, 2) in seen
    assert study.best is not None and study.best.params in [record.params for record in study.trials]
    plain = Study.open("s", client=client).best
    assert plain is not None and plain.params["extra"] in ("tests.native.test_study.Marker", None, [1, 2])


def test_ask_tell_report_and_records(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client, max_trials=3)
    trial = study.ask()
    assert (trial.number, trial.attempt, trial.resume) == (0, 1, None)
    assert trial.report(0.5, 1, {"accuracy": 0.9}, checkpoint="/ckpt/1") is False
    trial.tell({"loss": 0.25, "metrics": {"accuracy": 0.95}, "note": "good", "attachments": {"log": b"abc"}})
    record = study.trial(0)
    assert (record.state, record.loss, record.metrics) == ("completed", 0.25, {"accuracy": 0.95})
    assert record.result == {"note": "good"} and study.get_attachment("log", trial=0) == b"abc"
    trial.tell({"loss": 0.25, "metrics": {"accuracy": 0.95}, "note": "good"})
    with pytest.raises(errors.Conflict):
        trial.tell(0.5)
    study.tell(study.ask(), 1)
    assert study.ask().fail("no luck", reason="infeasible") is False
    failed = study.trial(2)
    assert (failed.state, failed.reason, failed.message) == ("failed", "infeasible", "no luck")
    with pytest.raises(errors.Closed, match="max_trials"):
        study.ask()
    assert study.wait(5).status == "completed" and study.info.counts["completed"] == 2


def test_a_released_trial_comes_again_where_it_was(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client)
    first = study.ask()
    first.report(0.5, 7, checkpoint="/ckpt/7")
    first.release()
    again = study.ask()
    assert (again.number, again.attempt, again.point) == (first.number, 2, first.point)
    assert again.resume is not None and (again.resume.step, again.resume.checkpoint) == (7, "/ckpt/7")
    with pytest.raises(errors.LeaseLost):
        first.tell(1)
    assert first.is_lost and first.should_stop()


def test_the_context_manager_ends_trials(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client)
    with pytest.raises(ZeroDivisionError), study.ask():
        1 / 0
    with pytest.raises(KeyboardInterrupt), study.ask():
        raise KeyboardInterrupt
    with study.ask() as trial:
        trial.report(0.5, 1)
        raise errors.TrialPruned
    with study.ask() as trial:
        trial.tell(3)
    states = [record.state for record in study.trials]
    assert states == ["failed", "pruned", "completed"]
    failure = study.trial(0)
    assert failure.message.startswith("ZeroDivisionError") and failure.reason == "objective_error"
    assert "1 / 0" in str(failure.result["exception"])


def test_enqueue_takes_real_values_full_or_partial(client: Client) -> None:
    study = Study.create("s", SPACE, client=client, seed=1)
    study.enqueue({"x": 1.5, "model": {"name": "svm", "C": 2.0}, "extra": Marker})
    study.enqueue({"model.forest.trees": 20})
    study.enqueue({"extra": (1, 2), "model": "forest"}, request_id="once")
    assert study.enqueue({"extra": (1, 2), "model": "forest"}, request_id="once") == 2
    full, partial, chosen = study.ask(count=3)
    assert full.params == {"x": 1.5, "model": {"name": "svm", "C": 2.0}, "extra": Marker}
    assert partial.params["model"] == {"name": "forest", "trees": 20}
    assert chosen.params["extra"] == (1, 2) and chosen.params["model"]["name"] == "forest"
    for wrong, says in [
        ({"y": 1}, "`y` is no parameter"),
        ({"x": "a"}, "must be a finite number"),
        ({"extra": 1}, "is none of the options"),
        ({"model": {"name": "svm", "trees": 3}}, "has no key `trees`"),
        ({"x": 9.0}, "x"),
    ]:
        with pytest.raises(errors.Invalid, match=says):
            study.enqueue(wrong)
    assert study.info.counts["queued"] == 0


def test_creating_again_opens_the_same_and_refuses_another(client: Client) -> None:
    first = Study.create("s", {"x": Float(0, 1)}, client=client)
    second = Study.create("s", {"x": Float(0, 1)}, client=client)
    assert second.info.seed == first.info.seed
    with pytest.raises(errors.StudyMismatch, match="x"):
        Study.create("s", {"x": Float(0, 2)}, client=client)
    with pytest.raises(errors.StudyMismatch):
        Study.open("s", client=client, space={"x": Float(0, 2)})
    with pytest.raises(errors.NotFound):
        Study.open("t", client=client)
    assert [info.name for info in client.studies()] == ["s"]
    loaded = pickle.loads(pickle.dumps(first))
    assert loaded.ask().number == 0


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"max_trials": "3"}, "max_trials"),
        ({"max_trials": 0}, "max_trials"),
        ({"timeout": -1}, "timeout"),
        ({"seed": 1.5}, "seed"),
        ({"tags": {"a": 1}}, "tags.a"),
        ({"algorithm": 7}, "algorithm"),
        ({"algorithm": {"name": "tpe", "mode": 1}}, "algorithm.mode"),
        ({"algorithm": {"name": "tpe", "gamma": "low"}}, "algorithm.gamma"),
        ({"max_trails": 3}, "max_trails"),
        ({"no_progress": (1, 2, 3)}, "no_progress"),
    ],
)
def test_wrong_settings_are_refused_before_anything_is_sent(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        Study.create("s", {"x": Float(0, 1)}, client="127.0.0.1:1", **settings)
    assert caught.value.field == field


def test_settings_arrive(client: Client) -> None:
    study = Study.create(
        "s",
        {"x": Float(0, 1)},
        client=client,
        algorithm={"name": "tpe", "n_startup": 5},
        seed=7,
        max_trials=9,
        no_progress=(5, 1.0),
        max_failures=2,
        pool="gpu",
        note="n",
        tags={"a": "b"},
    )
    info = study.info
    assert (info.algorithm, info.seed, info.max_trials, info.pool) == ("tpe", 7, 9, "gpu")
    assert Study.create("default", {"x": Float(0, 1)}, client=client).info.algorithm == "auto"
    hyperopt = {"name": "tpe", "mode": "hyperopt", "gamma": 0.3}
    assert study.update(algorithm=hyperopt).algorithm == "tpe"
    with pytest.raises(errors.Invalid, match="mode"):
        study.update(algorithm={"name": "tpe", "mode": "optuna"})
    assert (info.note, info.tags, info.status, info.ending) == ("n", {"a": "b"}, "active", None)
    assert study.update(max_trials=None, note="m").max_trials is None
    with pytest.raises(errors.Invalid, match="cannot be changed"):
        study.update(seed=3)
    assert study.pause().status == "paused" and study.resume().status == "active"
    with pytest.raises(errors.Invalid):
        study.update(note=None)


def test_retries_and_exceptions_of_the_objective(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client, max_failures=1, retry_backoff=0.01)

    def flaky(trial: Trial) -> float:
        if trial.attempt == 1:
            raise ValueError("first time")
        return 1.0

    study.optimize(flaky, n_trials=2)
    assert [record.attempt for record in study.list_trials("completed")] == [2, 2]

    def broken(trial: Trial) -> float:
        raise KeyError("always")

    with pytest.raises(KeyError):
        study.optimize(broken, n_trials=2)
    records: list[TrialRecord] = []
    study.optimize(broken, n_trials=2, catch=KeyError, callbacks=[lambda _, record: records.append(record)])
    assert [(record.state, record.attempt) for record in records] == [("failed", 2), ("failed", 2)]
    with pytest.raises(errors.Invalid):
        study.optimize("no function")  # type: ignore[arg-type]
    study.optimize(lambda trial: float("nan"), n_trials=1)
    assert "no_loss" in [record.reason for record in study.trials]


def test_budgets_of_a_call_and_of_the_study(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client, max_trials=4)
    study.optimize(quadratic, n_trials=0)
    assert study.trials == []
    began = time.monotonic()
    study.optimize(lambda trial: time.sleep(0.1) or 1.0, timeout=0.15)
    assert time.monotonic() - began < 2 and 1 <= len(study.trials) <= 2
    study.optimize(quadratic)
    assert len(study.trials) == 4 and study.info.ending == "max_trials"


def test_threads_share_the_budget(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client)
    together = threading.Barrier(3, timeout=20)

    def objective(trial: Trial) -> float:
        together.wait()
        return quadratic(trial)

    study.optimize(objective, n_trials=9, n_jobs=3, executor="thread")
    assert [record.state for record in study.trials] == ["completed"] * 9

    def broken(trial: Trial) -> float:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        study.optimize(broken, n_jobs=2, executor="thread")


def test_an_objective_may_end_its_trial_itself(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client)
    study.optimize(lambda trial: trial.tell(2.0), n_trials=2)
    study.optimize(lambda trial: trial.prune(3.0), n_trials=1)
    assert [(record.state, record.loss) for record in study.trials] == [
        ("completed", 2.0),
        ("completed", 2.0),
        ("pruned", 3.0),
    ]


def test_watch_tells_what_happens_until_the_end(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client, max_trials=2)

    def objective(trial: Trial) -> float:
        trial.report(0.5, 1)
        return 1.0

    runner = threading.Thread(target=study.optimize, args=(objective,))
    events = study.watch()
    first = next(events)
    assert isinstance(first, StudyChanged) and first.study.status == "active"
    runner.start()
    rest = list(events)
    runner.join(20)
    ended = [event.number for event in rest if isinstance(event, TrialChanged) and event.state == "completed"]
    assert ended == [0, 1]
    assert any(isinstance(event, TrialReported) and event.loss == 0.5 for event in rest)
    last = rest[-1]
    assert isinstance(last, StudyChanged) and last.study.has_ended
    study.delete()
    with pytest.raises(errors.NotFound):
        next(study.watch())


def test_stop_and_wait(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client)
    trial = study.ask()
    with pytest.raises(TimeoutError):
        study.wait(timeout=0.1)
    study.stop(cancel_running=True)
    assert study.wait(10).status == "stopped" and study.list_trials("cancelled")[0].number == 0
    with pytest.raises((errors.Closed, errors.LeaseLost)):
        trial.tell(1)
    with pytest.raises(errors.Invalid, match="no state"):
        study.list_trials("done")


def test_the_frame_has_a_row_for_each_trial(client: Client) -> None:
    study = Study.create("s", SPACE, client=client, algorithm="random", seed=1)
    study.optimize(lambda trial: {"loss": trial.params["x"], "metrics": {"m": 2.0}}, n_trials=12)
    frame = study.trials_frame()
    assert list(frame.index) == list(range(12)) and (frame["metrics.m"] == 2).all()
    assert (frame["loss"] == frame["params.x"]).all()
    svm = frame["params.model"] == "svm"
    assert frame["params.model.svm.C"].notna().equals(svm) and frame["duration"].ge(0).all()


def test_hyperopts_expressions_are_spaces(client: Client) -> None:
    from tunewright.compat import hp
    from tunewright.compat.pyll import scope

    space = {"n": scope.int(hp.quniform("n", 1, 9, 1)), "c": hp.choice("c", [Marker, hp.uniform("u", 0, 1)])}
    study = Study.create("s", space, client=client, algorithm="random", seed=1)
    number = study.enqueue({"n": 3, "u": 0.5})
    trial = study.ask()
    assert trial.number == number and trial.params == {"n": 3, "c": 0.5}
    assert isinstance(trial.params["n"], int)
    with pytest.raises(errors.Invalid, match="cannot stand in one space"):
        Study.create("t", {"a": hp.uniform("a", 0, 1), "b": Float(0, 1)}, client=client)


def test_child_processes_evaluate_a_local_function(client: Client) -> None:
    study = Study.create("s", SPACE, client=client, algorithm="random", seed=2)
    base = 3
    numbers: list[int] = []

    def objective(trial: Any) -> dict[str, Any]:
        assert trial.params["extra"] in (Marker, None, (1, 2))
        return {"loss": trial.params["x"] + base, "pid": os.getpid()}

    study.optimize(
        objective, n_trials=6, n_jobs=2, callbacks=[lambda _, record: numbers.append(record.number)]
    )
    records = study.trials
    assert [record.state for record in records] == ["completed"] * 6, [r.message for r in records]
    assert sorted(numbers) == list(range(6))
    assert all(record.loss == record.params["x"] + base for record in records)
    assert os.getpid() not in {record.result["pid"] for record in records}
    assert (study.info.status, study.info.max_trials) == ("active", None)
    study.optimize(objective, n_trials=2, n_jobs=2)
    assert study.info.counts["completed"] == 8


def test_ctrl_c_with_child_processes(server: EmbeddedServer, child_env: dict[str, str]) -> None:
    program = """
import sys, time
from tunewright.spaces import Float
from tunewright.study import Study

study = Study.create("s", {"x": Float(0, 1)}, client=sys.argv[1])

def objective(trial):
    time.sleep(60)

print("ready", flush=True)
study.optimize(objective, n_jobs=2)
"""
    command = [sys.executable, "-c", program, server.address]
    study = Study.create("s", {"x": Float(0, 1)}, client=server.address, seed=1)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=child_env) as child:
        deadline = time.monotonic() + 20
        while study.info.counts["running"] < 2:
            assert time.monotonic() < deadline and child.poll() is None
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
    assert b"KeyboardInterrupt" in said and child.returncode != 0
    counts = study.info.counts
    assert (counts["running"], counts["failed"], counts["queued"]) == (0, 0, 2)


def test_added_trials_count_and_teach(client: Client) -> None:
    study = Study.create("s", {"x": Float(-5, 5)}, client=client)
    assert study.add({"x": 1.0}, 0.0, metrics={"m": 1}, result={"from": "elsewhere"}) == 0
    study.add({"x": 2.0}, None, message="diverged")
    good, bad = study.trials
    assert (good.loss, good.origin, good.result) == (0.0, "added", {"from": "elsewhere"})
    assert (bad.state, bad.message) == ("failed", "diverged")
    with pytest.raises(errors.Invalid):
        study.add({}, 1.0)


def test_shares_of_algorithms(client: Client) -> None:
    shares = [(3, {"name": "tpe", "n_startup": 5}), (1, "random")]
    study = Study.create("s", {"x": Float(0, 1)}, client=client, algorithm=shares)
    study.optimize(quadratic, n_trials=8)
    assert study.info.algorithm == "mix" and study.info.counts["completed"] == 8
    assert study.update(algorithm="random").algorithm == "random"


def test_a_point_has_the_credit_of_the_algorithm_that_proposed_it(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client, algorithm=[(1, "anneal"), (3, "random")])
    study.enqueue({"x": 0.5})
    study.optimize(lambda trial: trial.params["x"], n_trials=12)
    first, *others = study.trials
    assert first.credit is None
    whys = {"anneal": "drawn, with probability 0.25", "random": "drawn, with probability 0.75"}
    credits = [record.credit for record in others]
    assert all(credit is not None and credit.why == whys[credit.member] for credit in credits)
    assert list(study.trials_frame()["member"])[1:] == [credit and credit.member for credit in credits]
    plain = Study.create("plain", {"x": Float(0, 1)}, client=client, algorithm="random")
    plain.optimize(lambda trial: trial.params["x"], n_trials=1)
    assert plain.trials[0].credit is None


def test_the_best_trial_is_feasible(client: Client) -> None:
    study = Study.create("s", {"x": Float(0, 1)}, client=client)

    def objective(trial: Trial) -> dict[str, object]:
        x = trial.params["x"]
        return {"loss": x, "loss_variance": 0.01, "constraints": [0.5 - x, -1]}

    study.enqueue({"x": 0.25})
    study.optimize(objective, n_trials=1)
    assert study.best is None and study.info.best_trial is None
    assert not study.trials[0].is_feasible
    for x in (0.75, 0.5, 0.125):
        study.enqueue({"x": x})
    study.optimize(objective, n_trials=3)
    best = study.best
    assert best is not None and (best.number, best.loss, best.is_feasible) == (2, 0.5, True)
    trial = study.ask()
    with pytest.raises(errors.Invalid, match="constraints"):
        trial.tell({"loss": 1, "constraints": "none"})
