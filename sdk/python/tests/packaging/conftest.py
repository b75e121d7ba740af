"""The wheel, built once from what cargo has built already."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SDK = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a wheel with a debug build of the binary; what the tests have built is not built anew."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", SDK.parent.parent / "target"))
    directory = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        # Without symbols the binary would have to be linked anew.
        [PROGRAMS / "maturin", "build", "--profile", "dev", "--strip", "false", "--out", directory],
        cwd=SDK,
        env=os.environ | {"CARGO_TARGET_DIR": str(target)},
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = directory.glob("*.whl")
    return wheel
