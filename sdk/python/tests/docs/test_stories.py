"""What the documents for Python print is run, in a directory of its own, as its reader would."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.story import Step, blocks, steps

SDK = Path(__file__).resolve().parents[2]
ROOT = SDK.parent.parent

STORIES = {
    "README.md": ("python",),
    "docs/python.md": ("python", "sh"),
    "docs/hyperopt.md": ("python", "sh"),
    "sdk/python/README.md": ("python", "sh"),
}
"""The documents, and the languages whose blocks are run; the Rust tests run the shell of `README.md`."""

SECONDS = 100


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The reader's environment: the programs that an installation brings are in the PATH."""
    programs = tmp_path / "programs"
    programs.mkdir()
    binary = os.environ.get("TUNEWRIGHT_BINARY")
    assert binary, "TUNEWRIGHT_BINARY must name the binary"
    (programs / "tunewright").symlink_to(binary)
    worker = (SDK / "wheel" / "scripts" / "tunewright-worker").read_text(encoding="utf-8")
    (programs / "tunewright-worker").write_text(
        worker.replace("#!python", f"#!{sys.executable}", 1), encoding="utf-8"
    )
    (programs / "tunewright-worker").chmod(0o755)
    (programs / "python").symlink_to(sys.executable)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TUNEWRIGHT_")}
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), environ["PATH"]])
    return environ | {"PATH": path, "PYTHONPATH": str(SDK), "MPLBACKEND": "Agg"}


class Telling:
    """A story in the course of being told; what its steps leave running is ended with it."""

    def __init__(self, place: Path, environ: dict[str, str]) -> None:
        self._place = place
        self._environ = environ
        self._port = _free_port()
        self._groups: list[int] = []

    def tell(self, step: Step) -> tuple[int | None, str]:
        """The exit code and the output of a step; None if it took too long."""
        for name, text in step.files.items():
            (self._place / name).write_text(text, encoding="utf-8")
        # Another server may have the usual port.
        text = step.block.text.replace(":7070", f":{self._port}")
        if step.block.language == "sh":
            command = ["bash", "-euo", "pipefail", "-c", text]
        else:
            program = self._place / f"line_{step.block.line}.py"
            program.write_text(text, encoding="utf-8")
            command = [sys.executable, "-W", "error", str(program)]
        output = self._place / f"line_{step.block.line}.txt"
        with output.open("w", encoding="utf-8") as said:
            running = subprocess.Popen(
                command,
                cwd=self._place,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._groups.append(running.pid)
        try:
            status: int | None = running.wait(SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            status = None
        return status, output.read_text(encoding="utf-8")

    def end(self) -> None:
        for group in self._groups:
            # Most steps leave nothing running.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def telling(tmp_path: Path, environ: dict[str, str]) -> Iterator[Telling]:
    place = tmp_path / "story"
    place.mkdir()
    story = Telling(place, environ)
    yield story
    story.end()


def _as_pattern(expected: str) -> str:
    return ".*".join(re.escape(part) for part in expected.strip().split("..."))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("document", STORIES)
def test_the_story_can_be_told(document: str, telling: Telling) -> None:
    told = steps(ROOT / document, *STORIES[document])
    assert told, f"{document} tells nothing that can be run"
    for step in told:
        status, output = telling.tell(step)
        where = f"{document}:{step.block.line}"
        assert status == 0, f"{where}: ended with {status}\n{output}"
        if step.output is not None:
            pattern = _as_pattern(step.output)
            assert re.fullmatch(pattern, output.strip(), re.DOTALL), f"{where} printed:\n{output}"


def _all_documents() -> Iterator[Path]:
    yield from sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), SDK / "README.md"])


def test_all_python_in_documents_is_python() -> None:
    seen = 0
    for document in _all_documents():
        for block in blocks(document):
            if block.language == "python":
                seen += 1
                compile(block.text, f"{document}:{block.line}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert seen >= 5


def test_a_story_is_read_as_it_is_meant(tmp_path: Path) -> None:
    document = tmp_path / "story.md"
    document.write_text(
        "```yaml file=a.yaml\nx: 1\n```\n```python test\na\n```\n```sh\nnot run\n```\n"
        "```python test continued\nb\n```\n```text output\n1 ... 2\n```\n```sh test\nc\n```\n",
        encoding="utf-8",
    )
    first, second = steps(document, "python", "sh")
    assert (first.block.text, first.output, first.files) == ("a\n\nb\n", "1 ... 2\n", {"a.yaml": "x: 1\n"})
    assert (second.block.text, second.output, second.block.line) == ("c\n", None, 17)
    assert re.fullmatch(_as_pattern(first.output or ""), "1 and 2")
