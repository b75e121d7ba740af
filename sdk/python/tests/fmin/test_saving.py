"""When the file is brought up to date."""

from __future__ import annotations

import pickle
import time
from pathlib import Path
from typing import Any

from tunewright._engine.saving import SaveFile


class Slow:
    """Takes as long to pickle as it is told."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.saved = 0

    def __reduce__(self) -> Any:
        time.sleep(self.seconds)
        self.saved += 1
        return (int, (self.saved,))


def test_one_slow_save_does_not_hold_the_next_ones_back(tmp_path: Path) -> None:
    file = SaveFile(tmp_path / "trials")
    trials = Slow()
    for _ in range(2):
        file.save(trials, now=True)
    trials.seconds = 2.0
    file.save(trials, now=True)
    trials.seconds = 0.0
    # Five times two seconds would be the share of that one save.
    deadline = time.monotonic() + 5
    while trials.saved < 4 and time.monotonic() < deadline:
        file.save(trials)
        time.sleep(0.01)
    assert pickle.loads((tmp_path / "trials").read_bytes()) == 4


def test_saves_that_are_slow_each_time_take_their_share_only(tmp_path: Path) -> None:
    file = SaveFile(tmp_path / "trials")
    trials = Slow()
    trials.seconds = 0.1
    begun = time.monotonic()
    while time.monotonic() < begun + 2:
        file.save(trials)
        time.sleep(0.005)
    # One in six tenths of a second, and the first at once.
    assert 1 <= trials.saved <= 4
