"""When a run stops."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from tunewright._engine.results import good_loss
from tunewright.compat._documents import Doc

_log = logging.getLogger("tunewright.fmin")


class StopRules:
    """Timeout, loss threshold and `early_stop_fn`, as Hyperopt has them, of one run."""

    def __init__(
        self,
        *,
        timeout: float | None,
        loss_threshold: float | None,
        early_stop_fn: Callable[..., Any] | None,
    ) -> None:
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._loss_threshold = loss_threshold
        self._early_stop_fn = early_stop_fn
        self._early_stop_state: Any = []
        self.best_loss: float | None = None
        self._stopped: str | None = None

    def seen(self, doc: Doc) -> None:
        """A trial has ended, in this run or before it."""
        loss = good_loss(doc)
        if loss is not None and (self.best_loss is None or loss < self.best_loss):
            self.best_loss = loss

    def completed(self, doc: Doc, trials: Any) -> None:
        """A trial of this run has ended, the newest of `trials`."""
        self.seen(doc)
        if self._early_stop_fn is None or self._stopped == "early_stop":
            return
        stop, self._early_stop_state = self._early_stop_fn(trials, *self._early_stop_state)
        if stop:
            _log.info("stopped early, as the early stop function asked for")
            self._stopped = "early_stop"

    @property
    def wants_trials(self) -> bool:
        """Whether anybody looks at the trials after each completion."""
        return self._early_stop_fn is not None

    def reason(self) -> str | None:
        """Why no other trial is to begin: `early_stop`, `loss_threshold` or `timeout`; None to go on."""
        if self._stopped is None:
            below = self.best_loss is not None and self._loss_threshold is not None
            if below and self.best_loss < self._loss_threshold:  # type: ignore[operator]
                self._stopped = "loss_threshold"
            elif self._deadline is not None and time.monotonic() >= self._deadline:
                self._stopped = "timeout"
        return self._stopped

    def may_go_on_after(self, loss: float | None) -> bool:
        """Whether another trial is sure to begin after this loss, unless the time runs out meanwhile."""
        if self._early_stop_fn is not None or self.reason() is not None:
            return False
        return loss is None or self._loss_threshold is None or loss >= self._loss_threshold

    def seconds_left(self) -> float | None:
        """Until the timeout; None without one."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
