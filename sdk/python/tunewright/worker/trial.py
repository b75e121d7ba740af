"""The trial as an objective sees it in a worker."""

from __future__ import annotations

import logging
import math
import numbers
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunewright._outcome import ATTACHMENT_MAX, ATTACHMENTS_MAX
from tunewright._plain import clean
from tunewright.errors import Invalid

if TYPE_CHECKING:
    from tunewright.worker._line import Line

log = logging.getLogger("tunewright.worker")

CHECKPOINT_MAX = 4096
"""The longest checkpoint, in bytes."""

# A server that is there answers in milliseconds; the worker says so when it is not there.
_ANSWER = 5.0


@dataclass(frozen=True)
class Resume:
    """Where an earlier attempt of the same trial got to."""

    step: int
    checkpoint: str


class WorkerTrial:
    """One attempt of a trial, in the process that evaluates it."""

    params: Any
    """The configuration with real values, structured as the space is."""
    point: dict[str, Any]
    """Label -> value of every active parameter; of a choice, the chosen option's name."""
    number: int
    attempt: int
    """From 1."""
    project: str
    study: str
    resume: Resume | None
    """Set if an earlier attempt was lost after it had reported a checkpoint."""
    resources: Any
    """What the worker's `--setup` function returned; None without one."""

    def __init__(self, line: Line, told: Mapping[str, Any], resources: object = None) -> None:
        self.params = told["params"]
        self.point = told["point"]
        self.number = told["number"]
        self.attempt = told["attempt"]
        self.project = told["project"]
        self.study = told["study"]
        resume = told.get("resume")
        self.resume = None if resume is None else Resume(resume["step"], resume["checkpoint"])
        self.resources = resources
        self.attached: dict[str, bytes] = {}
        """What `attach` was given so far."""
        self._line = line
        self._sent = 0
        self._answered = 0
        self._away = False
        self._stop = False

    def report(
        self,
        value: float | None,
        step: int,
        metrics: Mapping[str, float] | None = None,
        checkpoint: str | None = None,
    ) -> bool:
        """Tells the intermediate loss `value` at `step` (from 0), and goes on at once.

        Gives whether the trial should end early, as far as that is known yet; `should_stop()` waits for the
        answer to this report.

        `checkpoint` names where a next attempt could go on, in at most 4 KiB; it gets it as `trial.resume`. A
        `value` that is not finite is left out of the report, and so are such metrics.
        """
        self._own_process()
        if not isinstance(step, numbers.Integral) or isinstance(step, bool) or int(step) < 0:
            raise ValueError(f"step: must be a whole number from 0, not `{step!r}`")
        if checkpoint is not None and len(str(checkpoint).encode("utf-8", "replace")) > CHECKPOINT_MAX:
            raise ValueError(f"checkpoint: must be at most {CHECKPOINT_MAX} bytes long; name a file instead")
        numbers_told = {name: _number(name, item) for name, item in (metrics or {}).items()}
        self._sent += 1
        self._line.send(
            {
                "kind": "report",
                "step": int(step),
                "loss": None if value is None else _number("value", value),
                "metrics": {
                    clean(str(name)): item for name, item in numbers_told.items() if item is not None
                },
                "checkpoint": None if checkpoint is None else clean(str(checkpoint)),
            }
        )
        # Also keeps what the worker answers from piling up while nobody asks.
        self._take_in(0)
        return self._stop

    def attach(self, name: str, data: bytes) -> None:
        """Keeps up to 64 MiB beside the trial under a name, in place of what was there; sent with its end."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise Invalid(f"must be bytes, not `{type(data).__name__}`", field="data")
        others = sum(len(kept) for other, kept in self.attached.items() if other != name)
        if len(data) > ATTACHMENT_MAX or others + len(data) > ATTACHMENTS_MAX:
            hint = "keep it in a file and attach its path"
            message = f"must have at most {ATTACHMENT_MAX} bytes, and all of a trial {ATTACHMENTS_MAX}"
            raise Invalid(message, field="data", hint=hint)
        self.attached[clean(name)] = bytes(data)

    def should_stop(self) -> bool:
        """Whether the trial should end early: it is worse than others were at this step, or its study ends.

        The objective then raises TrialPruned or returns; if it does neither within 30 seconds its process is
        ended. This makes no call, but waits for the answer to the last report, which takes milliseconds.
        """
        self._own_process()
        until = time.monotonic() + _ANSWER
        self._take_in(0)
        while not (self._stop or self._away) and self._answered < self._sent:
            left = until - time.monotonic()
            if left <= 0:
                break
            self._take_in(left)
        return self._stop

    def _take_in(self, timeout: float) -> None:
        while (message := self._line.receive(timeout)) is not None:
            timeout = 0
            if message["kind"] == "answer":
                self._answered = max(self._answered, message["answered"])
                self._away = message["away"]
                self._stop = self._stop or message["stop"]

    def _own_process(self) -> None:
        if os.getpid() != self._line.pid:
            raise RuntimeError(
                "a trial can only be reported on by the process that its objective was called in"
            )


def _number(name: str, item: object) -> float | None:
    try:
        number = float(item)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(f"{name}: must be a number, not `{type(item).__name__}`") from None
    if math.isfinite(number):
        return number
    log.warning("`%s` is left out of a report: it must be a finite number, not `%s`", name, number)
    return None
