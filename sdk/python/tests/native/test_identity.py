"""Whose trials a process may take over."""

from __future__ import annotations

import os
import subprocess
import sys

from tunewright._study import identity


def test_only_processes_that_are_no_more_leave_orphans() -> None:
    own = identity.client_id()
    before, _, started = own.rpartition("-")
    host = before.rpartition("-p")[0]
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        ended.wait(20)
    gone = f"{host}-p{ended.pid}-1"
    elsewhere = f"py-elsewhere-p{ended.pid}-1"
    # The process of before a container's start had this one's number.
    former = f"{before}-{int(started) + 1}"
    living = f"{host}-p{os.getppid()}-"
    lessees = [own, gone, gone, elsewhere, former, living, "some-worker", None]
    assert identity.orphans(lessees) == {gone: 2, former: 1}
