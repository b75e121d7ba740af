"""One study on a server, as a scikit-learn search uses it: asked in batches, told by candidate."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tunewright._embedded.server import DEFAULT_DATA_DIR, EmbeddedServer
from tunewright._transport.connection import Connection
from tunewright._transport.heartbeats import HeartbeatKeeper
from tunewright._wire.values import to_value
from tunewright.errors import Closed, Conflict, Exhausted, LeaseLost, NotFound
from tunewright.v1 import space_pb2, study_pb2, trial_pb2

_LEASE_TTL_MS = 60_000
"""Fits may hold the interpreter's lock for long, so that no heartbeat is sent meanwhile."""

_PATIENCE = 120.0
"""Seconds to wait for a trial while other processes have the last ones: two lives of a lease."""

_PAGE = 1_000


class SearchSession:
    """A study, new or opened again by its name. A context manager: in the end its leases are given back."""

    def __init__(self, *, study: str | None, address: str | None, data_dir: str | Path | None) -> None:
        if address is None:
            kept = study is not None or data_dir is not None
            server = EmbeddedServer.at(data_dir or DEFAULT_DATA_DIR) if kept else EmbeddedServer.shared()
            address = server.address
        else:
            kept = True
        self._kept = kept
        self._connection = Connection(address)
        self._keeper = HeartbeatKeeper(self._connection)
        self._leased: dict[str, trial_pb2.LeaseRef] = {}
        self.ref = study_pb2.StudyRef(name=study or f"search-{uuid.uuid4().hex[:12]}")

    def create(self, space: space_pb2.SpaceNode, algorithm: str, seed: int) -> None:
        """Makes the study if there is none of its name.

        An existing one keeps its seed. Raises `AlreadyExists` if it has another space or algorithm.
        """
        connection = self._connection
        try:
            found = connection.call(connection.studies.GetStudy, study_pb2.GetStudyRequest(study=self.ref))
            seed = found.study.spec.seed
        except NotFound:
            # The usual case: it is new.
            pass
        spec = study_pb2.StudySpec(
            space=space,
            algorithm=study_pb2.Algorithm(name=algorithm),
            seed=seed,
            lease_ttl_ms=_LEASE_TTL_MS,
        )
        connection.call(
            connection.studies.CreateStudy, study_pb2.CreateStudyRequest(study=self.ref, spec=spec)
        )

    def ended(self) -> Iterator[trial_pb2.Trial]:
        """All trials that ended with a result or failed, in the order of their numbers."""
        connection, token = self._connection, ""
        states = [trial_pb2.TRIAL_STATE_COMPLETED, trial_pb2.TRIAL_STATE_FAILED]
        while True:
            request = trial_pb2.ListTrialsRequest(
                study=self.ref, states=states, page_size=_PAGE, page_token=token
            )
            page = connection.call(connection.trials.ListTrials, request)
            yield from page.trials
            token = page.next_page_token
            if not token:
                return

    def ask(self, count: int) -> list[trial_pb2.Assignment]:
        """At most `count` trials to evaluate; none if the study has ended, as when a finite space is used up.

        Raises `Exhausted` if other processes hold the last ones for two minutes.
        """
        connection, deadline = self._connection, time.monotonic() + _PATIENCE
        request = trial_pb2.AskTrialsRequest(
            study=self.ref, client_id=f"search-{uuid.uuid4().hex}", request_id=uuid.uuid4().hex, count=count
        )
        while True:
            try:
                answer = connection.call(connection.trials.AskTrials, request)
                break
            except Closed:
                return []
            except Exhausted as error:
                if time.monotonic() > deadline:
                    raise
                time.sleep(min(error.retry_after or 0.5, 5.0))
        for assignment in answer.assignments:
            self._leased[assignment.lease.lease_id] = assignment.lease
            self._keeper.add(assignment.lease, assignment.lease_ttl_ms)
        return list(answer.assignments)

    def complete(
        self, lease: trial_pb2.LeaseRef, loss: float, metrics: Mapping[str, float], result: Mapping[str, Any]
    ) -> None:
        """Tells a candidate's loss, and what its row in `cv_results_` is made of."""
        told = trial_pb2.CompleteTrialRequest(
            lease=lease, loss=loss, metrics=metrics, result=to_value(dict(result))
        )
        self._tell(self._connection.trials.CompleteTrial, told)

    def fail(self, lease: trial_pb2.LeaseRef, message: str, result: Mapping[str, Any]) -> None:
        """Tells that a candidate has no score."""
        told = trial_pb2.FailTrialRequest(
            lease=lease,
            reason=trial_pb2.END_REASON_OBJECTIVE_ERROR,
            message=message[:4_000],
            result=to_value(dict(result)),
        )
        self._tell(self._connection.trials.FailTrial, told)

    def _tell(self, method: Any, request: Any) -> None:
        lease = request.lease
        try:
            self._connection.call(method, request)
        except (LeaseLost, Closed, Conflict):
            # Somebody else has the trial by now. What was computed here still has its row here.
            pass
        finally:
            self._keeper.remove(lease)
            self._leased.pop(lease.lease_id, None)

    def __enter__(self) -> SearchSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        connection = self._connection
        try:
            for lease in list(self._leased.values()):
                self._tell(connection.trials.ReleaseTrial, trial_pb2.ReleaseTrialRequest(lease=lease))
            if not self._kept:
                # Nobody named it, so nobody can ask for it again.
                connection.call(connection.studies.DeleteStudy, study_pb2.DeleteStudyRequest(study=self.ref))
        finally:
            self._keeper.close()
            connection.close()
