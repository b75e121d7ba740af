"""`mix` through `fmin`: the server draws one of its algorithms for each trial."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from tunewright import Trials, anneal, fmin, hp, mix, rand, tpe

pytestmark = pytest.mark.timeout(180)


def searched(trials: Trials, shares: list[tuple[float, Any]], count: int) -> Trials:
    """A search for the minimum at 0.3 of a parameter from -1000 to 1000."""
    fmin(
        lambda x: abs(x - 0.3),
        hp.uniform("x", -1000, 1000),
        algo=functools.partial(mix.suggest, p_suggest=shares),
        max_evals=count,
        trials=trials,
        rstate=3,
        show_progressbar=False,
    )
    return trials


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_trials_say_what_ran(parallelism: int) -> None:
    trials = searched(Trials(parallelism=parallelism), [(0.5, rand.suggest), (0.5, tpe.suggest)], 12)
    assert trials.suggested_by == ("mix", "server")
    assert len(trials) == 12
    assert sorted(trials.tids) == list(range(12))


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_shares_hold(parallelism: int) -> None:
    """Annealing that shrinks at once proposes points next to the best, a search at random hardly ever does,
    so that it can be told which of the two a point is of. Which one it was is binomial: with 4.5 standard
    deviations a right share fails once in 150 000 runs.
    """
    share, count, first = 0.3, 300, 40
    local = functools.partial(anneal.suggest, avg_best_idx=1.0, shrink_coef=10.0)
    trials = searched(Trials(parallelism=parallelism), [(share, rand.suggest), (1 - share, local)], count)
    docs = sorted(trials.trials, key=lambda doc: doc["tid"])
    best, far = float("inf"), 0
    for at, doc in enumerate(docs):
        # Annealing stays within the width 2000 / (1 + 10 * seen) of a good point; 1% of random ones do, too.
        far += at >= first and abs(doc["misc"]["vals"]["x"][0]) > 50
        best = min(best, doc["result"]["loss"])
    assert best < 20
    trials_counted = count - first
    expected = share * trials_counted * 0.95
    deviation = (trials_counted * share * 0.95 * (1 - share * 0.95)) ** 0.5
    assert abs(far - expected) < 4.5 * deviation


def test_a_share_of_nothing_never_runs() -> None:
    """A part with the weight 0 is left out, and one with the weight 1 is alone."""
    local = functools.partial(anneal.suggest, avg_best_idx=1.0, shrink_coef=10.0)
    trials = searched(Trials(), [(0.0, rand.suggest), (1.0, local)], 120)
    assert max(abs(x) for x in trials.vals["x"][40:]) < 50


def test_shares_must_sum_to_one() -> None:
    with pytest.raises(ValueError, match="must sum to 1"):
        searched(Trials(), [(0.5, rand.suggest), (0.4, tpe.suggest)], 3)
