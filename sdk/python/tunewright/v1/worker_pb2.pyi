from tunewright.v1 import study_pb2 as _study_pb2
from tunewright.v1 import trial_pb2 as _trial_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AttachWorkerRequest(_message.Message):
    __slots__ = ("hello", "free_slots", "heartbeat")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    FREE_SLOTS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    hello: WorkerHello
    free_slots: FreeSlots
    heartbeat: WorkerHeartbeat
    def __init__(self, hello: _Optional[_Union[WorkerHello, _Mapping]] = ..., free_slots: _Optional[_Union[FreeSlots, _Mapping]] = ..., heartbeat: _Optional[_Union[WorkerHeartbeat, _Mapping]] = ...) -> None: ...

class WorkerHello(_message.Message):
    __slots__ = ("worker_id", "host", "version", "pools", "studies", "slots", "labels", "runtime")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    STUDIES_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    host: str
    version: str
    pools: _containers.RepeatedScalarFieldContainer[str]
    studies: _containers.RepeatedCompositeFieldContainer[_study_pb2.StudyRef]
    slots: int
    labels: _containers.ScalarMap[str, str]
    runtime: WorkerRuntime
    def __init__(self, worker_id: _Optional[str] = ..., host: _Optional[str] = ..., version: _Optional[str] = ..., pools: _Optional[_Iterable[str]] = ..., studies: _Optional[_Iterable[_Union[_study_pb2.StudyRef, _Mapping]]] = ..., slots: _Optional[int] = ..., labels: _Optional[_Mapping[str, str]] = ..., runtime: _Optional[_Union[WorkerRuntime, _Mapping]] = ...) -> None: ...

class WorkerRuntime(_message.Message):
    __slots__ = ("pickled", "python_version", "cloudpickle_version")
    PICKLED_FIELD_NUMBER: _ClassVar[int]
    PYTHON_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLOUDPICKLE_VERSION_FIELD_NUMBER: _ClassVar[int]
    pickled: bool
    python_version: str
    cloudpickle_version: str
    def __init__(self, pickled: bool = ..., python_version: _Optional[str] = ..., cloudpickle_version: _Optional[str] = ...) -> None: ...

class FreeSlots(_message.Message):
    __slots__ = ("count", "received")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    count: int
    received: int
    def __init__(self, count: _Optional[int] = ..., received: _Optional[int] = ...) -> None: ...

class WorkerHeartbeat(_message.Message):
    __slots__ = ("leases",)
    LEASES_FIELD_NUMBER: _ClassVar[int]
    leases: _containers.RepeatedCompositeFieldContainer[_trial_pb2.LeaseRef]
    def __init__(self, leases: _Optional[_Iterable[_Union[_trial_pb2.LeaseRef, _Mapping]]] = ...) -> None: ...

class AttachWorkerResponse(_message.Message):
    __slots__ = ("welcome", "assignment", "revoked", "drain", "heartbeat_ack")
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_ACK_FIELD_NUMBER: _ClassVar[int]
    welcome: WorkerWelcome
    assignment: WorkerAssignment
    revoked: _trial_pb2.LostLease
    drain: DrainNotice
    heartbeat_ack: HeartbeatAck
    def __init__(self, welcome: _Optional[_Union[WorkerWelcome, _Mapping]] = ..., assignment: _Optional[_Union[WorkerAssignment, _Mapping]] = ..., revoked: _Optional[_Union[_trial_pb2.LostLease, _Mapping]] = ..., drain: _Optional[_Union[DrainNotice, _Mapping]] = ..., heartbeat_ack: _Optional[_Union[HeartbeatAck, _Mapping]] = ...) -> None: ...

class WorkerWelcome(_message.Message):
    __slots__ = ("server_version", "heartbeat_ms")
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_MS_FIELD_NUMBER: _ClassVar[int]
    server_version: str
    heartbeat_ms: int
    def __init__(self, server_version: _Optional[str] = ..., heartbeat_ms: _Optional[int] = ...) -> None: ...

class WorkerAssignment(_message.Message):
    __slots__ = ("sequence", "assignment")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ASSIGNMENT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    assignment: _trial_pb2.Assignment
    def __init__(self, sequence: _Optional[int] = ..., assignment: _Optional[_Union[_trial_pb2.Assignment, _Mapping]] = ...) -> None: ...

class DrainNotice(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class HeartbeatAck(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListWorkersRequest(_message.Message):
    __slots__ = ("pool",)
    POOL_FIELD_NUMBER: _ClassVar[int]
    pool: str
    def __init__(self, pool: _Optional[str] = ...) -> None: ...

class ListWorkersResponse(_message.Message):
    __slots__ = ("workers",)
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    workers: _containers.RepeatedCompositeFieldContainer[Worker]
    def __init__(self, workers: _Optional[_Iterable[_Union[Worker, _Mapping]]] = ...) -> None: ...

class Worker(_message.Message):
    __slots__ = ("id", "host", "version", "pools", "slots", "busy", "draining", "attached_at_ms", "last_heard_ms", "leases", "runtime")
    ID_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    BUSY_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    ATTACHED_AT_MS_FIELD_NUMBER: _ClassVar[int]
    LAST_HEARD_MS_FIELD_NUMBER: _ClassVar[int]
    LEASES_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    host: str
    version: str
    pools: _containers.RepeatedScalarFieldContainer[str]
    slots: int
    busy: int
    draining: bool
    attached_at_ms: int
    last_heard_ms: int
    leases: _containers.RepeatedCompositeFieldContainer[_trial_pb2.LeaseRef]
    runtime: WorkerRuntime
    def __init__(self, id: _Optional[str] = ..., host: _Optional[str] = ..., version: _Optional[str] = ..., pools: _Optional[_Iterable[str]] = ..., slots: _Optional[int] = ..., busy: _Optional[int] = ..., draining: bool = ..., attached_at_ms: _Optional[int] = ..., last_heard_ms: _Optional[int] = ..., leases: _Optional[_Iterable[_Union[_trial_pb2.LeaseRef, _Mapping]]] = ..., runtime: _Optional[_Union[WorkerRuntime, _Mapping]] = ...) -> None: ...

class DrainWorkerRequest(_message.Message):
    __slots__ = ("worker_id",)
    WORKER_ID_FIELD_NUMBER: _ClassVar[int]
    worker_id: str
    def __init__(self, worker_id: _Optional[str] = ...) -> None: ...

class DrainWorkerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
