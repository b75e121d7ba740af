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


LOCAL = functools.partial(anneal.suggest, avg_best_idx=1.0, shrink_coef=10.0)
"""Stays near the best: the 40th trial and later ones within 2000 / (1 + 10 * 40) = 5 of it."""


def drawn_far(trials: Trials, first: int) -> int:
    """How many of the trials from `first` on are farther than 10 from the best of any of the five moments
    before: what is evaluated at once with others is proposed before they have ended.
    """
    docs = sorted(trials.trials, key=lambda doc: doc["tid"])
    far, bests = 0, [docs[0]]
    for at, doc in enumerate(docs):
        x = doc["misc"]["vals"]["x"][0]
        near = any(abs(x - best["misc"]["vals"]["x"][0]) < 10 for best in bests[-5:])
        far += at >= first and not near
        bests.append(min(bests[-1], doc, key=lambda known: known["result"]["loss"]))
    return far


@pytest.mark.parametrize("parallelism", [1, 2])
def test_the_shares_hold(parallelism: int) -> None:
    """Which of the two algorithms a point is of can be told by its distance from the best, but for 1% of the
    random ones. How many are random is binomial: with 4.5 standard deviations a right share fails once in
    150 000 runs.
    """
    share, count, first = 0.3, 500, 40
    trials = searched(Trials(parallelism=parallelism), [(share, rand.suggest), (1 - share, LOCAL)], count)
    told = share * 0.99
    deviation = ((count - first) * told * (1 - told)) ** 0.5
    assert abs(drawn_far(trials, first) - (count - first) * told) < 4.5 * deviation


def test_a_share_of_nothing_never_runs() -> None:
    """A part with the weight 0 is left out, and one with the weight 1 is alone."""
    trials = searched(Trials(), [(0.0, rand.suggest), (1.0, LOCAL)], 120)
    assert drawn_far(trials, 40) == 0


def test_shares_must_sum_to_one() -> None:
    with pytest.raises(ValueError, match="must sum to 1"):
        searched(Trials(), [(0.5, rand.suggest), (0.4, tpe.suggest)], 3)
