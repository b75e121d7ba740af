from tunewright.v1 import space_pb2 as _space_pb2
from tunewright.v1 import study_pb2 as _study_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TrialState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIAL_STATE_UNSPECIFIED: _ClassVar[TrialState]
    TRIAL_STATE_QUEUED: _ClassVar[TrialState]
    TRIAL_STATE_RUNNING: _ClassVar[TrialState]
    TRIAL_STATE_COMPLETED: _ClassVar[TrialState]
    TRIAL_STATE_FAILED: _ClassVar[TrialState]
    TRIAL_STATE_PRUNED: _ClassVar[TrialState]
    TRIAL_STATE_CANCELLED: _ClassVar[TrialState]

class EndReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    END_REASON_UNSPECIFIED: _ClassVar[EndReason]
    END_REASON_OBJECTIVE_ERROR: _ClassVar[EndReason]
    END_REASON_NO_LOSS: _ClassVar[EndReason]
    END_REASON_TIMEOUT: _ClassVar[EndReason]
    END_REASON_OUT_OF_MEMORY: _ClassVar[EndReason]
    END_REASON_LEASE_EXPIRED: _ClassVar[EndReason]
    END_REASON_PREEMPTED: _ClassVar[EndReason]
    END_REASON_USER_CANCELLED: _ClassVar[EndReason]
    END_REASON_INFEASIBLE: _ClassVar[EndReason]
    END_REASON_START_FAILED: _ClassVar[EndReason]
    END_REASON_STUDY_ENDED: _ClassVar[EndReason]
TRIAL_STATE_UNSPECIFIED: TrialState
TRIAL_STATE_QUEUED: TrialState
TRIAL_STATE_RUNNING: TrialState
TRIAL_STATE_COMPLETED: TrialState
TRIAL_STATE_FAILED: TrialState
TRIAL_STATE_PRUNED: TrialState
TRIAL_STATE_CANCELLED: TrialState
END_REASON_UNSPECIFIED: EndReason
END_REASON_OBJECTIVE_ERROR: EndReason
END_REASON_NO_LOSS: EndReason
END_REASON_TIMEOUT: EndReason
END_REASON_OUT_OF_MEMORY: EndReason
END_REASON_LEASE_EXPIRED: EndReason
END_REASON_PREEMPTED: EndReason
END_REASON_USER_CANCELLED: EndReason
END_REASON_INFEASIBLE: EndReason
END_REASON_START_FAILED: EndReason
END_REASON_STUDY_ENDED: EndReason

class LeaseRef(_message.Message):
    __slots__ = ("study", "trial", "attempt", "lease_id")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    trial: int
    attempt: int
    lease_id: str
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., trial: _Optional[int] = ..., attempt: _Optional[int] = ..., lease_id: _Optional[str] = ...) -> None: ...

class ResumeHint(_message.Message):
    __slots__ = ("step", "checkpoint_uri")
    STEP_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_URI_FIELD_NUMBER: _ClassVar[int]
    step: int
    checkpoint_uri: str
    def __init__(self, step: _Optional[int] = ..., checkpoint_uri: _Optional[str] = ...) -> None: ...

class Assignment(_message.Message):
    __slots__ = ("lease", "point", "config", "lease_ttl_ms", "trial_timeout_ms", "resume", "durability", "objective")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    LEASE_TTL_MS_FIELD_NUMBER: _ClassVar[int]
    TRIAL_TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    point: _space_pb2.Point
    config: _space_pb2.Value
    lease_ttl_ms: int
    trial_timeout_ms: int
    resume: ResumeHint
    durability: str
    objective: _study_pb2.Objective
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., point: _Optional[_Union[_space_pb2.Point, _Mapping]] = ..., config: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., lease_ttl_ms: _Optional[int] = ..., trial_timeout_ms: _Optional[int] = ..., resume: _Optional[_Union[ResumeHint, _Mapping]] = ..., durability: _Optional[str] = ..., objective: _Optional[_Union[_study_pb2.Objective, _Mapping]] = ...) -> None: ...

class Attempt(_message.Message):
    __slots__ = ("number", "lessee", "leased_at_ms", "ended_at_ms", "reason", "message")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    LESSEE_FIELD_NUMBER: _ClassVar[int]
    LEASED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    number: int
    lessee: str
    leased_at_ms: int
    ended_at_ms: int
    reason: EndReason
    message: str
    def __init__(self, number: _Optional[int] = ..., lessee: _Optional[str] = ..., leased_at_ms: _Optional[int] = ..., ended_at_ms: _Optional[int] = ..., reason: _Optional[_Union[EndReason, str]] = ..., message: _Optional[str] = ...) -> None: ...

class OrphanResult(_message.Message):
    __slots__ = ("attempt", "loss", "at_ms")
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    loss: float
    at_ms: int
    def __init__(self, attempt: _Optional[int] = ..., loss: _Optional[float] = ..., at_ms: _Optional[int] = ...) -> None: ...

class TrialReport(_message.Message):
    __slots__ = ("attempt", "step", "loss", "metrics", "at_ms")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    step: int
    loss: float
    metrics: _containers.ScalarMap[str, float]
    at_ms: int
    def __init__(self, attempt: _Optional[int] = ..., step: _Optional[int] = ..., loss: _Optional[float] = ..., metrics: _Optional[_Mapping[str, float]] = ..., at_ms: _Optional[int] = ...) -> None: ...

class Trial(_message.Message):
    __slots__ = ("number", "state", "origin", "retry_of", "point", "attempt", "lessee", "leased_at_ms", "failures", "losses", "resume", "attempts", "loss", "metrics", "reason", "message", "late", "orphans", "created_at_ms", "ended_at_ms", "version", "result", "credit")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    RETRY_OF_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    LESSEE_FIELD_NUMBER: _ClassVar[int]
    LEASED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    ORPHANS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    number: int
    state: TrialState
    origin: str
    retry_of: int
    point: _space_pb2.Point
    attempt: int
    lessee: str
    leased_at_ms: int
    failures: int
    losses: int
    resume: ResumeHint
    attempts: _containers.RepeatedCompositeFieldContainer[Attempt]
    loss: float
    metrics: _containers.ScalarMap[str, float]
    reason: EndReason
    message: str
    late: bool
    orphans: _containers.RepeatedCompositeFieldContainer[OrphanResult]
    created_at_ms: int
    ended_at_ms: int
    version: int
    result: _space_pb2.Value
    credit: Credit
    def __init__(self, number: _Optional[int] = ..., state: _Optional[_Union[TrialState, str]] = ..., origin: _Optional[str] = ..., retry_of: _Optional[int] = ..., point: _Optional[_Union[_space_pb2.Point, _Mapping]] = ..., attempt: _Optional[int] = ..., lessee: _Optional[str] = ..., leased_at_ms: _Optional[int] = ..., failures: _Optional[int] = ..., losses: _Optional[int] = ..., resume: _Optional[_Union[ResumeHint, _Mapping]] = ..., attempts: _Optional[_Iterable[_Union[Attempt, _Mapping]]] = ..., loss: _Optional[float] = ..., metrics: _Optional[_Mapping[str, float]] = ..., reason: _Optional[_Union[EndReason, str]] = ..., message: _Optional[str] = ..., late: bool = ..., orphans: _Optional[_Iterable[_Union[OrphanResult, _Mapping]]] = ..., created_at_ms: _Optional[int] = ..., ended_at_ms: _Optional[int] = ..., version: _Optional[int] = ..., result: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., credit: _Optional[_Union[Credit, _Mapping]] = ...) -> None: ...

class Credit(_message.Message):
    __slots__ = ("member", "why")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    member: str
    why: str
    def __init__(self, member: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class AskTrialsRequest(_message.Message):
    __slots__ = ("study", "client_id", "request_id", "count", "reclaim")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    RECLAIM_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    client_id: str
    request_id: str
    count: int
    reclaim: bool
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., client_id: _Optional[str] = ..., request_id: _Optional[str] = ..., count: _Optional[int] = ..., reclaim: bool = ...) -> None: ...

class AskTrialsResponse(_message.Message):
    __slots__ = ("assignments", "study_ended")
    ASSIGNMENTS_FIELD_NUMBER: _ClassVar[int]
    STUDY_ENDED_FIELD_NUMBER: _ClassVar[int]
    assignments: _containers.RepeatedCompositeFieldContainer[Assignment]
    study_ended: str
    def __init__(self, assignments: _Optional[_Iterable[_Union[Assignment, _Mapping]]] = ..., study_ended: _Optional[str] = ...) -> None: ...

class HeartbeatTrialsRequest(_message.Message):
    __slots__ = ("leases",)
    LEASES_FIELD_NUMBER: _ClassVar[int]
    leases: _containers.RepeatedCompositeFieldContainer[LeaseRef]
    def __init__(self, leases: _Optional[_Iterable[_Union[LeaseRef, _Mapping]]] = ...) -> None: ...

class HeartbeatTrialsResponse(_message.Message):
    __slots__ = ("lost",)
    LOST_FIELD_NUMBER: _ClassVar[int]
    lost: _containers.RepeatedCompositeFieldContainer[LostLease]
    def __init__(self, lost: _Optional[_Iterable[_Union[LostLease, _Mapping]]] = ...) -> None: ...

class LostLease(_message.Message):
    __slots__ = ("lease", "code", "message")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    code: str
    message: str
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class ReportTrialRequest(_message.Message):
    __slots__ = ("lease", "step", "loss", "metrics", "checkpoint_uri")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    LEASE_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_URI_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    step: int
    loss: float
    metrics: _containers.ScalarMap[str, float]
    checkpoint_uri: str
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., step: _Optional[int] = ..., loss: _Optional[float] = ..., metrics: _Optional[_Mapping[str, float]] = ..., checkpoint_uri: _Optional[str] = ...) -> None: ...

class ReportTrialResponse(_message.Message):
    __slots__ = ("stop",)
    STOP_FIELD_NUMBER: _ClassVar[int]
    stop: bool
    def __init__(self, stop: bool = ...) -> None: ...

class CompleteTrialRequest(_message.Message):
    __slots__ = ("lease", "loss", "metrics", "output", "result", "next")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    LEASE_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    loss: float
    metrics: _containers.ScalarMap[str, float]
    output: str
    result: _space_pb2.Value
    next: AskTrialsRequest
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., loss: _Optional[float] = ..., metrics: _Optional[_Mapping[str, float]] = ..., output: _Optional[str] = ..., result: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., next: _Optional[_Union[AskTrialsRequest, _Mapping]] = ...) -> None: ...

class CompleteTrialResponse(_message.Message):
    __slots__ = ("duplicate", "late", "durability", "next")
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    late: bool
    durability: str
    next: AskTrialsResponse
    def __init__(self, duplicate: bool = ..., late: bool = ..., durability: _Optional[str] = ..., next: _Optional[_Union[AskTrialsResponse, _Mapping]] = ...) -> None: ...

class PruneTrialRequest(_message.Message):
    __slots__ = ("lease", "loss", "metrics", "output", "result", "next")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    LEASE_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    loss: float
    metrics: _containers.ScalarMap[str, float]
    output: str
    result: _space_pb2.Value
    next: AskTrialsRequest
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., loss: _Optional[float] = ..., metrics: _Optional[_Mapping[str, float]] = ..., output: _Optional[str] = ..., result: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., next: _Optional[_Union[AskTrialsRequest, _Mapping]] = ...) -> None: ...

class PruneTrialResponse(_message.Message):
    __slots__ = ("duplicate", "late", "next")
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    late: bool
    next: AskTrialsResponse
    def __init__(self, duplicate: bool = ..., late: bool = ..., next: _Optional[_Union[AskTrialsResponse, _Mapping]] = ...) -> None: ...

class FailTrialRequest(_message.Message):
    __slots__ = ("lease", "reason", "message", "output", "result", "next")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    reason: EndReason
    message: str
    output: str
    result: _space_pb2.Value
    next: AskTrialsRequest
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., reason: _Optional[_Union[EndReason, str]] = ..., message: _Optional[str] = ..., output: _Optional[str] = ..., result: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., next: _Optional[_Union[AskTrialsRequest, _Mapping]] = ...) -> None: ...

class FailTrialResponse(_message.Message):
    __slots__ = ("requeued", "duplicate", "next")
    REQUEUED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    requeued: bool
    duplicate: bool
    next: AskTrialsResponse
    def __init__(self, requeued: bool = ..., duplicate: bool = ..., next: _Optional[_Union[AskTrialsResponse, _Mapping]] = ...) -> None: ...

class ReleaseTrialRequest(_message.Message):
    __slots__ = ("lease", "resume")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    lease: LeaseRef
    resume: ResumeHint
    def __init__(self, lease: _Optional[_Union[LeaseRef, _Mapping]] = ..., resume: _Optional[_Union[ResumeHint, _Mapping]] = ...) -> None: ...

class ReleaseTrialResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class EnqueueTrialRequest(_message.Message):
    __slots__ = ("study", "point", "request_id")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    point: _space_pb2.Point
    request_id: str
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., point: _Optional[_Union[_space_pb2.Point, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class EnqueueTrialResponse(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class AddTrialRequest(_message.Message):
    __slots__ = ("study", "point", "loss", "metrics", "reason", "message", "result", "request_id")
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    STUDY_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    point: _space_pb2.Point
    loss: float
    metrics: _containers.ScalarMap[str, float]
    reason: EndReason
    message: str
    result: _space_pb2.Value
    request_id: str
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., point: _Optional[_Union[_space_pb2.Point, _Mapping]] = ..., loss: _Optional[float] = ..., metrics: _Optional[_Mapping[str, float]] = ..., reason: _Optional[_Union[EndReason, str]] = ..., message: _Optional[str] = ..., result: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class AddTrialResponse(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class CancelTrialRequest(_message.Message):
    __slots__ = ("study", "number")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    number: int
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., number: _Optional[int] = ...) -> None: ...

class CancelTrialResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RetryTrialRequest(_message.Message):
    __slots__ = ("study", "number", "request_id")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    number: int
    request_id: str
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., number: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class RetryTrialResponse(_message.Message):
    __slots__ = ("number",)
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    number: int
    def __init__(self, number: _Optional[int] = ...) -> None: ...

class GetTrialRequest(_message.Message):
    __slots__ = ("study", "number")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    number: int
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., number: _Optional[int] = ...) -> None: ...

class GetTrialResponse(_message.Message):
    __slots__ = ("trial", "config", "reports", "output")
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    config: _space_pb2.Value
    reports: _containers.RepeatedCompositeFieldContainer[TrialReport]
    output: str
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ..., config: _Optional[_Union[_space_pb2.Value, _Mapping]] = ..., reports: _Optional[_Iterable[_Union[TrialReport, _Mapping]]] = ..., output: _Optional[str] = ...) -> None: ...

class ListTrialsRequest(_message.Message):
    __slots__ = ("study", "states", "page_size", "page_token")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    states: _containers.RepeatedScalarFieldContainer[TrialState]
    page_size: int
    page_token: str
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., states: _Optional[_Iterable[_Union[TrialState, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTrialsResponse(_message.Message):
    __slots__ = ("trials", "next_page_token")
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    trials: _containers.RepeatedCompositeFieldContainer[Trial]
    next_page_token: str
    def __init__(self, trials: _Optional[_Iterable[_Union[Trial, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class StreamTrialsRequest(_message.Message):
    __slots__ = ("study", "states")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    states: _containers.RepeatedScalarFieldContainer[TrialState]
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ..., states: _Optional[_Iterable[_Union[TrialState, str]]] = ...) -> None: ...

class StreamTrialsResponse(_message.Message):
    __slots__ = ("trials",)
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    trials: _containers.RepeatedCompositeFieldContainer[Trial]
    def __init__(self, trials: _Optional[_Iterable[_Union[Trial, _Mapping]]] = ...) -> None: ...

class GetBestTrialRequest(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: _study_pb2.StudyRef
    def __init__(self, study: _Optional[_Union[_study_pb2.StudyRef, _Mapping]] = ...) -> None: ...

class GetBestTrialResponse(_message.Message):
    __slots__ = ("trial", "config")
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    trial: Trial
    config: _space_pb2.Value
    def __init__(self, trial: _Optional[_Union[Trial, _Mapping]] = ..., config: _Optional[_Union[_space_pb2.Value, _Mapping]] = ...) -> None: ...
