"""The committed stubs are those of the protobuf files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SDK = Path(__file__).resolve().parents[2]


def _texts(package: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in package.glob("*_pb2*") if path.is_file()}


def test_stubs_are_fresh(tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, SDK / "stubs.py", tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    fresh = _texts(tmp_path / "tunewright" / "v1")
    committed = _texts(SDK / "tunewright" / "v1")
    assert len(fresh) >= 10
    assert committed.keys() == fresh.keys(), "run `make stubs`"
    stale = [name for name, text in fresh.items() if committed[name] != text]
    assert not stale, "the protobuf files have changed: run `make stubs`"
