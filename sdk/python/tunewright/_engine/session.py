"""One study on a server, as a run of `fmin` uses it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tunewright._engine.arguments import Options
from tunewright._outcome import Outcome
from tunewright._transport.attachments import get_attachment, put_attachment
from tunewright._transport.connection import Connection
from tunewright._transport.heartbeats import HeartbeatKeeper, LeaseWatch
from tunewright._transport.spooled import Spooled, spooling
from tunewright._wire.points import to_point
from tunewright._wire.values import to_value
from tunewright.errors import AlreadyExists, Closed, Conflict, NotFound, StudyMismatch
from tunewright.v1 import space_pb2, study_pb2, trial_pb2

SERIAL_TTL_MS = 300_000
"""An objective in this process may keep the heartbeats from being sent (a blocked C call), and nobody else
waits.
"""

LOCAL_TTL_MS = 10_000
"""Workers on this machine are heard of often."""


class Session:
    """A study and the connection to its server. Close it."""

    def __init__(
        self, connection: Connection, study: study_pb2.Study, *, owned: bool, client_id: str
    ) -> None:
        self.connection = connection
        self.study = study
        self.ref = study_pb2.StudyRef(project=study.project, name=study.name)
        self.client_id = client_id
        self.is_new = False
        self._owned = owned
        self._hearts = HeartbeatKeeper(connection)
        self._spooled: Spooled | None = None

    @classmethod
    def open(
        cls,
        options: Options,
        *,
        space: space_pb2.SpaceNode,
        algorithm: study_pb2.Algorithm,
        seed: int,
        client_id: str,
    ) -> Session:
        """Creates the study, or opens the one of this name. Raises StudyMismatch if that has another
        space.
        """
        connection = connect(options)
        try:
            ref = study_pb2.StudyRef(project=options.project, name=options.study or _new_name())
            found = find(connection, ref) if options.study else None
            created = found is None
            if found is None:
                found = _create(connection, ref, _spec(options, space, algorithm, seed))
            if not created:
                _check_space(found, space)
            owned = options.study is None and options.address is None
            session = cls(connection, found, owned=owned, client_id=client_id)
            session.is_new = created
            session._spooled = Spooled.at(options.spool, connection)
            if session._spooled is not None:
                session._spooled.send()
            return session
        except BaseException:
            connection.close()
            raise

    def update(self, **parts: Any) -> None:
        """Changes parts of the study, as `UpdateStudyRequest` names them."""
        request = study_pb2.UpdateStudyRequest(study=self.ref, **parts)
        self.study = self.connection.call(self.connection.studies.UpdateStudy, request).study

    def refresh(self) -> study_pb2.Study:
        """The study as it is now."""
        request = study_pb2.GetStudyRequest(study=self.ref)
        self.study = self.connection.call(self.connection.studies.GetStudy, request).study
        return self.study

    def resume(self) -> None:
        """Lets a paused study go on."""
        if self.study.status == study_pb2.STUDY_STATUS_PAUSED:
            request = study_pb2.ResumeStudyRequest(study=self.ref)
            self.study = self.connection.call(self.connection.studies.ResumeStudy, request).study

    def pause(self) -> None:
        """Has nothing more leased until it is resumed; an ended study stays as it is."""
        try:
            request = study_pb2.PauseStudyRequest(study=self.ref)
            self.study = self.connection.call(self.connection.studies.PauseStudy, request).study
        except (Closed, Conflict):
            self.refresh()

    def ask(self, *, reclaim_of: str | None = None) -> trial_pb2.AskTrialsResponse:
        """One trial to evaluate here, or why there will be none. Raises Exhausted if there is none at the
        moment.

        `reclaim_of`: the id of a client that is no more, whose running trials come first.
        """
        request = self._ask_of(reclaim_of)
        answer: trial_pb2.AskTrialsResponse = self.connection.call(self.connection.trials.AskTrials, request)
        return answer

    def watch_lease(self, assignment: trial_pb2.Assignment) -> LeaseWatch:
        """Renews a lease from now on."""
        return self._hearts.add(assignment.lease, assignment.lease_ttl_ms)

    def tell(
        self, lease: trial_pb2.LeaseRef, outcome: Outcome, *, ask_next: bool = False
    ) -> trial_pb2.Assignment | None:
        """Tells how an attempt ended; with `ask_next` the next trial comes in the same round trip, None if
        it has to be asked for on its own. Raises one of `GONE` if the attempt counts no more.
        """
        self._hearts.remove(lease)
        for name, content in outcome.attachments.items():
            put_attachment(self.connection, self.ref, lease.trial, name, content)
        request: Any = outcome.requests(lease)
        if ask_next:
            request.next.CopyFrom(self._ask_of(None))
        stubs = self.connection.trials
        method: Any = {
            trial_pb2.CompleteTrialRequest: stubs.CompleteTrial,
            trial_pb2.PruneTrialRequest: stubs.PruneTrial,
            trial_pb2.FailTrialRequest: stubs.FailTrial,
        }[type(request)]
        # A successor tells the result, and asks for itself.
        kept = outcome.requests(lease) if self._spooled is not None else request
        with spooling(self._spooled, kept):
            answer = self.connection.call(method, request)
        for assignment in answer.next.assignments:
            return assignment  # type: ignore[no-any-return]
        return None

    def _ask_of(self, reclaim_of: str | None) -> trial_pb2.AskTrialsRequest:
        return trial_pb2.AskTrialsRequest(
            study=self.ref,
            client_id=reclaim_of or self.client_id,
            request_id="" if reclaim_of else uuid.uuid4().hex,
            count=1,
            reclaim=reclaim_of is not None,
        )

    def release(self, lease: trial_pb2.LeaseRef) -> None:
        """Gives a trial back unevaluated; it is tried again when the study goes on."""
        self._hearts.remove(lease)
        request = trial_pb2.ReleaseTrialRequest(lease=lease)
        self.connection.call(self.connection.trials.ReleaseTrial, request)

    def enqueue(self, point: Mapping[str, Any], request_id: str) -> int:
        """Has a point evaluated, with the rest filled in; gives its number."""
        request = trial_pb2.EnqueueTrialRequest(study=self.ref, point=to_point(point), request_id=request_id)
        return int(self.connection.call(self.connection.trials.EnqueueTrial, request).number)

    def add(self, point: Mapping[str, Any], outcome: Outcome, request_id: str) -> int:
        """Adds a trial that was evaluated elsewhere; gives its number."""
        request = trial_pb2.AddTrialRequest(
            study=self.ref,
            point=to_point(point),
            loss=outcome.loss if outcome.status == "completed" else None,
            metrics=outcome.metrics,
            message=outcome.message,
            result=to_value(outcome.result) if outcome.result else None,
            request_id=request_id,
        )
        if outcome.status != "completed":
            name = f"END_REASON_{(outcome.reason or 'objective_error').upper()}"
            request.reason = trial_pb2.EndReason.Value(name)  # type: ignore[assignment]
        return int(self.connection.call(self.connection.trials.AddTrial, request).number)

    def cancel(self, number: int) -> None:
        """Ends a trial for good; one that has ended stays as it is."""
        request = trial_pb2.CancelTrialRequest(study=self.ref, number=number)
        try:
            self.connection.call(self.connection.trials.CancelTrial, request)
        except (Closed, NotFound):
            return

    def trial(self, number: int) -> trial_pb2.Trial:
        """A trial as it is now."""
        request = trial_pb2.GetTrialRequest(study=self.ref, number=number)
        found: trial_pb2.Trial = self.connection.call(self.connection.trials.GetTrial, request).trial
        return found

    def trials(self) -> Iterator[trial_pb2.Trial]:
        """All trials, by number."""
        return list_trials(self.connection, self.ref)

    def attachment(self, number: int, name: str) -> bytes:
        """The content of a trial's attachment."""
        return get_attachment(self.connection, self.ref, number, name)

    def close(self, *, forget: bool) -> None:
        """Ends the connection; `forget` also deletes a study that belongs to one object of trials alone."""
        try:
            if forget and self._owned:
                request = study_pb2.DeleteStudyRequest(study=self.ref)
                self.connection.call(self.connection.studies.DeleteStudy, request)
        finally:
            self._hearts.close()
            self.connection.close()

    @property
    def is_owned(self) -> bool:
        """Whether the study belongs to one object of trials alone."""
        return self._owned


def connect(options: Options) -> Connection:
    """A connection to the server of these options, which is started if it is this process's own."""
    if options.address is not None:
        return Connection(options.address)
    from tunewright._embedded.server import DEFAULT_DATA_DIR, EmbeddedServer

    if options.study is None:
        return Connection(EmbeddedServer.shared().address)
    return Connection(EmbeddedServer.at(options.data_dir or DEFAULT_DATA_DIR).address)


def find(connection: Connection, ref: study_pb2.StudyRef) -> study_pb2.Study | None:
    """The study, if there is one."""
    try:
        answer = connection.call(connection.studies.GetStudy, study_pb2.GetStudyRequest(study=ref))
    except NotFound:
        return None
    found: study_pb2.Study = answer.study
    return found


def list_trials(connection: Connection, ref: study_pb2.StudyRef) -> Iterator[trial_pb2.Trial]:
    """All trials of a study, by number."""
    request = trial_pb2.ListTrialsRequest(study=ref, page_size=1_000)
    while True:
        page = connection.call(connection.trials.ListTrials, request)
        yield from page.trials
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def key_of(*parts: object) -> str:
    """An idempotency key: the same for the same parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def _new_name() -> str:
    return f"fmin-{uuid.uuid4().hex[:12]}"


def _spec(
    options: Options, space: space_pb2.SpaceNode, algorithm: study_pb2.Algorithm, seed: int
) -> study_pb2.StudySpec:
    spec = study_pb2.StudySpec(
        space=space, algorithm=algorithm, seed=seed, pool=options.pool, repeats=options.repeats
    )
    if options.is_serial:
        spec.lease_ttl_ms = SERIAL_TTL_MS
    elif options.address is None:
        spec.lease_ttl_ms = LOCAL_TTL_MS
    # What failed is not tried again, as with Hyperopt; what was lost is, and soon.
    spec.retry.max_failures = 0
    spec.retry.max_losses = 3
    spec.retry.backoff_ms = 200
    spec.retry.backoff_max_ms = 5_000
    if options.trial_timeout is not None:
        spec.trial_timeout_ms = max(1, round(options.trial_timeout * 1000))
    return spec


def _create(connection: Connection, ref: study_pb2.StudyRef, spec: study_pb2.StudySpec) -> study_pb2.Study:
    request = study_pb2.CreateStudyRequest(study=ref, spec=spec)
    try:
        created: study_pb2.Study = connection.call(connection.studies.CreateStudy, request).study
        return created
    except AlreadyExists:
        # Somebody else made it in between.
        found = find(connection, ref)
        if found is None:
            raise
        return found


def _check_space(study: study_pb2.Study, space: space_pb2.SpaceNode) -> None:
    there = study.spec.space
    if there == space:
        return
    before, now = _labels(there), _labels(space)
    changed = sorted(before.keys() ^ now.keys()) or sorted(
        label for label in now if before[label] != now[label]
    )
    what = f"`{changed[0]}` differs" if changed else "its structure differs"
    hint = "use another name for the new space, or delete the study"
    raise StudyMismatch(f"study `{study.name}` exists with another space: {what}", field="space", hint=hint)


def _labels(node: space_pb2.SpaceNode) -> dict[str, object]:
    found: dict[str, object] = {}
    walk(node, lambda label, part: found.setdefault(label, part))
    return found


def walk(node: space_pb2.SpaceNode, seen: Callable[[str, Any], object]) -> None:
    """Shows every parameter and choice of a space with its label, parents first."""
    kind = node.WhichOneof("kind")
    if kind == "list":
        for item in node.list.items:
            walk(item, seen)
    elif kind == "map":
        for entry in node.map.entries:
            walk(entry.node, seen)
    elif kind == "parameter":
        seen(node.parameter.label, node.parameter)
    elif kind == "choice":
        seen(node.choice.label, node.choice)
        for option in node.choice.options:
            walk(option.node, seen)
