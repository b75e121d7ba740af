from tunewright.v1 import space_pb2 as _space_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StudyStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STUDY_STATUS_UNSPECIFIED: _ClassVar[StudyStatus]
    STUDY_STATUS_ACTIVE: _ClassVar[StudyStatus]
    STUDY_STATUS_PAUSED: _ClassVar[StudyStatus]
    STUDY_STATUS_COMPLETED: _ClassVar[StudyStatus]
    STUDY_STATUS_STOPPED: _ClassVar[StudyStatus]
    STUDY_STATUS_FAILED: _ClassVar[StudyStatus]
STUDY_STATUS_UNSPECIFIED: StudyStatus
STUDY_STATUS_ACTIVE: StudyStatus
STUDY_STATUS_PAUSED: StudyStatus
STUDY_STATUS_COMPLETED: StudyStatus
STUDY_STATUS_STOPPED: StudyStatus
STUDY_STATUS_FAILED: StudyStatus

class StudyRef(_message.Message):
    __slots__ = ("project", "name")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    project: str
    name: str
    def __init__(self, project: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class StudySpec(_message.Message):
    __slots__ = ("space", "algorithm", "seed", "budget", "retry", "parallelism", "lease_ttl_ms", "trial_timeout_ms", "pool", "note", "tags", "repeats")
    class TagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SPACE_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    PARALLELISM_FIELD_NUMBER: _ClassVar[int]
    LEASE_TTL_MS_FIELD_NUMBER: _ClassVar[int]
    TRIAL_TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    REPEATS_FIELD_NUMBER: _ClassVar[int]
    space: _space_pb2.SpaceNode
    algorithm: Algorithm
    seed: int
    budget: Budget
    retry: RetryPolicy
    parallelism: int
    lease_ttl_ms: int
    trial_timeout_ms: int
    pool: str
    note: str
    tags: _containers.ScalarMap[str, str]
    repeats: bool
    def __init__(self, space: _Optional[_Union[_space_pb2.SpaceNode, _Mapping]] = ..., algorithm: _Optional[_Union[Algorithm, _Mapping]] = ..., seed: _Optional[int] = ..., budget: _Optional[_Union[Budget, _Mapping]] = ..., retry: _Optional[_Union[RetryPolicy, _Mapping]] = ..., parallelism: _Optional[int] = ..., lease_ttl_ms: _Optional[int] = ..., trial_timeout_ms: _Optional[int] = ..., pool: _Optional[str] = ..., note: _Optional[str] = ..., tags: _Optional[_Mapping[str, str]] = ..., repeats: bool = ...) -> None: ...

class Algorithm(_message.Message):
    __slots__ = ("name", "settings", "mix", "mode")
    class SettingsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    MIX_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    settings: _containers.ScalarMap[str, float]
    mix: _containers.RepeatedCompositeFieldContainer[AlgorithmShare]
    mode: str
    def __init__(self, name: _Optional[str] = ..., settings: _Optional[_Mapping[str, float]] = ..., mix: _Optional[_Iterable[_Union[AlgorithmShare, _Mapping]]] = ..., mode: _Optional[str] = ...) -> None: ...

class AlgorithmShare(_message.Message):
    __slots__ = ("weight", "algorithm")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    weight: float
    algorithm: Algorithm
    def __init__(self, weight: _Optional[float] = ..., algorithm: _Optional[_Union[Algorithm, _Mapping]] = ...) -> None: ...

class Objective(_message.Message):
    __slots__ = ("function", "pickled")
    FUNCTION_FIELD_NUMBER: _ClassVar[int]
    PICKLED_FIELD_NUMBER: _ClassVar[int]
    function: str
    pickled: PickledFunction
    def __init__(self, function: _Optional[str] = ..., pickled: _Optional[_Union[PickledFunction, _Mapping]] = ...) -> None: ...

class PickledFunction(_message.Message):
    __slots__ = ("sha256", "size", "python_version", "cloudpickle_version")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    PYTHON_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLOUDPICKLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    size: int
    python_version: str
    cloudpickle_version: str
    def __init__(self, sha256: _Optional[str] = ..., size: _Optional[int] = ..., python_version: _Optional[str] = ..., cloudpickle_version: _Optional[str] = ...) -> None: ...

class Budget(_message.Message):
    __slots__ = ("max_trials", "timeout_ms", "loss_threshold", "no_progress", "max_failed")
    MAX_TRIALS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    LOSS_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    NO_PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MAX_FAILED_FIELD_NUMBER: _ClassVar[int]
    max_trials: int
    timeout_ms: int
    loss_threshold: float
    no_progress: NoProgress
    max_failed: int
    def __init__(self, max_trials: _Optional[int] = ..., timeout_ms: _Optional[int] = ..., loss_threshold: _Optional[float] = ..., no_progress: _Optional[_Union[NoProgress, _Mapping]] = ..., max_failed: _Optional[int] = ...) -> None: ...

class NoProgress(_message.Message):
    __slots__ = ("trials", "percent")
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    PERCENT_FIELD_NUMBER: _ClassVar[int]
    trials: int
    percent: float
    def __init__(self, trials: _Optional[int] = ..., percent: _Optional[float] = ...) -> None: ...

class RetryPolicy(_message.Message):
    __slots__ = ("max_failures", "max_losses", "backoff_ms", "backoff_max_ms")
    MAX_FAILURES_FIELD_NUMBER: _ClassVar[int]
    MAX_LOSSES_FIELD_NUMBER: _ClassVar[int]
    BACKOFF_MS_FIELD_NUMBER: _ClassVar[int]
    BACKOFF_MAX_MS_FIELD_NUMBER: _ClassVar[int]
    max_failures: int
    max_losses: int
    backoff_ms: int
    backoff_max_ms: int
    def __init__(self, max_failures: _Optional[int] = ..., max_losses: _Optional[int] = ..., backoff_ms: _Optional[int] = ..., backoff_max_ms: _Optional[int] = ...) -> None: ...

class TrialCounts(_message.Message):
    __slots__ = ("queued", "running", "completed", "failed", "pruned", "cancelled")
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    PRUNED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    queued: int
    running: int
    completed: int
    failed: int
    pruned: int
    cancelled: int
    def __init__(self, queued: _Optional[int] = ..., running: _Optional[int] = ..., completed: _Optional[int] = ..., failed: _Optional[int] = ..., pruned: _Optional[int] = ..., cancelled: _Optional[int] = ...) -> None: ...

class Study(_message.Message):
    __slots__ = ("id", "project", "name", "spec", "status", "closing", "counts", "best_trial", "best_loss", "version", "created_at_ms", "started_at_ms", "ended_at_ms", "durability", "objective")
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CLOSING_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    BEST_TRIAL_FIELD_NUMBER: _ClassVar[int]
    BEST_LOSS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    id: str
    project: str
    name: str
    spec: StudySpec
    status: StudyStatus
    closing: str
    counts: TrialCounts
    best_trial: int
    best_loss: float
    version: int
    created_at_ms: int
    started_at_ms: int
    ended_at_ms: int
    durability: str
    objective: Objective
    def __init__(self, id: _Optional[str] = ..., project: _Optional[str] = ..., name: _Optional[str] = ..., spec: _Optional[_Union[StudySpec, _Mapping]] = ..., status: _Optional[_Union[StudyStatus, str]] = ..., closing: _Optional[str] = ..., counts: _Optional[_Union[TrialCounts, _Mapping]] = ..., best_trial: _Optional[int] = ..., best_loss: _Optional[float] = ..., version: _Optional[int] = ..., created_at_ms: _Optional[int] = ..., started_at_ms: _Optional[int] = ..., ended_at_ms: _Optional[int] = ..., durability: _Optional[str] = ..., objective: _Optional[_Union[Objective, _Mapping]] = ...) -> None: ...

class CreateStudyRequest(_message.Message):
    __slots__ = ("study", "spec", "objective")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    spec: StudySpec
    objective: Objective
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ..., spec: _Optional[_Union[StudySpec, _Mapping]] = ..., objective: _Optional[_Union[Objective, _Mapping]] = ...) -> None: ...

class CreateStudyResponse(_message.Message):
    __slots__ = ("study", "created")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    study: Study
    created: bool
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ..., created: bool = ...) -> None: ...

class GetStudyRequest(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ...) -> None: ...

class GetStudyResponse(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: Study
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ...) -> None: ...

class ListStudiesRequest(_message.Message):
    __slots__ = ("project", "page_size", "page_token")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    project: str
    page_size: int
    page_token: str
    def __init__(self, project: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListStudiesResponse(_message.Message):
    __slots__ = ("studies", "next_page_token")
    STUDIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    studies: _containers.RepeatedCompositeFieldContainer[Study]
    next_page_token: str
    def __init__(self, studies: _Optional[_Iterable[_Union[Study, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateStudyRequest(_message.Message):
    __slots__ = ("study", "max_trials", "timeout_ms", "loss_threshold", "max_failed", "parallelism", "note", "tags", "clear", "algorithm", "objective")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    MAX_TRIALS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    LOSS_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    MAX_FAILED_FIELD_NUMBER: _ClassVar[int]
    PARALLELISM_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    CLEAR_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    max_trials: int
    timeout_ms: int
    loss_threshold: float
    max_failed: int
    parallelism: int
    note: str
    tags: Tags
    clear: _containers.RepeatedScalarFieldContainer[str]
    algorithm: Algorithm
    objective: Objective
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ..., max_trials: _Optional[int] = ..., timeout_ms: _Optional[int] = ..., loss_threshold: _Optional[float] = ..., max_failed: _Optional[int] = ..., parallelism: _Optional[int] = ..., note: _Optional[str] = ..., tags: _Optional[_Union[Tags, _Mapping]] = ..., clear: _Optional[_Iterable[str]] = ..., algorithm: _Optional[_Union[Algorithm, _Mapping]] = ..., objective: _Optional[_Union[Objective, _Mapping]] = ...) -> None: ...

class Tags(_message.Message):
    __slots__ = ("entries",)
    class EntriesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.ScalarMap[str, str]
    def __init__(self, entries: _Optional[_Mapping[str, str]] = ...) -> None: ...

class UpdateStudyResponse(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: Study
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ...) -> None: ...

class PauseStudyRequest(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ...) -> None: ...

class PauseStudyResponse(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: Study
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ...) -> None: ...

class ResumeStudyRequest(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ...) -> None: ...

class ResumeStudyResponse(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: Study
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ...) -> None: ...

class StopStudyRequest(_message.Message):
    __slots__ = ("study", "cancel_running")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    CANCEL_RUNNING_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    cancel_running: bool
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ..., cancel_running: bool = ...) -> None: ...

class StopStudyResponse(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: Study
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ...) -> None: ...

class DeleteStudyRequest(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ...) -> None: ...

class DeleteStudyResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchStudyRequest(_message.Message):
    __slots__ = ("study",)
    STUDY_FIELD_NUMBER: _ClassVar[int]
    study: StudyRef
    def __init__(self, study: _Optional[_Union[StudyRef, _Mapping]] = ...) -> None: ...

class WatchStudyResponse(_message.Message):
    __slots__ = ("study", "trial", "report", "gap")
    STUDY_FIELD_NUMBER: _ClassVar[int]
    TRIAL_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    study: Study
    trial: TrialEvent
    report: ReportEvent
    gap: int
    def __init__(self, study: _Optional[_Union[Study, _Mapping]] = ..., trial: _Optional[_Union[TrialEvent, _Mapping]] = ..., report: _Optional[_Union[ReportEvent, _Mapping]] = ..., gap: _Optional[int] = ...) -> None: ...

class TrialEvent(_message.Message):
    __slots__ = ("number", "state", "transition", "reason", "attempt", "loss", "at_ms", "version")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TRANSITION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    number: int
    state: str
    transition: str
    reason: str
    attempt: int
    loss: float
    at_ms: int
    version: int
    def __init__(self, number: _Optional[int] = ..., state: _Optional[str] = ..., transition: _Optional[str] = ..., reason: _Optional[str] = ..., attempt: _Optional[int] = ..., loss: _Optional[float] = ..., at_ms: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class ReportEvent(_message.Message):
    __slots__ = ("number", "step", "loss", "at_ms", "version")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    AT_MS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    number: int
    step: int
    loss: float
    at_ms: int
    version: int
    def __init__(self, number: _Optional[int] = ..., step: _Optional[int] = ..., loss: _Optional[float] = ..., at_ms: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...
