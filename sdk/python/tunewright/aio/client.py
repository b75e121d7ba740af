"""The connection to a server, as asyncio programs use it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

from tunewright._embedded.server import DEFAULT_DATA_DIR, EmbeddedServer
from tunewright._study import identity, operations
from tunewright._study.asking import Asking
from tunewright._study.operations import Operation
from tunewright._study.records import StudyInfo
from tunewright._study.settings import text
from tunewright._transport.access import Access
from tunewright._transport.aio_connection import AioConnection
from tunewright._transport.connection import Connection
from tunewright._transport.patience import Diagnosis
from tunewright._transport.spooled import Spooled
from tunewright.aio.keeper import HeartbeatTask
from tunewright.errors import Exhausted
from tunewright.v1 import trial_pb2

Result = TypeVar("Result")


class Client:
    """A connection to the server at an address, for one event loop; `await Client.embedded(data_dir)` gives
    one to a server of this process. Otherwise as `tunewright.Client`.
    """

    def __init__(
        self,
        address: str,
        project: str = "default",
        *,
        timeout: float = 30.0,
        client_id: str | None = None,
        diagnosis: Diagnosis | None = None,
        token: str | None = None,
        tls_ca: Path | str | None = None,
        tls_cert: Path | str | None = None,
        tls_key: Path | str | None = None,
        insecure: bool = False,
        spool: Path | str | None = None,
    ) -> None:
        self.project = text("project", project)
        self._client_id = client_id
        access = Access(token, tls_ca, tls_cert, tls_key, insecure)
        self.connection = AioConnection(address, timeout=timeout, diagnosis=diagnosis, access=access)
        self.keeper = HeartbeatTask(self.connection)
        # What an earlier program left is sent by a thread of its own.
        self.spooled = Spooled.at(spool, Connection(address, access=access)) if spool is not None else None
        if self.spooled is not None:
            self.spooled.send_when_reached()

    @classmethod
    async def embedded(
        cls,
        data_dir: Path | str = DEFAULT_DATA_DIR,
        project: str = "default",
        *,
        timeout: float = 30.0,
        client_id: str | None = None,
    ) -> Client:
        """A connection to the server of this process for a directory, which is started unless it runs."""
        server = await asyncio.to_thread(EmbeddedServer.at, data_dir)
        return cls(server.address, project, timeout=timeout, client_id=client_id, diagnosis=server.failure)

    @property
    def address(self) -> str:
        """The server's address."""
        return self.connection.address

    @property
    def client_id(self) -> str:
        """What the server calls this program."""
        return self._client_id or identity.client_id()

    async def studies(self) -> list[StudyInfo]:
        """All studies of the project."""
        found: list[StudyInfo] = []
        token = ""
        while True:
            studies, token = await self.run(operations.list_studies(self.project, token))
            found += studies
            if not token:
                return found

    async def close(self) -> None:
        """Ends the connection. The leases of trials that have not ended run out."""
        await self.keeper.close()
        await self.connection.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def run(self, operation: Operation[Result], *, timeout: float | None = None) -> Result:
        """Sends a request and gives what its answer means."""
        method = getattr(self.connection.stub(operation.service), operation.method)
        answer = await self.connection.attempts(
            lambda attempt: method(operation.request, timeout=attempt),
            timeout=operation.timeout if timeout is None else timeout,
        )
        return operation.decode(answer)

    async def ask(self, asking: Asking) -> list[trial_pb2.Assignment]:
        """Asks until there is something to lease."""
        while True:
            try:
                assignments = asking.assignments(await self.run(asking.operation))
                if assignments:
                    return assignments
                wait = asking.wait(None)
            except Exhausted as error:
                wait = asking.wait(error)
            await asyncio.sleep(wait)
