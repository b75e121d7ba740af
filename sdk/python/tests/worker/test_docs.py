"""The story of `docs/python-workers.md` runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.worker.conftest import PACKAGE
from tunewright._embedded.binary import find_binary

DOCUMENT = PACKAGE.parents[1] / "docs" / "python-workers.md"


def test_its_story_runs(server: Any, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "tunewright").symlink_to(find_binary())
    worker = programs / "tunewright-worker"
    worker.write_text(f'#!/bin/sh\nexec {sys.executable} -m tunewright.worker "$@"\n')
    worker.chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PACKAGE),
        "TUNEWRIGHT_SERVER": server.address,
    }
    room = tmp_path / "room"
    room.mkdir()
    ran = 0
    for info, text in re.findall(r"^```(.*)\n((?:.*\n)*?)```$", DOCUMENT.read_text("utf-8"), re.MULTILINE):
        file = re.search(r"file=(\S+)", info)
        if file is not None:
            (room / file[1]).write_text(text)
        if info == "sh test":
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=room,
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            ran += 1
            assert "8 completed" in done.stdout
    assert ran == 1
