"""`trials_save_file`: a run is resumed from the file, whatever became of the one before."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hyperopt.objectives import lines, wait_for
from tunewright import Trials, fmin, hp, rand
from tunewright.compat._states import JOB_STATE_DONE

pytestmark = pytest.mark.timeout(180)

CLIENT = """
import sys
from pathlib import Path
from tests.hyperopt.objectives import Traced
from tunewright import fmin, hp, rand

if __name__ == "__main__":
    calls, file, count = sys.argv[1:]
    fmin(Traced(Path(calls), 0.05), hp.uniform("x", -5, 5), algo=rand.suggest, max_evals=int(count),
         rstate=1, show_progressbar=False, trials_save_file=file)
"""


def saved(file: Path) -> Any:
    return pickle.loads(file.read_bytes())


def points(trials: Any) -> list[str]:
    return [repr(doc["misc"]["vals"]["x"][0]) for doc in trials._dynamic_trials]


def test_a_second_run_goes_on_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "trials"
    called: list[float] = []

    def squared(x: float) -> float:
        called.append(x)
        return x * x

    def search(most: int, **arguments: Any) -> Any:
        return fmin(
            squared,
            hp.uniform("x", -5, 5),
            algo=rand.suggest,
            max_evals=most,
            rstate=1,
            show_progressbar=False,
            trials_save_file=file,
            **arguments,
        )

    search(4, points_to_evaluate=[{"x": 4.5}])
    assert len(called) == len(saved(file)) == 5 and called[0] == 4.5
    best = search(9, points_to_evaluate=[{"x": 4.5}])
    trials = saved(file)
    assert len(called) == len(trials) == 9
    assert trials.vals["x"] == called and len(set(called)) == 9
    assert trials.losses() == pytest.approx([x * x for x in called])
    assert best == {"x": min(called, key=abs)}
    search(9)
    assert len(called) == 9
    # Given trials are not read from the file; they replace what is in it.
    own = Trials()
    search(2, trials=own)
    assert len(saved(file)) == len(own) == 2


def test_the_file_is_whole_and_lacks_little_after_a_kill(tmp_path: Path, child_env: dict[str, str]) -> None:
    program = tmp_path / "client.py"
    program.write_text(CLIENT, encoding="utf-8")
    calls, file = tmp_path / "calls", tmp_path / "trials"
    kept: list[str] = []
    for _ in range(3):
        command = [sys.executable, str(program), str(calls), str(file), "100000"]
        before = len(lines(calls, "ended"))
        client = subprocess.Popen(command, env=child_env, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: len(lines(calls, "ended")) >= before + 25 or client.poll() is not None)  # noqa: B023
        finally:
            client.kill()
            client.wait(timeout=10)
        trials = saved(file)
        done = [doc for doc in trials._dynamic_trials if doc["state"] == JOB_STATE_DONE]
        ended = [words[3] for words in lines(calls, "ended")]
        assert {repr(doc["misc"]["vals"]["x"][0]) for doc in done} <= set(ended)
        assert all(abs(doc["result"]["loss"] - doc["misc"]["vals"]["x"][0] ** 2) < 1e-9 for doc in done)
        # What was in the file before is still there, and of the 25 that ended since nearly all are.
        assert points(trials)[: len(kept)] == kept
        assert len(done) >= len(kept) + 20
        kept = [repr(doc["misc"]["vals"]["x"][0]) for doc in done]
    command = [sys.executable, str(program), str(calls), str(file), str(len(kept) + 10)]
    subprocess.run(command, env=child_env, check=True, timeout=120)
    trials = saved(file)
    assert len(trials) == len(kept) + 10
    assert points(trials)[: len(kept)] == kept
    # A kill in the middle of a save leaves a part, which never takes the file's place.
    assert {name for name in os.listdir(tmp_path) if not name.endswith(".part")} == {
        "client.py",
        "calls",
        "trials",
    }


def test_parallel_runs_save_and_resume(tmp_path: Path) -> None:
    file = tmp_path / "trials"
    for most in (4, 8):
        fmin(
            lambda x: x * x,
            hp.uniform("x", -5, 5),
            algo=rand.suggest,
            max_evals=most,
            trials=saved(file) if file.exists() else Trials(parallelism=2),
            rstate=most,
            show_progressbar=False,
            trials_save_file=file,
        )
        trials = saved(file)
        assert [doc["state"] for doc in trials._dynamic_trials] == [JOB_STATE_DONE] * most
        assert trials.losses() == pytest.approx([x * x for x in trials.vals["x"]])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fmin(
            lambda x: x,
            hp.uniform("x", 0, 1),
            algo=rand.suggest,
            max_evals=1,
            show_progressbar=False,
            trials_save_file=tmp_path / "none" / "trials",
        )
