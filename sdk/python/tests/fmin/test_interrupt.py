"""Ctrl-C during an `fmin` with workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hyperopt.objectives import lines, wait_for
from tests.worker.conftest import is_gone

pytestmark = pytest.mark.timeout(180)

CLIENT = """
import sys
from pathlib import Path
from tests.hyperopt.objectives import Traced
from tunewright import Trials, fmin, hp, rand
from tunewright._embedded.server import EmbeddedServer

if __name__ == "__main__":
    calls, data_dir, seconds = sys.argv[1:]
    trials = Trials(study="interrupted", data_dir=data_dir, parallelism=2)
    print(EmbeddedServer.at(data_dir).pid, flush=True)
    try:
        fmin(Traced(Path(calls), float(seconds)), hp.uniform("x", -5, 5), algo=rand.suggest, max_evals=8,
             trials=trials, rstate=1, show_progressbar=False)
    except KeyboardInterrupt:
        states = [doc["state"] for doc in trials._dynamic_trials]
        print("interrupted", *states, flush=True)
        sys.exit(3)
    print("done", *sorted(repr(x) for x in trials.vals["x"]), flush=True)
"""


def started(tmp_path: Path, env: dict[str, str], seconds: float) -> subprocess.Popen[str]:
    program = tmp_path / "client.py"
    program.write_text(CLIENT, encoding="utf-8")
    command = [sys.executable, str(program), str(tmp_path / "calls"), str(tmp_path / "data"), str(seconds)]
    # Its own group, as a terminal would have it: Ctrl-C goes to all of the group.
    return subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def processes(calls: Path) -> set[int]:
    """The slots and the workers that the calls so far ran in."""
    return {int(pid) for words in lines(calls, "begun") for pid in words[1:3]}


@pytest.mark.parametrize("seconds", [0.5, 60.0])
def test_trials_end_cleanly_and_the_study_can_be_gone_on_with(
    tmp_path: Path, child_env: dict[str, str], seconds: float
) -> None:
    """While trials come and go, and while all hang."""
    calls = tmp_path / "calls"
    client = started(tmp_path, child_env, seconds)
    try:
        assert client.stdout is not None
        server = int(client.stdout.readline())
        enough: Any = (lambda: len(lines(calls, "ended")) >= 3) if seconds < 1 else None
        wait_for(enough or (lambda: len(lines(calls, "begun")) >= 2))
        ended_before = {words[3] for words in lines(calls, "ended")}
        os.killpg(client.pid, signal.SIGINT)
        began = time.monotonic()
        out, errors = client.communicate(timeout=30)
        took = time.monotonic() - began
    finally:
        client.kill()
        client.wait(10)
    assert client.returncode == 3, errors
    # Nothing runs on, in the trials object as little as in fact.
    word, *states = out.split()
    assert word == "interrupted" and set(states) <= {"2", "4"}, out
    assert took < 15
    for pid in (server, *processes(calls)):
        assert wait_for(lambda: is_gone(pid), 10)  # noqa: B023
    second = started(tmp_path, child_env, 0.05)
    out, errors = second.communicate(timeout=90)
    assert second.returncode == 0, errors
    points = out.split()[2:]
    assert len(points) >= 6
    # Nothing that had ended was lost, nor evaluated again.
    known = {words[3] for words in lines(calls, "ended")}
    assert ended_before <= set(points) <= known
    repeated = [words[3] for words in lines(calls, "ended")]
    assert len(repeated) == len(set(repeated))


def test_a_second_ctrl_c_while_trials_are_being_ended(tmp_path: Path, child_env: dict[str, str]) -> None:
    calls = tmp_path / "calls"
    client = started(tmp_path, child_env, 60.0)
    try:
        assert client.stdout is not None
        server = int(client.stdout.readline())
        wait_for(lambda: len(lines(calls, "begun")) >= 2)
        for _ in range(3):
            os.killpg(client.pid, signal.SIGINT)
            time.sleep(0.05)
        client.communicate(timeout=30)
    finally:
        client.kill()
        client.wait(10)
    assert client.returncode != 0
    for pid in (server, *processes(calls)):
        assert wait_for(lambda: is_gone(pid), 20)  # noqa: B023
