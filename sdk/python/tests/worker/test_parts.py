"""The parts of a worker that need no other process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any

import grpc
import pytest

from tests.worker.conftest import PACKAGE
from tunewright._outcome import OUTPUT_MAX
from tunewright._transport.connection import Connection
from tunewright.errors import Invalid, TunewrightError
from tunewright.v1.trial_pb2 import LeaseRef
from tunewright.worker._frames import Decoder, encode
from tunewright.worker.attach import HEARTBEAT_LEAST, Announcement, period, until_next
from tunewright.worker.backoff import Backoff
from tunewright.worker.deliver import GaveUp, deliver
from tunewright.worker.gpus import shared_out
from tunewright.worker.loading import split
from tunewright.worker.memory import counter, rose
from tunewright.worker.output import Output


def test_messages_arrive_whole_however_they_are_cut() -> None:
    sent = [
        ({"kind": "a", "x": [1, 2.5, "é"]}, []),
        ({"kind": "b"}, [b"", b"\x00" * 70_000]),
        ({"kind": "c"}, []),
    ]
    stream = b"".join(chunk for message, blobs in sent for chunk in encode(message, blobs))
    for step in (1_000, 7, len(stream)):
        decoder = Decoder()
        arrived = []
        for start in range(0, len(stream), step):
            arrived += list(decoder.feed(stream[start : start + step]))
        assert [(message["kind"], blobs) for message, blobs in arrived] == [
            (message["kind"], blobs) for message, blobs in sent
        ]
    assert arrived[0][0]["x"] == [1, 2.5, "é"]


@pytest.mark.parametrize("data", [b"X" + bytes(8), b"J" + b"\xff" * 8, b"B" + bytes(8)])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="frame"):
        list(Decoder().feed(data))


def test_only_the_end_of_an_output_is_kept() -> None:
    output = Output()
    assert (output.text(), output.last_line()) == ("", "")
    for number in range(100_000):
        output.push(f"line {number}\n".encode())
    text = output.text()
    assert len(text.encode()) <= OUTPUT_MAX and text.startswith("line ")
    output.push(b"caf\xc3\n  \n")
    assert output.last_line() == "caf\ufffd"


def test_waits_double_up_to_a_most_within_their_jitter() -> None:
    backoff = Backoff(1.0, 15.0)
    for full in (1, 2, 4, 8, 15, 15):
        assert full / 2 <= backoff.wait() <= full
    assert backoff.wait(99.0) == 15.0
    backoff.reset()
    assert backoff.wait() <= 1.0


def test_heartbeats_follow_the_shortest_lease() -> None:
    def leases(*ttls: float) -> Announcement:
        return Announcement(leases=tuple((LeaseRef(), ttl) for ttl in ttls))

    assert period(leases(), 10.0) == 10.0
    assert period(leases(30.0), 10.0) == 10.0
    assert period(leases(30.0, 3.0), 10.0) == 1.0
    assert period(leases(0.001), 10.0) == HEARTBEAT_LEAST
    # As often it looks for a server that is away.
    assert until_next(12.0, leases()) == 12.0
    assert until_next(12.0, leases(3.0)) == 1.0
    assert until_next(0.4, leases(3.0)) == 0.4


class Failure(grpc.RpcError, grpc.Call):  # type: ignore[misc]
    """A failed call."""

    def __init__(self, code: grpc.StatusCode) -> None:
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return "no"

    def trailing_metadata(self) -> Any:
        return ()


for _name in ("add_callback", "cancel", "initial_metadata", "is_active", "time_remaining"):
    setattr(Failure, _name, lambda *_: None)
Failure.__abstractmethods__ = frozenset()


def test_what_may_pass_is_tried_again_and_what_never_will_is_not() -> None:
    passing = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN, grpc.StatusCode.RESOURCE_EXHAUSTED]
    failed: list[int] = []

    def call(timeout: float) -> int:
        if passing:
            raise Failure(passing.pop())
        return 7

    assert (
        deliver(
            "a result", Connection("127.0.0.1:1"), threading.Event(), call, failed=lambda: failed.append(1)
        )
        == 7
    )
    assert len(failed) == 3
    calls = 0

    def refused(timeout: float) -> int:
        nonlocal calls
        calls += 1
        raise Failure(grpc.StatusCode.INVALID_ARGUMENT)

    with pytest.raises(TunewrightError):
        deliver("a result", Connection("127.0.0.1:1"), threading.Event(), refused)
    assert calls == 1


def test_an_end_gives_up() -> None:
    give_up = threading.Event()

    def call(timeout: float) -> int:
        threading.Timer(0.2, give_up.set).start()
        raise Failure(grpc.StatusCode.UNAVAILABLE)

    with pytest.raises(GaveUp):
        deliver("a result", Connection("127.0.0.1:1"), give_up, call)


def test_the_kernels_counter_of_kills_is_read() -> None:
    assert counter("low 0\noom 3\noom_kill 2\noom_group_kill 0\n") == 2
    assert counter("oom 3\n") == 0
    assert rose([0, 2], [0, 3]) and not rose([0, 2], [0, 2])


@pytest.mark.parametrize("name", ["train", "train:", ":f", "a b:f", "train:f()", "train.:f", "train:f:g"])
def test_functions_are_named_by_module_and_name(name: str) -> None:
    assert split("pkg.train:Model.fit", "objective") == ("pkg.train", "Model.fit")
    with pytest.raises(Invalid, match="objective: must be `module:function`"):
        split(name, "objective")


def test_gpus_are_shared_out_in_order() -> None:
    assert shared_out("", 3, 1) == ()
    assert shared_out("0, 1,2,GPU-7f", 2, 2) == ("0,1", "2,GPU-7f")
    assert shared_out("0,0", 2, 1) == ("0", "0")
    for gpus, slots, per_slot, message in (
        ("0", 2, 1, "gpus: must be at least 2 for 2 slots of 1, not 1"),
        ("0", 1, 0, "gpus_per_slot: must be at least 1"),
        ("0,,1", 1, 1, "must be `auto` or names separated by commas"),
    ):
        with pytest.raises(Invalid, match=message):
            shared_out(gpus, slots, per_slot)


def test_a_slots_process_brings_in_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys, tunewright.worker.slot_process\n"
        "print([name for name in ('grpc', 'google.protobuf', 'numpy', 'cloudpickle') if name in sys.modules])"
    )
    path = os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.stdout.strip() == "[]"


def test_frames_are_json() -> None:
    (chunk,) = encode({"kind": "x"})
    assert json.loads(chunk[9:]) == {"kind": "x", "blobs": 0}
