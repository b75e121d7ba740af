"""Results that no server takes at the moment: they wait on disk, and outlive a program that is killed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fixed_server import FixedServer
from tunewright import errors
from tunewright._transport.address import places
from tunewright._transport.spool import Kept, Spool
from tunewright.client import Client
from tunewright.spaces import Float
from tunewright.study import Study
from tunewright.v1 import trial_pb2 as pb

HERE = "127.0.0.1:7070"


def report(trial: int = 0) -> pb.CompleteTrialRequest:
    return pb.CompleteTrialRequest(lease=pb.LeaseRef(trial=trial, attempt=1, lease_id=f"l{trial}"), loss=0.5)


def keep(spool: Spool, trial: int = 0) -> Kept:
    kept = spool.keep(report(trial))
    assert kept is not None
    return kept


def test_reports_come_back_in_their_order_once_their_process_has_let_go(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "made", places(HERE))
    kept = []
    for trial in range(5):
        kept.append(keep(spool, trial))
        time.sleep(0.002)
    assert list(spool.waiting()) == [], "they are locked, and nobody else's"
    for each in kept:
        each.leave()
    found = list(spool.waiting())
    assert [each.report for each in found] == [report(trial) for trial in range(5)]
    assert stat.S_IMODE(found[0].path.stat().st_mode) == 0o600
    for each in found:
        each.remove()
    assert os.listdir(tmp_path / "made") == []


def test_what_is_for_other_servers_stays(tmp_path: Path) -> None:
    keep(Spool(tmp_path, places(HERE))).leave()
    assert list(Spool(tmp_path, places("other:7070")).waiting()) == []
    assert len(list(Spool(tmp_path, places("standby:1,http://localhost:7070")).waiting())) == 1


def test_corrupt_files_are_set_aside(tmp_path: Path) -> None:
    spool = Spool(tmp_path, places(HERE))
    good = keep(spool)
    good.leave()
    whole = good.path.read_bytes()
    for number, wrong in enumerate([b"", b"{}\n", b"7\n", whole[:-2], whole[:-1] + b"!", bytes(2 << 20)]):
        (tmp_path / f"0{number}.report").write_bytes(wrong)
    assert len(list(spool.waiting())) == 1
    assert len(list(tmp_path.glob("*.corrupt"))) == 6


def test_a_full_directory_is_borne_and_a_wrong_one_refused(tmp_path: Path) -> None:
    spool = Spool(tmp_path, places(HERE))
    with (tmp_path / "filler").open("wb") as filler:
        filler.truncate(64 << 20)
    assert spool.keep(report()) is None
    with pytest.raises(errors.Invalid) as caught:
        Spool(tmp_path / "filler", places(HERE))
    assert caught.value.field == "spool"


PROGRAM = """
import sys
from tunewright.client import Client
from tunewright.study import Study

client = Client(sys.argv[1], spool=sys.argv[2])
study = Study.open("s", client=client)
trial = study.ask()
print("asked", flush=True)
sys.stdin.readline()
trial.tell({"loss": 0.25, "note": "kept"})
"""


def test_a_killed_programs_result_is_sent_by_its_successor(tmp_path: Path, child_env: dict[str, str]) -> None:
    server, spool = FixedServer(tmp_path / "store").start(), tmp_path / "spool"
    try:
        with Client(server.address) as client:
            Study.create("s", {"x": Float(0, 1)}, client=client)
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, server.address, str(spool)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_env,
        )  # fmt: skip
        assert program.stdin is not None and program.stdout is not None
        assert program.stdout.readline() == b"asked\n"
        server.kill()
        program.stdin.write(b"\n")
        program.stdin.flush()
        until = time.monotonic() + 20
        while not list(spool.glob("*.report")):
            assert time.monotonic() < until, "it is not on disk"
            time.sleep(0.02)
        program.kill()
        program.communicate(timeout=20)
        server.start()
        with Client(server.address, spool=spool) as client:
            while list(spool.glob("*.report")):
                assert time.monotonic() < until, "it is not sent"
                time.sleep(0.02)
            trials = Study.open("s", client=client).list_trials()
        assert [(trial.state, trial.loss, trial.attempt) for trial in trials] == [("completed", 0.25, 1)]
    finally:
        server.kill()


def test_what_was_told_waits_no_more_and_a_closed_client_forgets_nothing(tmp_path: Path) -> None:
    server, spool = FixedServer(tmp_path / "store").start(), tmp_path / "spool"
    try:
        client = Client(server.address, spool=spool)
        study = Study.create("s", {"x": Float(0, 1)}, client=client)
        study.ask().tell(1.0)
        assert list(spool.glob("*.report")) == []
        trial = study.ask()
        client.close()
        with pytest.raises(errors.Closed):
            trial.tell(0.5)
        assert len(list(spool.glob("*.report"))) == 1
    finally:
        server.kill()


def test_a_server_of_this_process_needs_none(tmp_path: Path) -> None:
    with pytest.raises(errors.Invalid, match="spool"):
        Client(data_dir=tmp_path, spool=tmp_path)
