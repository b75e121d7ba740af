"""The connection to a server, for threads."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import grpc

from tunewright._transport.access import Access
from tunewright._transport.address import Place, places
from tunewright._transport.patience import Diagnosis, Patience
from tunewright._transport.stubs import Stubs
from tunewright.errors import ConnectionClosed
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

    def __init__(self, place: Place, access: Access) -> None:
        if place.is_tls:
            self.channel = grpc.secure_channel(place.target, access.credentials(), options=OPTIONS)
        else:
            self.channel = grpc.insecure_channel(place.target, options=OPTIONS)
        self.studies: StudyServiceStub = StudyServiceStub(self.channel)
        self.trials: TrialServiceStub = TrialServiceStub(self.channel)
        self.workers: WorkerServiceStub = WorkerServiceStub(self.channel)
        self.attachments: AttachmentServiceStub = AttachmentServiceStub(self.channel)


class Connection:
    """A connection to the server at `host:port`, `http://host:port`, `grpc://host:port` or with TLS
    `https://host:port`; of several with commas between them, to the first that answers, until it does not.
    Safe from threads, and in a forked child, which connects anew. Nothing is sent before the first call.

    `timeout` is how many seconds a call may take with all its retries. `diagnosis` may know why no server is
    reached. `access` says who calls; what it does not say is found in the environment.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:7070",
        *,
        timeout: float = 30.0,
        diagnosis: Diagnosis | None = None,
        access: Access | None = None,
    ) -> None:
        self.places = places(address)
        self.address = ",".join(place.url for place in self.places)
        self.timeout = timeout
        self._diagnosis = diagnosis
        self._access = (access or Access()).or_environment()
        self._access.check(self.places)
        if any(place.is_tls for place in self.places):
            # What is wrong with a file is told now, and not by the first call.
            self._access.credentials()
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._lines: dict[int, _Line] = {}
        self._turn = 0
        self._closed = False
        metadata = self._access.metadata()
        self._studies = Stubs(lambda: self._current().studies, metadata)
        self._trials = Stubs(lambda: self._current().trials, metadata)
        self._workers = Stubs(lambda: self._current().workers, metadata)
        self._attachments = Stubs(lambda: self._current().attachments, metadata)

    @property
    def studies(self) -> StudyServiceStub:
        """The stub of `StudyService`."""
        return cast(StudyServiceStub, self._studies)

    @property
    def trials(self) -> TrialServiceStub:
        """The stub of `TrialService`."""
        return cast(TrialServiceStub, self._trials)

    @property
    def workers(self) -> WorkerServiceStub:
        """The stub of `WorkerService`."""
        return cast(WorkerServiceStub, self._workers)

    @property
    def attachments(self) -> AttachmentServiceStub:
        """The stub of `AttachmentService`."""
        return cast(AttachmentServiceStub, self._attachments)

    @property
    def turn(self) -> int:
        """Whose turn it is, for `move_on`."""
        return self._turn

    def move_on(self, turn: int) -> None:
        """The server of this turn does not answer: the next one is used from now on. Of many calls that
        failed together one moves on, as otherwise two would be back where they were.
        """
        with self._lock:
            if self._turn == turn:
                self._turn += 1

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
        total = self.timeout if timeout is None else timeout
        patience = Patience(self.address, total, self._diagnosis, len(self.places))
        while True:
            turn = self._turn
            try:
                return send(patience.attempt())
            except grpc.RpcError as failure:
                if self._closed:
                    raise ConnectionClosed("the connection has been closed") from None
                wait = patience.after(failure)
                self.move_on(turn)
            except ValueError:
                # What gRPC raises on a closed channel; any other belongs to the caller.
                if self._closed:
                    raise ConnectionClosed("the connection has been closed") from None
                raise
            time.sleep(wait)

    def close(self) -> None:
        """Ends all calls that are under way. It can be called twice."""
        with self._lock:
            self._closed = True
            lines, self._lines = self._lines, {}
        if self._pid == os.getpid():
            for line in lines.values():
                line.channel.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        # Not the token: who reads what is pickled is not known. The environment tells it.
        return {"address": self.address, "timeout": self.timeout}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["address"], timeout=state["timeout"])  # type: ignore[misc]

    def _current(self) -> _Line:
        place = self._turn % len(self.places)
        if self._pid == os.getpid():
            line = self._lines.get(place)
            if line is not None:
                return line
        else:
            # The lock may have been held by a thread that does not exist in this forked child.
            self._lock = threading.Lock()
        with self._lock:
            if self._closed:
                raise ConnectionClosed("the connection has been closed")
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._lines = {}
            if place not in self._lines:
                self._lines[place] = _Line(self.places[place], self._access)
            return self._lines[place]
