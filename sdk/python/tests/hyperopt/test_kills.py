"""What is killed during `fmin`: nothing that was finished is lost, and nothing hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hyperopt import hp, rand
from hyperopt.base import JOB_STATE_DONE, JOB_STATE_ERROR

from tests.hyperopt.objectives import Traced, lines, wait_for
from tunewright._embedded.server import EmbeddedServer
from tunewright.hyperopt import TunewrightTrials, fmin

pytestmark = pytest.mark.timeout(240)

DEADLINE = 150.0

CLIENT = """
import sys
from pathlib import Path
from hyperopt import hp, rand
from tests.hyperopt.objectives import Traced
from tunewright.hyperopt import TunewrightTrials, fmin

if __name__ == "__main__":
    path, data_dir, parallelism = sys.argv[1:]
    trials = TunewrightTrials(study="killed", data_dir=data_dir, parallelism=int(parallelism))
    fmin(Traced(Path(path), 0.5), hp.uniform("x", -5, 5), algo=rand.suggest, max_evals=10, trials=trials,
         rstate=1, show_progressbar=False)
    print(len(trials), *sorted(repr(x) for x in trials.vals["x"]))
"""


class InThread:
    """A run of `fmin` on a thread, so that the test can kill what it stands on."""

    def __init__(self, objective: Any, trials: Any, max_evals: int) -> None:
        self.error: BaseException | None = None

        def run() -> None:
            try:
                fmin(
                    objective,
                    hp.uniform("x", -5, 5),
                    algo=rand.suggest,
                    max_evals=max_evals,
                    trials=trials,
                    rstate=1,
                    show_progressbar=False,
                )
            except BaseException as error:
                self.error = error

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def end(self) -> None:
        self.thread.join(timeout=DEADLINE)
        assert not self.thread.is_alive(), "fmin hangs"
        if self.error is not None:
            raise self.error


def assert_complete(trials: Any, path: Path, count: int) -> None:
    """All trials are done, and each has the result of a call that really ended."""
    assert [doc["state"] for doc in trials._dynamic_trials] == [JOB_STATE_DONE] * count
    ended = {words[3] for words in lines(path, "ended")}
    assert {repr(x) for x in trials.vals["x"]} <= ended
    assert trials.losses() == pytest.approx([x * x for x in trials.vals["x"]])


def test_a_killed_child_of_a_worker(tmp_path: Path) -> None:
    path = tmp_path / "calls"
    trials = TunewrightTrials(parallelism=2)
    run = InThread(Traced(path, 1.0), trials, 6)
    wait_for(lambda: lines(path, "ended"))
    ended = {words[3] for words in lines(path, "ended")}
    victim = wait_for(lambda: [words for words in lines(path, "begun") if words[3] not in ended])[-1]
    os.kill(int(victim[1]), signal.SIGKILL)
    run.end()
    # It is told apart from an exception, and costs that trial alone.
    (failed,) = [doc for doc in trials._dynamic_trials if doc["state"] != JOB_STATE_DONE]
    assert failed["state"] == JOB_STATE_ERROR
    assert repr(failed["misc"]["vals"]["x"][0]) == victim[3]
    assert "signal 9" in failed["misc"]["error"][1] or "SIGKILL" in failed["misc"]["error"][1]
    assert len(trials) == 5
    assert trials.losses() == pytest.approx([x * x for x in trials.vals["x"]])


def test_a_killed_worker(tmp_path: Path) -> None:
    path = tmp_path / "calls"
    trials = TunewrightTrials(parallelism=2)
    run = InThread(Traced(path, 1.0), trials, 6)
    wait_for(lambda: lines(path, "ended"))
    os.kill(int(lines(path, "begun")[-1][2]), signal.SIGKILL)
    run.end()
    assert_complete(trials, path, 6)
    # What had ended before was not evaluated again: only the two that ran then may have been.
    assert len(lines(path, "begun")) <= 6 + 2


@pytest.mark.parametrize("parallelism", [1, 2])
def test_a_killed_server(tmp_path: Path, parallelism: int) -> None:
    path = tmp_path / "calls"
    trials = TunewrightTrials(parallelism=parallelism)
    run = InThread(Traced(path, 0.5), trials, 8)
    wait_for(lambda: len(lines(path, "ended")) >= 2)
    pid = EmbeddedServer.shared().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    run.end()
    assert_complete(trials, path, 8)
    assert len(lines(path, "ended")) == 8


@pytest.mark.parametrize("parallelism", [1, 2])
def test_a_killed_client(tmp_path: Path, child_env: dict[str, str], parallelism: int) -> None:
    program = tmp_path / "client.py"
    program.write_text(CLIENT, encoding="utf-8")
    path, data_dir = tmp_path / "calls", tmp_path / "data"
    command = [sys.executable, str(program), str(path), str(data_dir), str(parallelism)]
    first = subprocess.Popen(command, env=child_env, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(lines(path, "ended")) >= 3 or first.poll() is not None)
    finally:
        first.kill()
        first.wait(timeout=10)
    ended = {words[3] for words in lines(path, "ended")}
    told = subprocess.run(
        command, env=child_env, capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert told.returncode == 0, told.stderr
    count, *points = told.stdout.split()
    assert count == "10"
    # The very last to end may not have been told any more; all before it are kept.
    assert len(ended & set(points)) >= len(ended) - parallelism
    repeated = [words[3] for words in lines(path, "ended")]
    assert len(repeated) - len(set(repeated)) <= parallelism
