"""The connection to a server, as programs use it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from tunewright._embedded.server import DEFAULT_DATA_DIR, EmbeddedServer
from tunewright._study import identity, operations
from tunewright._study.asking import Asking
from tunewright._study.operations import Operation
from tunewright._study.records import StudyInfo
from tunewright._study.settings import text
from tunewright._transport.connection import Connection
from tunewright._transport.heartbeats import HeartbeatKeeper
from tunewright.errors import Exhausted
from tunewright.v1 import trial_pb2

Result = TypeVar("Result")


class Client:
    """A connection to the server at `host:port` or `http://host:port`; without an address, to a server that
    this process starts for the directory `data_dir`.

    Nothing is sent before the first call. `timeout`: how many seconds a call may take with all its retries.
    `client_id` names this program to the server; one that is stable over restarts can have its running trials
    back with `study.ask(reclaim=True)`. By default it is made of host, process id and the process's start.
    """

    def __init__(
        self,
        address: str | None = None,
        project: str = "default",
        *,
        timeout: float = 30.0,
        client_id: str | None = None,
        data_dir: Path | str = DEFAULT_DATA_DIR,
    ) -> None:
        self.project = text("project", project)
        self._client_id = client_id
        if address is None:
            server = EmbeddedServer.at(data_dir)
            self.connection = Connection(server.address, timeout=timeout, diagnosis=server.failure)
        else:
            self.connection = Connection(address, timeout=timeout)
        self.keeper = HeartbeatKeeper(self.connection)

    @property
    def address(self) -> str:
        """The server's address."""
        return self.connection.address

    @property
    def client_id(self) -> str:
        """What the server calls this program."""
        return self._client_id or identity.client_id()

    def studies(self) -> list[StudyInfo]:
        """All studies of the project."""
        return [*self._pages()]

    def close(self) -> None:
        """Ends the connection. The leases of trials that have not ended run out."""
        self.keeper.close()
        self.connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, operation: Operation[Result], *, timeout: float | None = None) -> Result:
        """Sends a request and gives what its answer means."""
        method = getattr(getattr(self.connection, operation.service), operation.method)
        patience = operation.timeout if timeout is None else timeout
        return operation.decode(self.connection.call(method, operation.request, timeout=patience))

    def ask(self, asking: Asking) -> list[trial_pb2.Assignment]:
        """Asks until there is something to lease."""
        while True:
            try:
                assignments = asking.assignments(self.run(asking.operation))
                if assignments:
                    return assignments
                wait = asking.wait(None)
            except Exhausted as error:
                wait = asking.wait(error)
            time.sleep(wait)

    def _pages(self) -> Iterator[StudyInfo]:
        token = ""
        while True:
            studies, token = self.run(operations.list_studies(self.project, token))
            yield from studies
            if not token:
                return
