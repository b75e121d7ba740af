"""One study, as a scikit-learn search uses it: asked in batches, told by candidate."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tunewright._embedded.server import DEFAULT_DATA_DIR, EmbeddedServer
from tunewright._outcome import Outcome
from tunewright._study.leased import GONE
from tunewright._study.records import TrialRecord
from tunewright.client import Client
from tunewright.errors import Closed, NotFound
from tunewright.spaces.space import Space
from tunewright.study import Study
from tunewright.trial import Trial

_log = logging.getLogger("tunewright")

_LEASE_TTL = 60.0
"""Fits may hold the interpreter's lock for long, so that no heartbeat is sent meanwhile; in seconds."""

_PATIENCE = 120.0
"""Seconds to wait for a trial while other processes have the last ones: two lives of a lease."""


class SearchSession:
    """A study, new or opened again by its name. A context manager: in the end its trials are given back."""

    study: Study

    def __init__(self, *, study: str | None, address: str | None, data_dir: str | Path | None) -> None:
        self._kept = study is not None or address is not None or data_dir is not None
        if self._kept:
            self._client = Client(address, data_dir=data_dir or DEFAULT_DATA_DIR)
        else:
            self._client = Client(EmbeddedServer.shared().address)
        self.name = study or f"search-{uuid.uuid4().hex[:12]}"
        self._leased: list[Trial] = []

    def create(self, space: Space, algorithm: str, seed: int) -> None:
        """Makes the study if there is none of its name.

        An existing one keeps its seed. Raises `AlreadyExists` if it has another space or algorithm.
        """
        # The usual case is that it is new.
        with contextlib.suppress(NotFound):
            seed = Study.open(self.name, space=space, client=self._client).info.seed
        self.study = Study.create(
            self.name, space, client=self._client, algorithm=algorithm, seed=seed, lease_ttl=_LEASE_TTL
        )

    def ended(self) -> list[TrialRecord]:
        """All trials that ended with a result or failed, in the order of their numbers."""
        return self.study.list_trials("completed", "failed")

    def ask(self, count: int) -> list[Trial]:
        """At most `count` trials to evaluate; none if the study has ended, as when a finite space is used up.

        Raises `Exhausted` if other processes hold the last ones for two minutes.
        """
        try:
            asked = self.study.ask(count, timeout=_PATIENCE)
        except Closed:
            return []
        self._leased += asked
        return asked

    def complete(
        self, trial: Trial, loss: float, metrics: Mapping[str, float], result: Mapping[str, Any]
    ) -> None:
        """Tells a candidate's loss, and what its row in `cv_results_` is made of."""
        self._tell(trial, Outcome("completed", loss, dict(metrics), dict(result)))

    def fail(self, trial: Trial, message: str, result: Mapping[str, Any]) -> None:
        """Tells that a candidate has no score."""
        told = Outcome.failed("objective_error", message)
        told.result = dict(result)
        self._tell(trial, told)

    def _tell(self, trial: Trial, outcome: Outcome) -> None:
        try:
            self.study.tell(trial, outcome)
        except GONE as error:
            # Somebody else has the trial by now. What was computed here still has its row here.
            _log.info("the result of trial %d does not count: %s", trial.number, error)

    def __enter__(self) -> SearchSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            for trial in self._leased:
                trial.abandon()
            if not self._kept and hasattr(self, "study"):
                # Nobody named it, so nobody can ask for it again.
                self.study.delete()
        finally:
            self._client.close()
