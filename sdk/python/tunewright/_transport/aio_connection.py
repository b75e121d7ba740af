"""The connection to a server, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
import grpc.aio

from tunewright._transport.access import Access
from tunewright._transport.address import places
from tunewright._transport.connection import OPTIONS
from tunewright._transport.patience import Diagnosis, Patience
from tunewright._transport.stubs import Stubs
from tunewright.errors import ConnectionClosed
from tunewright.v1.attachment_pb2_grpc import AttachmentServiceStub
from tunewright.v1.study_pb2_grpc import StudyServiceStub
from tunewright.v1.trial_pb2_grpc import TrialServiceStub
from tunewright.v1.worker_pb2_grpc import WorkerServiceStub

Answer = TypeVar("Answer")


class AioConnection:
    """A connection to the servers at an address, for one event loop, as `Connection` is one for threads. The
    channel is made by the first call.
    """

    def __init__(
        self,
        address: str,
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
            self._access.credentials()
        self._lines: dict[int, dict[str, Any]] = {}
        self._channels: list[grpc.aio.Channel] = []
        self._stubs: dict[str, Stubs] = {}
        self._turn = 0
        self._closed = False

    def stub(self, service: str) -> Any:
        """The stub of a service: `studies`, `trials`, `workers` or `attachments`."""
        if service not in self._stubs:
            self._stubs[service] = Stubs(lambda: self._current()[service], self._access.metadata())
        return self._stubs[service]

    @property
    def turn(self) -> int:
        """Whose turn it is, for `move_on`."""
        return self._turn

    def move_on(self, turn: int) -> None:
        """The server of this turn does not answer: the next one is used from now on."""
        if self._turn == turn:
            self._turn += 1

    async def attempts(
        self, send: Callable[[float], Awaitable[Answer]], *, timeout: float | None = None
    ) -> Answer:
        """The answer of `send`, which gets the seconds that an attempt may take, and is tried again until
        `timeout`.
        """
        total = self.timeout if timeout is None else timeout
        patience = Patience(self.address, total, self._diagnosis, len(self.places))
        while True:
            turn = self._turn
            try:
                return await send(patience.attempt())
            except grpc.RpcError as failure:
                if self._closed:
                    raise ConnectionClosed("the connection has been closed") from None
                wait = patience.after(failure)
            self.move_on(turn)
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Ends all calls that are under way."""
        self._closed = True
        channels, self._channels = self._channels, []
        self._lines = {}
        for channel in channels:
            await channel.close(None)

    def _current(self) -> dict[str, Any]:
        if self._closed:
            raise ConnectionClosed("the connection has been closed")
        at = self._turn % len(self.places)
        if at not in self._lines:
            place = self.places[at]
            channel: Any
            if place.is_tls:
                channel = grpc.aio.secure_channel(place.target, self._access.credentials(), options=OPTIONS)
            else:
                channel = grpc.aio.insecure_channel(place.target, options=OPTIONS)
            self._channels.append(channel)
            self._lines[at] = {
                "studies": StudyServiceStub(channel),
                "trials": TrialServiceStub(channel),
                "workers": WorkerServiceStub(channel),
                "attachments": AttachmentServiceStub(channel),
            }
        return self._lines[at]
