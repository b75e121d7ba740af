"""Objectives that leave traces in files, since they run in other processes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any


class Traced:
    """Appends a line for each call to `path`, sleeps, and gives the square of its argument as the loss."""

    def __init__(self, path: Path, seconds: float = 0.0) -> None:
        self.path = path
        self.seconds = seconds

    def __call__(self, x: float) -> float:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"begun {os.getpid()} {os.getppid()} {x!r}\n")
        time.sleep(self.seconds)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"ended {os.getpid()} {os.getppid()} {x!r}\n")
        return x * x


def lines(path: Path, kind: str) -> list[list[str]]:
    """What the calls so far have left, as lists of words; `kind` is `begun` or `ended`."""
    if not path.exists():
        return []
    found = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return [words for words in found if words[0] == kind]


def wait_for(holds: Any, timeout: float = 60.0) -> Any:
    """Waits until `holds()` is true, and gives what it returned."""
    until = time.monotonic() + timeout
    while not (found := holds()):
        if time.monotonic() > until:
            raise TimeoutError(f"{holds} did not come true within {timeout} s")
        time.sleep(0.05)
    return found
