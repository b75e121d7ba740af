"""How much one call of `optimize` may still do, shared by its slots."""

from __future__ import annotations

import threading
import time

from tunewright._study.settings import number, whole
from tunewright.errors import Invalid


class RunBudget:
    """`n_trials` trials are to end, nothing is begun after `timeout` seconds; None: no limit. Safe from
    threads.
    """

    def __init__(self, n_trials: int | None, timeout: float | None) -> None:
        self._lock = threading.Lock()
        self._left = None if n_trials is None else whole("n_trials", n_trials)
        self._deadline = None
        if timeout is not None:
            seconds = number("timeout", timeout)
            if not seconds >= 0:
                raise Invalid(f"must be >= 0 seconds, not `{seconds}`", field="timeout")
            self._deadline = time.monotonic() + seconds
        self._stopped = threading.Event()

    def claim(self) -> bool:
        """Takes one trial from the budget; False if nothing more is to be begun."""
        with self._lock:
            if self.is_over() or self._left == 0:
                return False
            if self._left is not None:
                self._left -= 1
            return True

    def give_back(self) -> None:
        """The trial that was taken has not ended after all."""
        with self._lock:
            if self._left is not None:
                self._left += 1

    def is_over(self) -> bool:
        """Whether the time is over or the run was stopped."""
        late = self._deadline is not None and time.monotonic() >= self._deadline
        return late or self._stopped.is_set()

    def stop(self) -> None:
        """Nothing more is to be begun."""
        self._stopped.set()

    def wait(self, seconds: float) -> None:
        """Waits, but not beyond the end of the run."""
        if self._deadline is not None:
            seconds = min(seconds, self._deadline - time.monotonic())
        self._stopped.wait(max(seconds, 0))
