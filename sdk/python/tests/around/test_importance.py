"""Importance against functions whose importances are known exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tunewright.plot.importance import importances

Points = list[dict[str, Any]]


def uniform(count: int, labels: str, seed: int = 0) -> Points:
    rng = np.random.default_rng(seed)
    return [{label: float(rng.random()) for label in labels} for _ in range(count)]


def exact_linear(a: float, b: float, quantile: float) -> tuple[float, float]:
    """Shares of the variance of `1[a x + b y <= t]` that x and y explain alone, with x, y uniform on [0, 1].

    P(best | x) = clip((t - a x) / b, 0, 1), integrated on a fine grid; t is where P(best) is the quantile.
    """
    grid = (np.arange(200_000) + 0.5) / 200_000

    def chance(t: float, slope: float, other: float) -> np.ndarray:
        return np.clip((t - slope * grid) / other, 0.0, 1.0)

    low, high = 0.0, a + b
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle, a, b).mean() < quantile else (low, middle)
    whole = quantile * (1 - quantile)
    return float(chance(low, a, b).var() / whole), float(chance(low, b, a).var() / whole)


@pytest.mark.parametrize("quantile", [0.1, 0.3])
def test_shares_of_a_linear_function_are_the_exact_ones(quantile: float) -> None:
    points = uniform(20_000, "xy")
    losses = [3.0 * p["x"] + p["y"] for p in points]
    found = importances(points, losses, quantile=quantile, normalize=False)
    x, y = exact_linear(3.0, 1.0, quantile)
    # Bins of equal counts blur the edge of the chance a little, which takes at most 15% off.
    assert x * 0.85 < found["x"] < x * 1.03
    assert abs(found["y"] - y) < 0.02


def test_a_parameter_that_does_nothing_gets_about_nothing() -> None:
    found = []
    for seed in range(200):
        points = uniform(100, "xz", seed)
        losses = [p["x"] for p in points]
        found.append(importances(points, losses, normalize=False)["z"])
    # The estimate is without bias before it is cut at 0: what is left are the positive halves of the noise.
    assert np.mean(found) < 0.05
    assert np.median(found) < 0.03


def test_the_order_is_right_with_a_hundred_trials() -> None:
    hits = 0
    for seed in range(50):
        points = uniform(100, "abcd", seed)
        losses = [10 * p["a"] + 4 * p["b"] + 0.1 * p["c"] for p in points]
        hits += next(iter(importances(points, losses))) == "a"
    assert hits >= 45


def test_scale_of_loss_and_of_parameters_does_not_matter() -> None:
    points = uniform(300, "xy")
    losses = [p["x"] + 0.3 * p["y"] for p in points]
    warped = [{"x": 10 ** (6 * p["x"]), "y": p["y"] ** 3} for p in points]
    plain = importances(points, losses)
    assert importances(warped, [float(np.exp(50 * y)) for y in losses]) == pytest.approx(plain)


def test_categories_are_exact() -> None:
    rng = np.random.default_rng(3)
    kinds = ["a", "b", "c", "d"]
    points: Points = [{"kind": kinds[rng.integers(4)], "flag": bool(rng.integers(2))} for _ in range(40_000)]
    # Best is `a` with the flag or `b` without it: chance of best is 1/2, 1/2, 0, 0 by kind, and 1/4 by either
    # flag.
    losses = [0.0 if (p["kind"], p["flag"]) in {("a", True), ("b", False)} else 1.0 for p in points]
    found = importances(points, losses, quantile=0.2, normalize=False)
    assert found["kind"] == pytest.approx((1 / 16) / (3 / 16), abs=0.02)
    assert found["flag"] == pytest.approx(0.0, abs=0.01)


def test_a_parameter_of_a_branch_counts_inside_its_branch() -> None:
    rng = np.random.default_rng(5)
    points: Points = []
    losses: list[float] = []
    for _ in range(20_000):
        if rng.random() < 0.5:
            points.append({"model": "tree", "depth": float(rng.random())})
            losses.append(points[-1]["depth"])
        else:
            points.append({"model": "net", "width": float(rng.random())})
            losses.append(2.0 + points[-1]["width"])
    found = importances(points, losses, quantile=0.1, normalize=False)
    # The best tenth are trees of depth under 0.2. P(best | model) is 0.2 or 0, variance 0.01 of 0.09 in all;
    # inside of the trees the chance is 0 or 1 with variance 0.2 * 0.8, for half of the trials: 0.08 of 0.09.
    # Together: all.
    assert found["model"] == pytest.approx(0.01 / 0.09, abs=0.02)
    assert 0.8 * 0.08 / 0.09 < found["depth"] <= 0.08 / 0.09 + 0.02
    assert found["width"] == 0.0


def test_failed_trials_count_as_not_among_the_best() -> None:
    rng = np.random.default_rng(8)
    points = uniform(2_000, "xy")
    losses = [None if p["x"] > 0.5 else float(rng.random()) for p in points]
    found = importances(points, losses, quantile=0.4)
    assert found["x"] > 0.95
    with_nan = [float("nan") if y is None else y for y in losses]
    assert importances(points, with_nan, quantile=0.4) == found


def test_normalized_importances_add_up_to_one_and_are_sorted() -> None:
    points = uniform(200, "abc")
    found = importances(points, [p["b"] for p in points])
    assert sum(found.values()) == pytest.approx(1.0)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_one_loss_for_all_tells_nothing_apart() -> None:
    points = uniform(50, "xy")
    assert importances(points, [1.0] * 50) == {"x": 0.0, "y": 0.0}


def test_what_cannot_be_answered_is_said() -> None:
    points = uniform(12, "x")
    with pytest.raises(ValueError, match="at least 10 trials with a loss, and there are 2"):
        importances(points, [1.0, 2.0] + [None] * 10)
    with pytest.raises(ValueError, match="`quantile` must be inside"):
        importances(points, [1.0] * 12, quantile=1.0)
    with pytest.raises(ValueError, match="of one length"):
        importances(points, [1.0])
