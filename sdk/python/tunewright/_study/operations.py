"""Every call of the API, as a request and what its answer means. Threads and asyncio only differ in how they
send it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tunewright._study.records import StudyInfo, TrialRecord, study_info, trial_record
from tunewright._study.settings import algorithm_of, metrics_of, number, tags_of, text, whole
from tunewright._wire.points import to_point
from tunewright._wire.times import to_ms
from tunewright._wire.values import to_value
from tunewright.errors import Invalid
from tunewright.spaces.space import Space
from tunewright.v1 import study_pb2, trial_pb2

Result = TypeVar("Result")

#: How long the result of a trial is offered to a server that is away, in seconds.
RESULT_TIMEOUT = 600.0


@dataclass(frozen=True)
class Operation(Generic[Result]):
    """One call: `service` is the stub's name on a connection, `decode` makes the result of its answer."""

    service: str
    method: str
    request: Any
    decode: Callable[[Any], Result]
    timeout: float | None = None


def study_ref(project: str, name: object) -> study_pb2.StudyRef:
    """What a study is known by."""
    return study_pb2.StudyRef(project=text("project", project), name=text("name", name))


def create(ref: study_pb2.StudyRef, spec: study_pb2.StudySpec) -> Operation[tuple[study_pb2.Study, bool]]:
    """Creates a study, or opens an equal one; whether it is new."""
    request = study_pb2.CreateStudyRequest(study=ref, spec=spec)
    return Operation("studies", "CreateStudy", request, lambda answer: (answer.study, answer.created))


def get(ref: study_pb2.StudyRef) -> Operation[study_pb2.Study]:
    """The study as it is now."""
    return Operation("studies", "GetStudy", study_pb2.GetStudyRequest(study=ref), lambda answer: answer.study)


def list_studies(project: str, token: str) -> Operation[tuple[list[StudyInfo], str]]:
    """One page of studies, and the token of the next."""
    request = study_pb2.ListStudiesRequest(project=project, page_size=100, page_token=token)
    return Operation(
        "studies",
        "ListStudies",
        request,
        lambda answer: ([study_info(study) for study in answer.studies], answer.next_page_token),
    )


def pause(ref: study_pb2.StudyRef) -> Operation[StudyInfo]:
    """Leases nothing more until it is resumed."""
    return Operation("studies", "PauseStudy", study_pb2.PauseStudyRequest(study=ref), _info)


def resume(ref: study_pb2.StudyRef) -> Operation[StudyInfo]:
    """Goes on after a pause."""
    return Operation("studies", "ResumeStudy", study_pb2.ResumeStudyRequest(study=ref), _info)


def stop(ref: study_pb2.StudyRef, cancel_running: bool) -> Operation[StudyInfo]:
    """Ends a study for good."""
    request = study_pb2.StopStudyRequest(study=ref, cancel_running=bool(cancel_running))
    return Operation("studies", "StopStudy", request, _info)


def delete(ref: study_pb2.StudyRef) -> Operation[None]:
    """Removes a study."""
    request = study_pb2.DeleteStudyRequest(study=ref)
    return Operation("studies", "DeleteStudy", request, lambda _: None)


_UPDATES: dict[str, Callable[[object], object]] = {
    "max_trials": lambda value: whole("max_trials", value, 1),
    "timeout": lambda value: to_ms(number("timeout", value), "timeout"),
    "loss_threshold": lambda value: number("loss_threshold", value),
    "max_failed": lambda value: whole("max_failed", value, 1),
    "parallelism": lambda value: whole("parallelism", value, 1),
    "note": lambda value: text("note", value),
    "tags": lambda value: study_pb2.Tags(entries=tags_of(value)),
    "algorithm": algorithm_of,
    "objective": lambda value: value,
}
_CLEARABLE = ("max_trials", "timeout", "loss_threshold", "max_failed", "parallelism", "objective")


def update(ref: study_pb2.StudyRef, changes: Mapping[str, object]) -> Operation[StudyInfo]:
    """Changes parts of a study; None removes one."""
    request: Any = study_pb2.UpdateStudyRequest(study=ref)
    for name, value in changes.items():
        if name not in _UPDATES:
            raise Invalid("cannot be changed", field=name, hint=f"there are {', '.join(_UPDATES)}")
        field = "timeout_ms" if name == "timeout" else name
        if value is None:
            if name not in _CLEARABLE:
                raise Invalid("cannot be removed", field=name)
            request.clear.append(field)
            continue
        made: Any = _UPDATES[name](value)
        if isinstance(made, (study_pb2.Tags, study_pb2.Algorithm, study_pb2.Objective)):
            getattr(request, field).CopyFrom(made)
        else:
            setattr(request, field, made)
    return Operation("studies", "UpdateStudy", request, _info)


def ask(
    ref: study_pb2.StudyRef,
    client_id: str,
    count: int,
    *,
    reclaim: bool = False,
    request_id: str | None = None,
) -> Operation[trial_pb2.AskTrialsResponse]:
    """Leases trials. Sent again, it gets the same ones."""
    request = trial_pb2.AskTrialsRequest(
        study=ref,
        client_id=client_id,
        request_id=request_id or uuid.uuid4().hex,
        count=whole("count", count, 1),
        reclaim=reclaim,
    )
    return Operation("trials", "AskTrials", request, lambda answer: answer)


def enqueue(ref: study_pb2.StudyRef, space: Space, params: object, request_id: str | None) -> Operation[int]:
    """Has a full or partial point tried next."""
    point = to_point(space.to_point(params))
    request = trial_pb2.EnqueueTrialRequest(study=ref, point=point, request_id=request_id or uuid.uuid4().hex)
    return Operation("trials", "EnqueueTrial", request, lambda answer: int(answer.number))


def add(
    ref: study_pb2.StudyRef,
    space: Space,
    params: object,
    loss: float | None,
    *,
    metrics: Mapping[str, float] | None,
    result: Mapping[str, object] | None,
    message: str,
    request_id: str | None,
) -> Operation[int]:
    """Adds a trial that was evaluated elsewhere."""
    request = trial_pb2.AddTrialRequest(
        study=ref,
        point=to_point(space.to_point(params)),
        loss=None if loss is None else number("loss", loss),
        metrics=metrics_of(metrics),
        message=text("message", message),
        result=to_value(result) if result else None,
        request_id=request_id or uuid.uuid4().hex,
    )
    return Operation("trials", "AddTrial", request, lambda answer: int(answer.number))


def cancel(ref: study_pb2.StudyRef, trial: int) -> Operation[None]:
    """Ends a trial for good."""
    request = trial_pb2.CancelTrialRequest(study=ref, number=whole("number", trial))
    return Operation("trials", "CancelTrial", request, lambda _: None)


def retry(ref: study_pb2.StudyRef, trial: int) -> Operation[int]:
    """Has an ended trial's point tried once more."""
    request = trial_pb2.RetryTrialRequest(
        study=ref, number=whole("number", trial), request_id=uuid.uuid4().hex
    )
    return Operation("trials", "RetryTrial", request, lambda answer: int(answer.number))


def get_trial(ref: study_pb2.StudyRef, space: Space, trial: int) -> Operation[TrialRecord]:
    """One trial."""
    request = trial_pb2.GetTrialRequest(study=ref, number=whole("number", trial))
    return Operation("trials", "GetTrial", request, lambda answer: trial_record(answer.trial, space))


def best(ref: study_pb2.StudyRef, space: Space) -> Operation[TrialRecord | None]:
    """The completed trial with the lowest loss."""

    def decode(answer: trial_pb2.GetBestTrialResponse) -> TrialRecord | None:
        return trial_record(answer.trial, space) if answer.HasField("trial") else None

    return Operation("trials", "GetBestTrial", trial_pb2.GetBestTrialRequest(study=ref), decode)


def stream(ref: study_pb2.StudyRef, states: tuple[str, ...]) -> trial_pb2.StreamTrialsRequest:
    """Asks for all trials in some states; for all without any."""
    known = {name.removeprefix("TRIAL_STATE_").lower(): name for name, _ in trial_pb2.TrialState.items()}
    for state in states:
        if state not in known or state == "unspecified":
            hint = f"there are {', '.join(name for name in known if name != 'unspecified')}"
            raise Invalid(f"`{state}` is no state of a trial", field="states", hint=hint)
    return trial_pb2.StreamTrialsRequest(study=ref, states=[known[state] for state in states])


def release(lease: trial_pb2.LeaseRef, hint: trial_pb2.ResumeHint | None) -> Operation[None]:
    """Gives a trial back."""
    request = trial_pb2.ReleaseTrialRequest(lease=lease, resume=hint)
    return Operation("trials", "ReleaseTrial", request, lambda _: None)


def tell(
    request: trial_pb2.CompleteTrialRequest | trial_pb2.PruneTrialRequest | trial_pb2.FailTrialRequest,
) -> Operation[Any]:
    """Ends a trial."""
    method = type(request).__name__.removesuffix("Request")
    return Operation("trials", method, request, lambda answer: answer, RESULT_TIMEOUT)


def report(
    lease: trial_pb2.LeaseRef,
    value: float | None,
    step: int,
    metrics: Mapping[str, float] | None,
    checkpoint: str | None,
) -> Operation[bool]:
    """Reports an intermediate value; whether the objective should end early."""
    request = trial_pb2.ReportTrialRequest(
        lease=lease,
        step=whole("step", step),
        loss=None if value is None else number("value", value),
        metrics=metrics_of(metrics),
        checkpoint_uri=text("checkpoint", checkpoint or ""),
    )
    return Operation("trials", "ReportTrial", request, lambda answer: bool(answer.stop))


def _info(answer: Any) -> StudyInfo:
    return study_info(answer.study)
