"""Connections, errors, leases and attachments against a real server."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import time
import uuid
from collections.abc import Callable

import pytest

from tunewright import errors
from tunewright._embedded.server import EmbeddedServer
from tunewright._transport import attachments
from tunewright._transport.address import url
from tunewright._transport.connection import Connection
from tunewright._transport.heartbeats import HeartbeatKeeper
from tunewright._wire.points import from_point
from tunewright.v1 import space_pb2, study_pb2, trial_pb2


def make_study(connection: Connection, name: str = "s", ttl_ms: int = 30_000) -> study_pb2.StudyRef:
    x = space_pb2.SpaceParameter(label="x", uniform=space_pb2.RealRange(low=0, high=1))
    ref = study_pb2.StudyRef(project="default", name=name)
    spec = study_pb2.StudySpec(space=space_pb2.SpaceNode(parameter=x), lease_ttl_ms=ttl_ms)
    connection.call(connection.studies.CreateStudy, study_pb2.CreateStudyRequest(study=ref, spec=spec))
    return ref


def ask(connection: Connection, ref: study_pb2.StudyRef) -> trial_pb2.Assignment:
    request = trial_pb2.AskTrialsRequest(study=ref, client_id="c", request_id=uuid.uuid4().hex)
    return connection.call(connection.trials.AskTrials, request).assignments[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("host:7070", "http://host:7070"),
        (" http://127.0.0.1:7070/ ", "http://127.0.0.1:7070"),
        ("grpc://[::1]:9", "http://[::1]:9"),
    ],
)
def test_addresses_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert url(written) == meant


@pytest.mark.parametrize(
    "written", ["", "host", "ftp://host:1", "a:1,,b:2", "host:1/path", "a b:1", "h:0", "::1:9", 7]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        Connection(written)
    assert caught.value.field == "address" and caught.value.hint


def test_a_refusal_arrives_typed_with_field_and_hint(connection: Connection) -> None:
    with pytest.raises(errors.NotFound, match="no study `nope`") as caught:
        ref = study_pb2.StudyRef(name="nope")
        connection.call(connection.studies.GetStudy, study_pb2.GetStudyRequest(study=ref))
    assert caught.value.hint and caught.value.hint in str(caught.value)
    assert isinstance(caught.value, LookupError) and caught.value.code == "not_found"
    with pytest.raises(errors.Invalid) as invalid:
        ref = study_pb2.StudyRef(name="a b")
        connection.call(connection.studies.GetStudy, study_pb2.GetStudyRequest(study=ref))
    assert invalid.value.field == "study.name"
    again = pickle.loads(pickle.dumps(invalid.value))
    assert type(again) is errors.Invalid and str(again) == str(invalid.value)


def test_a_server_that_is_not_there_is_unavailable_at_the_deadline() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        connection = Connection(f"127.0.0.1:{unused.getsockname()[1]}", timeout=0.7)
        began = time.monotonic()
        with pytest.raises(errors.Unavailable, match="no tunewright server answers") as caught:
            connection.call(connection.studies.ListStudies, study_pb2.ListStudiesRequest())
        assert time.monotonic() - began < 3
        assert isinstance(caught.value, ConnectionError) and "tunewright serve" in (caught.value.hint or "")
        connection.close()
        with pytest.raises(errors.Closed):
            connection.call(connection.studies.ListStudies, study_pb2.ListStudiesRequest())


def test_a_forked_child_connects_anew(connection: Connection) -> None:
    make_study(connection)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            answer = connection.call(connection.studies.ListStudies, study_pb2.ListStudiesRequest())
            os.write(write, answer.studies[0].name.encode())
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"s"
    assert os.waitpid(child, 0)[1] == 0
    assert len(connection.call(connection.studies.ListStudies, study_pb2.ListStudiesRequest()).studies) == 1


def test_a_kept_lease_outlives_its_ttl_and_a_lost_one_is_told(connection: Connection) -> None:
    ref = make_study(connection, ttl_ms=1_000)
    keeper = HeartbeatKeeper(connection)
    assignment = ask(connection, ref)
    assert set(from_point(assignment.point)) == {"x"}
    watch = keeper.add(assignment.lease, assignment.lease_ttl_ms)
    assert not watch.lost.wait(2.5)
    connection.call(
        connection.trials.CancelTrial,
        trial_pb2.CancelTrialRequest(study=ref, number=assignment.lease.trial),
    )
    assert watch.lost.wait(5) and watch.reason and watch.code in ("lease_lost", "closed")
    keeper.close()


def test_a_lease_that_nobody_keeps_is_lost_to_the_next_attempt(connection: Connection) -> None:
    ref = make_study(connection, ttl_ms=1_000)
    first = ask(connection, ref)
    deadline = time.monotonic() + 20
    while (second := ask(connection, ref)).lease.trial != first.lease.trial:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert second.lease.attempt == 2
    with pytest.raises(errors.LeaseLost):
        connection.call(
            connection.trials.CompleteTrial, trial_pb2.CompleteTrialRequest(lease=first.lease, loss=1)
        )


def test_a_killed_server_comes_back_at_the_same_address(
    server: EmbeddedServer, connection: Connection
) -> None:
    ref = make_study(connection)
    address, pid = server.address, server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    answer = connection.call(connection.studies.GetStudy, study_pb2.GetStudyRequest(study=ref))
    assert answer.study.name == "s" and server.address == address and server.pid != pid


def test_a_temporary_server_leaves_nothing(start_server: Callable[[], EmbeddedServer]) -> None:
    server = EmbeddedServer(None).start()
    folder, pid = server.data_dir, server.pid
    assert folder.exists() and pid is not None
    server.stop()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_directory_in_use_says_how_to_connect(server: EmbeddedServer) -> None:
    with pytest.raises(errors.Conflict, match="in use by another process") as caught:
        EmbeddedServer(server.data_dir).start()
    assert server.address in (caught.value.hint or "")


def test_attachments_round_trip(connection: Connection) -> None:
    ref = make_study(connection)
    content = os.urandom(3 * 1024 * 1024 + 1)
    attachments.put_attachment(connection, ref, None, "weights", content)
    attachments.put_attachment(connection, ref, None, "empty", b"")
    assert attachments.get_attachment(connection, ref, None, "weights") == content
    assert attachments.get_attachment(connection, ref, None, "empty") == b""
    assert [info.name for info in attachments.list_attachments(connection, ref)] == ["empty", "weights"]
    attachments.delete_attachment(connection, ref, None, "weights")
    attachments.delete_attachment(connection, ref, None, "weights")
    with pytest.raises(errors.NotFound):
        attachments.get_attachment(connection, ref, None, "weights")
