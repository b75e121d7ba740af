"""When to stop early: functions for `fmin(early_stop_fn=...)`, under Hyperopt's names."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any

_log = logging.getLogger("tunewright.fmin")


def no_progress_loss(
    iteration_stop_count: int = 20, percent_increase: float = 0.0
) -> Callable[..., tuple[bool, list[Any]]]:
    """Stops once `iteration_stop_count` trials in a row have not improved the best loss.

    An improvement of less than `percent_increase` percent of the best loss is none. A trial that failed, or
    has no loss for another reason, counts as one without an improvement.
    """

    def stop_fn(
        trials: Any, best_loss: float | None = None, iteration_no_progress: int = 0
    ) -> tuple[bool, list[Any]]:
        newest = trials.trials[-1]["result"] if trials.trials else {}
        loss = newest.get("loss") if newest.get("status") == "ok" else None
        if loss is not None and math.isnan(loss):
            loss = None
        if best_loss is None:
            stalled = iteration_no_progress + 1
            return loss is None and stalled >= iteration_stop_count, [loss, stalled]
        threshold = best_loss - abs(best_loss * (percent_increase / 100.0))
        if loss is not None and loss < threshold:
            return False, [loss, 0]
        stalled = iteration_no_progress + 1
        _log.debug("no progress for %d of %d trials, best loss %g", stalled, iteration_stop_count, best_loss)
        return stalled >= iteration_stop_count, [best_loss, stalled]

    return stop_fn
