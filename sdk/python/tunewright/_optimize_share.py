"""How many of a study's trials the worker of one run may still begin."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tunewright.errors import NotFound, TunewrightError

if TYPE_CHECKING:
    from tunewright._study.records import TrialRecord
    from tunewright.study import Study

# Between looks at trials that a dead worker still holds, in seconds.
_PAUSE = 0.2

_RESULTS = ("completed", "pruned", "failed")


class Share:
    """Counts what a worker of this process begins and ends, by the events that it tells.

    The study's own budget stays as it is: it outlives this process, however that ends. Only the worker's
    supervisor calls `heard` and `left`; `ended` is for whoever waits.
    """

    def __init__(self, study: Study, n_trials: int | None) -> None:
        self._study = study
        self._n_trials = n_trials
        self._open: dict[int, int] = {}
        self._done = 0
        self._is_closed = threading.Event()
        self._is_abandoned = False
        #: The records of trials that have ended by the worker, in this order, or why they cannot be known.
        self.ended: queue.SimpleQueue[TrialRecord | TunewrightError] = queue.SimpleQueue()

    def heard(self, event: Mapping[str, Any]) -> None:
        """Takes note of an event of the worker."""
        if event["event"] == "trial_began":
            self._open[event["trial"]] = event["attempt"]
        elif event["event"] == "trial_ended" and event["trial"] in self._open:
            self._look([event["trial"]])

    def left(self) -> int | None:
        """How many trials a worker that starts now may begin; None: any number.

        Without a limit that is all. With one, the trials that a killed worker left running count as begun:
        if nothing else is left, it is waited until they can be had again.
        """
        if self._n_trials is None:
            return 0 if self._is_closed.is_set() else None
        while True:
            held = self._look([*self._open])
            left = self._n_trials - self._done - held
            if self._is_closed.is_set():
                return 0
            if left > 0 or not held:
                return left
            self._is_closed.wait(_PAUSE)

    def close(self) -> None:
        """Nothing more is to be begun."""
        self._is_closed.set()

    def abandon(self) -> None:
        """Nor is it of interest what becomes of the running trials."""
        self._is_abandoned = True
        self.close()

    def _look(self, numbers: list[int]) -> int:
        """Which of these trials have ended; how many still run."""
        running = 0
        for number in numbers:
            if self._is_abandoned:
                break
            try:
                record = self._study.trial(number)
            except NotFound:
                del self._open[number]
                continue
            except TunewrightError as error:
                self.close()
                self.ended.put(error)
                break
            if record.state == "running" and record.attempt == self._open[number]:
                running += 1
                continue
            attempt = self._open.pop(number)
            if record.state in _RESULTS and record.attempt == attempt:
                self._done += 1
                self.ended.put(record)
        return running
