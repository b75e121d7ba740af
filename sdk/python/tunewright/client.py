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
from tunewright._transport.access import Access
from tunewright._transport.connection import Connection
from tunewright._transport.heartbeats import HeartbeatKeeper
from tunewright._transport.spooled import Spooled
from tunewright.errors import Exhausted, Invalid
from tunewright.v1 import trial_pb2

Result = TypeVar("Result")


class Client:
    """A connection to the server at `host:port`, `http://host:port` or with TLS `https://host:port`, or to
    the first that answers of several with commas between them; without an address, to a server that this
    process starts for the directory `data_dir`.

    `token` says who calls (else `TUNEWRIGHT_TOKEN`, or the file that `TUNEWRIGHT_TOKEN_FILE` names); it is
    never sent to another machine without TLS, unless `insecure`. `tls_ca` names the authorities that may
    vouch for a server, `tls_cert` and `tls_key` what is shown to it: PEM files (else `TUNEWRIGHT_TLS_CA`,
    `_CERT`, `_KEY`). `spool` is a directory where results are kept until the server has acknowledged them,
    so that a program that is killed meanwhile sends them when it is started again.

    Nothing is sent before the first call, but what is in `spool`. `timeout`: how many seconds a call may
    take with all its retries. `client_id` names this program to the server; one that is stable over
    restarts can have its running trials back with `study.ask(reclaim=True)`. By default it is made of host,
    process id and the process's start.
    """

    def __init__(
        self,
        address: str | None = None,
        project: str = "default",
        *,
        timeout: float = 30.0,
        client_id: str | None = None,
        data_dir: Path | str = DEFAULT_DATA_DIR,
        token: str | None = None,
        tls_ca: Path | str | None = None,
        tls_cert: Path | str | None = None,
        tls_key: Path | str | None = None,
        insecure: bool = False,
        spool: Path | str | None = None,
    ) -> None:
        self.project = text("project", project)
        self._client_id = client_id
        if address is None:
            if spool is not None:
                raise Invalid("is for a server at an address", field="spool", hint="name its `address`")
            server = EmbeddedServer.at(data_dir)
            self.connection = Connection(server.address, timeout=timeout, diagnosis=server.failure)
        else:
            access = Access(token, tls_ca, tls_cert, tls_key, insecure)
            self.connection = Connection(address, timeout=timeout, access=access)
        self.keeper = HeartbeatKeeper(self.connection)
        self.spooled = Spooled.at(spool, self.connection)
        if self.spooled is not None:
            self.spooled.send_when_reached()

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
