"""Who calls, and whether the server is the server: tokens, TLS, and several addresses."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.fixed_server import FixedServer
from tunewright import aio, errors
from tunewright._transport.access import Access
from tunewright._transport.connection import Connection
from tunewright.client import Client
from tunewright.spaces import Float
from tunewright.study import Study
from tunewright.v1 import study_pb2, study_pb2_grpc

TOKEN = "tw_worker_c0ffee"


class Porter(study_pb2_grpc.StudyServiceServicer):
    """Notes who calls."""

    def __init__(self) -> None:
        self.seen: list[str | None] = []

    def _note(self, context: Any) -> None:
        self.seen.append(dict(context.invocation_metadata()).get("authorization"))

    def ListStudies(self, request: Any, context: Any) -> Any:
        self._note(context)
        return study_pb2.ListStudiesResponse()

    def WatchStudy(self, request: Any, context: Any) -> Iterator[Any]:
        self._note(context)
        yield study_pb2.WatchStudyResponse()


Serve = Callable[..., str]


@pytest.fixture
def porter() -> Porter:
    return Porter()


@pytest.fixture
def serve(porter: Porter) -> Iterator[Serve]:
    """Starts servers with a porter; with credentials, over TLS."""
    started = []

    def start(credentials: grpc.ServerCredentials | None = None) -> str:
        server = grpc.server(futures.ThreadPoolExecutor(4))
        study_pb2_grpc.add_StudyServiceServicer_to_server(porter, server)
        if credentials is None:
            port = server.add_insecure_port("127.0.0.1:0")
        else:
            port = server.add_secure_port("127.0.0.1:0", credentials)
        server.start()
        started.append(server)
        return f"localhost:{port}"

    yield start
    for server in started:
        server.stop(None).wait(10)


def test_every_call_says_who_calls(serve: Serve, porter: Porter, monkeypatch: pytest.MonkeyPatch) -> None:
    address = serve()
    with Client(address) as client:
        client.studies()
    assert porter.seen == [None]
    with Client(address, token=TOKEN) as client:
        client.studies()
        next(iter(client.connection.studies.WatchStudy(study_pb2.WatchStudyRequest())))
    assert porter.seen[1:] == [f"Bearer {TOKEN}"] * 2
    monkeypatch.setenv("TUNEWRIGHT_TOKEN", "tw_of_the_environment")

    async def asynchronously() -> None:
        async with aio.Client(address) as client:
            await client.studies()

    asyncio.run(asynchronously())
    assert porter.seen[3:] == ["Bearer tw_of_the_environment"]


def test_the_token_is_looked_for_in_its_places_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("TUNEWRIGHT_TOKEN_FILE", str(file))
    found = Access().or_environment()
    assert found.token == TOKEN and "c0ffee" not in repr(found)
    assert Access("tw_said").or_environment().token == "tw_said"
    connection = Connection("127.0.0.1:1")
    assert b"c0ffee" not in pickle.dumps(connection)
    monkeypatch.setenv("TUNEWRIGHT_TOKEN", "two words secret")
    with pytest.raises(errors.Invalid) as caught:
        Access().or_environment()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["host:1", "http://10.0.0.1:1", "localhost:1,127.0.0.1.example.com:2"])
def test_a_token_never_leaves_this_machine_unencrypted(address: str) -> None:
    with pytest.raises(errors.Invalid, match="unencrypted") as caught:
        Connection(address, access=Access(TOKEN))
    assert caught.value.hint and TOKEN not in str(caught.value)
    Connection(address, access=Access(TOKEN, insecure=True))
    Connection(address)
    Connection("https://host:1,[::1]:2,localhost:3", access=Access(TOKEN))


def test_tls_takes_only_whom_the_authority_vouches_for(
    serve: Serve, porter: Porter, certificates: Path
) -> None:
    pair = (certificates / "server.key").read_bytes(), (certificates / "server.pem").read_bytes()
    address = serve(grpc.ssl_server_credentials([pair]))
    ca = certificates / "ca.pem"
    with Client(f"https://{address}", token=TOKEN, tls_ca=ca) as client:
        assert client.studies() == []
    assert porter.seen == [f"Bearer {TOKEN}"]

    async def asynchronously() -> None:
        async with aio.Client(f"https://{address}", tls_ca=ca) as client:
            await client.studies()

    asyncio.run(asynchronously())
    assert len(porter.seen) == 2
    for stranger in (Client(f"https://{address}", timeout=0.5), Client(address, timeout=0.5)):
        with stranger, pytest.raises(errors.Unavailable):
            stranger.studies()
    assert len(porter.seen) == 2


def test_a_server_may_want_to_see_a_certificate(serve: Serve, certificates: Path) -> None:
    pair = (certificates / "server.key").read_bytes(), (certificates / "server.pem").read_bytes()
    root = (certificates / "ca.pem").read_bytes()
    address = f"https://{serve(grpc.ssl_server_credentials([pair], root, require_client_auth=True))}"
    ca, cert, key = (certificates / name for name in ("ca.pem", "client.pem", "client.key"))
    with Client(address, tls_ca=ca, tls_cert=cert, tls_key=key) as client:
        assert client.studies() == []
    with Client(address, tls_ca=ca, timeout=0.5) as client, pytest.raises(errors.Unavailable):
        client.studies()
    with pytest.raises(errors.Invalid, match="tls_key"):
        Client(address, tls_cert=cert)


def test_the_next_server_is_used_when_one_is_killed(tmp_path: Path) -> None:
    first, second = FixedServer(tmp_path / "store"), FixedServer(tmp_path / "store")
    first.start()
    try:
        client = Client(f"{second.address},{first.address}", timeout=20)
        study = Study.create("s", {"x": Float(0, 1)}, client=client)
        trial = study.ask()
        turn = client.connection.turn
        trial.report(1.0, 0)
        assert client.connection.turn == turn, "the one that answered stays in use"
        first.kill()
        second.start()
        trial.tell(0.5)
        assert [record.loss for record in study.list_trials()] == [0.5]

        async def asynchronously() -> int:
            async with aio.Client(f"{first.address},{second.address}", timeout=20) as other:
                return len(await other.studies())

        assert asyncio.run(asynchronously()) == 1
    finally:
        first.kill()
        second.kill()
