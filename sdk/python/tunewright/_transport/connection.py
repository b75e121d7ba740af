"""The connection to a server, for threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import grpc

from tunewright._transport.address import target, url
from tunewright._transport.patience import Diagnosis, Patience
from tunewright.errors import Closed
from tunewright.v1.attachment_pb2_grpc import AttachmentServiceStub
from tunewright.v1.study_pb2_grpc import StudyServiceStub
from tunewright.v1.trial_pb2_grpc import TrialServiceStub
from tunewright.v1.worker_pb2_grpc import WorkerServiceStub

Request = TypeVar("Request", contravariant=True)
Response = TypeVar("Response", covariant=True)
Answer = TypeVar("Answer")

# A page of studies with large spaces is far beyond the usual limit of 4 MiB.
_MESSAGE_LEN_MAX = 64 * 1024 * 1024

OPTIONS: list[tuple[str, int]] = [
    ("grpc.max_receive_message_length", _MESSAGE_LEN_MAX),
    ("grpc.max_send_message_length", _MESSAGE_LEN_MAX),
    # A server that was started again is found within a second or so.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A proxy for the web is none for the server, least of all for one on this machine.
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
]


class UnaryMethod(Protocol[Request, Response]):
    """A method of a stub that takes one message and gives one."""

    def __call__(self, request: Request, /, *, timeout: float | None = None) -> Response: ...


class _Line:
    """One channel with its stubs."""

    def __init__(self, address: str) -> None:
        self.pid = os.getpid()
        self.channel = grpc.insecure_channel(target(address), options=OPTIONS)
        self.studies: StudyServiceStub = StudyServiceStub(self.channel)
        self.trials: TrialServiceStub = TrialServiceStub(self.channel)
        self.workers: WorkerServiceStub = WorkerServiceStub(self.channel)
        self.attachments: AttachmentServiceStub = AttachmentServiceStub(self.channel)


class Connection:
    """A connection to the server at `host:port`, `http://host:port` or `grpc://host:port`. Safe from
    threads, and in a forked child, which connects anew. Nothing is sent before the first call.

    `timeout` is how many seconds a call may take with all its retries. `diagnosis` may know why no server is
    reached.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:7070",
        *,
        timeout: float = 30.0,
        diagnosis: Diagnosis | None = None,
    ) -> None:
        self.address = url(address)
        self.timeout = timeout
        self._diagnosis = diagnosis
        self._lock = threading.Lock()
        self._line: _Line | None = None
        self._closed = False

    @property
    def studies(self) -> StudyServiceStub:
        """The stub of `StudyService`."""
        return self._current().studies

    @property
    def trials(self) -> TrialServiceStub:
        """The stub of `TrialService`."""
        return self._current().trials

    @property
    def workers(self) -> WorkerServiceStub:
        """The stub of `WorkerService`."""
        return self._current().workers

    @property
    def attachments(self) -> AttachmentServiceStub:
        """The stub of `AttachmentService`."""
        return self._current().attachments

    def call(
        self,
        method: UnaryMethod[Request, Response],
        request: Request,
        *,
        timeout: float | None = None,
    ) -> Response:
        """Sends a request until it is answered; every call of ours can be repeated without harm.

        Raises a `TunewrightError`: `Unavailable` if there was no answer within `timeout` seconds.
        """
        return self.attempts(lambda attempt: method(request, timeout=attempt), timeout=timeout)

    def attempts(self, send: Callable[[float], Answer], *, timeout: float | None = None) -> Answer:
        """The answer of `send`, which gets the seconds that an attempt may take, and is tried again as
        `call` does.
        """
        patience = Patience(self.address, self.timeout if timeout is None else timeout, self._diagnosis)
        while True:
            try:
                return send(patience.attempt())
            except grpc.RpcError as failure:
                if self._closed:
                    raise Closed("the connection has been closed") from None
                wait = patience.after(failure)
            except ValueError:
                # What gRPC raises on a closed channel; any other belongs to the caller.
                if self._closed:
                    raise Closed("the connection has been closed") from None
                raise
            time.sleep(wait)

    def close(self) -> None:
        """Ends all calls that are under way. It can be called twice."""
        with self._lock:
            self._closed = True
            line, self._line = self._line, None
        if line is not None and line.pid == os.getpid():
            line.channel.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"address": self.address, "timeout": self.timeout}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["address"], timeout=state["timeout"])  # type: ignore[misc]

    def _current(self) -> _Line:
        line = self._line
        if line is not None and line.pid == os.getpid():
            return line
        if line is not None:
            # The lock may have been held by a thread that does not exist in this forked child.
            self._lock = threading.Lock()
        with self._lock:
            if self._closed:
                raise Closed("the connection has been closed")
            if self._line is None or self._line.pid != os.getpid():
                self._line = _Line(self.address)
            return self._line
