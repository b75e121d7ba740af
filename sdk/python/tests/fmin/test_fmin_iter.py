"""`FMinIter` as code that was written for Hyperopt uses it."""

from __future__ import annotations

from typing import Any

import pytest

from tunewright import Domain, FMinIter, Trials, hp, rand, tpe
from tunewright.compat._states import JOB_STATE_DONE

SPACE = {"x": hp.uniform("x", -5, 5)}


def squared(point: dict[str, float]) -> float:
    return point["x"] ** 2


def iterated(trials: Trials, **settings: Any) -> FMinIter:
    domain = settings.pop("domain", None) or Domain(squared, SPACE)
    return FMinIter(
        settings.pop("algo", rand.suggest), domain, trials, rstate=1, show_progressbar=False, **settings
    )


def test_each_turn_evaluates_one_trial() -> None:
    trials = Trials()
    seen = [(turn is trials, len(trials)) for turn in iterated(trials, max_evals=5)]
    assert seen == [(True, count) for count in range(1, 6)]
    assert [doc["state"] for doc in trials.trials] == [JOB_STATE_DONE] * 5
    assert trials.losses() == pytest.approx([x * x for x in trials.vals["x"]])
    # The turns are steps of one search, and no point comes twice.
    assert len(set(trials.vals["x"])) == 5


def test_next_and_run_go_on_where_the_other_stopped() -> None:
    trials = Trials()
    search = iterated(trials, max_evals=6, algo=tpe.suggest)
    assert next(search) is trials
    search.run(2)
    assert len(trials) == 3
    search.run(2, block_until_done=False)
    assert len(trials) == 5
    assert [len(turn) for turn in search] == [6]
    with pytest.raises(StopIteration):
        next(search)
    assert len(trials) == 6


def test_exhaust_evaluates_all_that_is_left() -> None:
    trials = Trials()
    search = iterated(trials, max_evals=7)
    next(search)
    assert search.exhaust() is search
    assert len(trials) == 7
    assert len(set(trials.vals["x"])) == 7
    search.exhaust()
    assert len(trials) == 7


def test_the_rules_end_the_iteration() -> None:
    trials = Trials()
    stops: list[int] = []

    def stop(seen: Any, *state: Any) -> tuple[bool, list[Any]]:
        stops.append(len(seen))
        return len(seen) >= 3, []

    assert len([*iterated(trials, max_evals=50, early_stop_fn=stop)]) == 3
    assert stops == [1, 2, 3]
    losses = Trials()
    for turn in iterated(losses, max_evals=500, loss_threshold=4.0):
        assert all(loss > 4.0 for loss in turn.losses()[:-1])
    assert losses.losses()[-1] <= 4.0


def test_exceptions_are_raised_or_caught() -> None:
    def fails(point: dict[str, float]) -> float:
        raise ZeroDivisionError("none")

    trials = Trials()
    with pytest.raises(ZeroDivisionError, match="none"):
        next(iterated(trials, domain=Domain(fails, SPACE), max_evals=3))
    search = iterated(Trials(), domain=Domain(fails, SPACE), max_evals=3)
    search.catch_eval_exceptions = True
    next(search)
    assert len(search.trials) == 0
    assert len(search.trials._dynamic_trials) == 1


def test_an_iteration_with_workers() -> None:
    trials = Trials(parallelism=2)
    assert [len(turn) for turn in iterated(trials, max_evals=2)] == [1, 2]
    iterated(trials, max_evals=6).exhaust()
    assert sorted(trials.tids) == list(range(6))
    assert trials.losses() == pytest.approx([x * x for x in trials.vals["x"]])
