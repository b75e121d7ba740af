"""What all tests share: real servers, temporary directories, and nothing left behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tunewright._embedded.server import EmbeddedServer
from tunewright._transport.connection import Connection


def pytest_configure() -> None:
    """Makes Ctrl-C what it is for a person, also in the processes that tests start: a shell that starts the
    tests in the background has it ignored, and that is inherited.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory of the test's own; nothing is in it yet."""
    return tmp_path / "data"


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[], EmbeddedServer]]:
    """Starts servers, each with a directory of its own, which end with the test."""
    started: list[EmbeddedServer] = []

    def start() -> EmbeddedServer:
        server = EmbeddedServer(tmp_path / f"server-{len(started)}")
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def server(start_server: Callable[[], EmbeddedServer]) -> EmbeddedServer:
    """A running server of the test's own; `.address` is where."""
    return start_server()


@pytest.fixture
def connection(server: EmbeddedServer) -> Iterator[Connection]:
    """A connection to `server`."""
    with Connection(server.address) as connection:
        yield connection


@pytest.fixture
def child_env() -> dict[str, str]:
    """The environment for child processes that import this package from here."""
    package = str(Path(__file__).resolve().parent.parent)
    rest = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{rest}" if rest else package}
