"""The connection to a server, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import grpc
import grpc.aio

from tunewright._transport.address import target, url
from tunewright._transport.connection import OPTIONS
from tunewright._transport.patience import Diagnosis, Patience
from tunewright.errors import Closed
from tunewright.v1.attachment_pb2_grpc import AttachmentServiceStub
from tunewright.v1.study_pb2_grpc import StudyServiceStub
from tunewright.v1.trial_pb2_grpc import TrialServiceStub
from tunewright.v1.worker_pb2_grpc import WorkerServiceStub

Answer = TypeVar("Answer")


class AioConnection:
    """A connection to the server at an address, for one event loop. The channel is made by the first call."""

    def __init__(self, address: str, *, timeout: float = 30.0, diagnosis: Diagnosis | None = None) -> None:
        self.address = url(address)
        self.timeout = timeout
        self._diagnosis = diagnosis
        self._stubs: dict[str, Any] = {}
        self._channel: grpc.aio.Channel | None = None
        self._closed = False

    def stub(self, service: str) -> Any:
        """The stub of a service: `studies`, `trials`, `workers` or `attachments`."""
        if self._closed:
            raise Closed("the connection has been closed")
        if self._channel is None:
            channel: Any = grpc.aio.insecure_channel(target(self.address), options=OPTIONS)
            self._channel = channel
            self._stubs = {
                "studies": StudyServiceStub(channel),
                "trials": TrialServiceStub(channel),
                "workers": WorkerServiceStub(channel),
                "attachments": AttachmentServiceStub(channel),
            }
        return self._stubs[service]

    async def attempts(
        self, send: Callable[[float], Awaitable[Answer]], *, timeout: float | None = None
    ) -> Answer:
        """The answer of `send`, which gets the seconds that an attempt may take, and is tried again until
        `timeout`.
        """
        patience = Patience(self.address, self.timeout if timeout is None else timeout, self._diagnosis)
        while True:
            try:
                return await send(patience.attempt())
            except grpc.RpcError as failure:
                if self._closed:
                    raise Closed("the connection has been closed") from None
                wait = patience.after(failure)
            await asyncio.sleep(wait)

    async def close(self) -> None:
        """Ends all calls that are under way."""
        self._closed = True
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close(None)
