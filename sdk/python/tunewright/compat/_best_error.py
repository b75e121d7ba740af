"""The average best error of trials whose losses are uncertain."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from tunewright.compat._states import STATUS_OK

_SAMPLES = 1000
_SEED = 232342


def average(results: Sequence[dict[str, Any]], specs: Sequence[Any], bandit: Any) -> float:
    """The true losses, weighted by the chance that each is that of the best trial. Raises ValueError without
    any.
    """
    rows = sorted(_rows(results, specs, bandit))
    if not rows:
        raise ValueError("no trial has a loss")
    if all(variance == 0 for _, variance, _ in rows):
        return rows[0][2]
    # Those three deviations of the best above it have no chance worth a draw.
    limit = rows[0][0] + 3 * math.sqrt(rows[0][1])
    near = [row for row in rows if row[0] < limit] or rows[:1]
    rng = random.Random(_SEED)
    total = 0.0
    for _ in range(_SAMPLES):
        total += min(near, key=lambda row: rng.gauss(row[0], math.sqrt(row[1])))[2]
    return total / _SAMPLES


def _rows(
    results: Sequence[dict[str, Any]], specs: Sequence[Any], bandit: Any
) -> list[tuple[float, float, float]]:
    """The loss, its variance and the true loss of each trial of status `ok`."""
    rows = []
    for result, spec in zip(results, specs, strict=True):
        if bandit is None:
            if result.get("status") != STATUS_OK:
                continue
            loss = result["loss"]
            row = (loss, result.get("loss_variance", 0), result.get("true_loss", loss))
        else:
            if bandit.status(result) != STATUS_OK:
                continue
            row = (
                bandit.loss(result, spec),
                bandit.loss_variance(result, spec),
                bandit.true_loss(result, spec),
            )
        numbers = (float(row[0]), float(row[1]), float(row[2]))
        if bandit is not None and not all(map(math.isfinite, numbers)):
            raise ValueError("losses and variances must be finite")
        if not math.isnan(numbers[0]):
            rows.append(numbers)
    return rows
