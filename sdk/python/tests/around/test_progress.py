"""The progress bar: what it shows, when it is silent, and that it never ends a run."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tunewright._tqdm_bar import postfix
from tunewright.compat.progress import default_callback, no_progress_callback, tqdm_progress_callback
from tunewright.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Recorder:
    """A factory as Hyperopt's users write them."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.postfix = ""

    @contextlib.contextmanager
    def __call__(self, initial: int, total: int | None) -> Iterator[Recorder]:
        self.calls.append(("enter", initial, total))
        yield self
        self.calls.append("exit")

    def update(self, n: int) -> None:
        self.calls.append((n, self.postfix))


def test_a_factory_of_hyperopts_kind_gets_steps_and_the_best_loss() -> None:
    recorder = Recorder()
    with Progress.of(recorder, initial=3, total=10) as progress:
        progress.update(0.5, done=4)
        progress.update(0.5, done=4, running=2)
        progress.update(0.25, done=6, failed=1, running=2)
    assert recorder.calls == [
        ("enter", 3, 10),
        (1, "best loss: 0.5"),
        (2, "best loss: 0.25, 1 failed, 2 running"),
        "exit",
    ]


def test_a_factory_that_wants_no_end_gets_none_for_maxsize() -> None:
    recorder = Recorder()
    with Progress.of(recorder, initial=0, total=sys.maxsize):
        pass
    assert recorder.calls[0] == ("enter", 0, None)


def test_a_terminal_sees_best_loss_failures_and_running_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress.of(True, total=8) as progress:
        progress.update(None, done=1, failed=1, running=3)
        progress.update(0.125, done=5, failed=1, running=2)
    shown = terminal.getvalue()
    assert "5/8" in shown and "trial" in shown
    assert "best loss: ?" in shown
    assert "best loss: 0.125, 1 failed, 2 running" in shown


def test_what_is_no_terminal_sees_nothing_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for show, silent in ((True, True), (None, True), (False, True), ("always", False)):
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        with Progress.of(show, total=2) as progress:  # type: ignore[arg-type]
            progress.update(1.0, done=1)
        assert (stream.getvalue() == "") is silent, show


def test_prints_go_above_the_bar_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, out = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", out)
    with Progress.of(True, total=2) as progress:
        print("from the objective")
        print("half a", end=" ")
        print("line")
        print("unfinished", end="")
        progress.update(1.0, done=1)
        assert out.getvalue() == "from the objective\nhalf a line\n"
    assert out.getvalue() == "from the objective\nhalf a line\nunfinished"
    assert sys.stdout is out and sys.stderr is terminal


def test_streams_come_back_when_the_run_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    before = sys.stdout
    with pytest.raises(KeyboardInterrupt), Progress.of(True, total=2) as progress:
        progress.update(1.0, done=1)
        raise KeyboardInterrupt
    assert sys.stdout is before and sys.stderr is terminal


class Broken(Recorder):
    def update(self, n: int) -> None:
        raise OSError("the terminal is gone")


def test_a_broken_bar_warns_once_and_the_run_goes_on() -> None:
    ended = False
    with Progress.of(Broken(), total=2) as progress:
        with pytest.warns(UserWarning, match="the terminal is gone"):
            progress.update(1.0, done=1)
        progress.update(1.0, done=2)
        ended = True
    assert ended


def test_a_factory_that_cannot_start_warns_and_the_run_goes_on() -> None:
    def factory(initial: int, total: int) -> contextlib.AbstractContextManager[None]:
        raise RuntimeError("no screen")

    with pytest.warns(UserWarning, match="no screen"), Progress.of(factory, total=2) as progress:
        progress.update(1.0, done=1)


def test_an_error_of_the_run_passes_through_a_factory_unchanged() -> None:
    raised = ValueError("of the objective")
    with pytest.raises(ValueError) as caught, Progress.of(Recorder(), total=2):
        raise raised
    assert caught.value is raised


def test_what_show_may_be_is_said() -> None:
    with pytest.raises(ValueError, match="`show` must be a bool"):
        Progress.of("sometimes")  # type: ignore[arg-type]


def test_without_tqdm_it_is_silent_and_says_so_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress.of(True, total=2) as progress:
        progress.update(1.0, done=1)
    assert terminal.getvalue() == ""
    with pytest.warns(UserWarning, match="pip install tqdm"):
        Progress.of("always", total=2)


def test_tqdm_is_imported_only_for_a_bar() -> None:
    code = (
        "import sys; from tunewright.progress import Progress\n"
        "with Progress.of(True, total=1) as p: p.update(1.0, 1)\n"
        "assert 'tqdm' not in sys.modules and 'IPython' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_real_terminal_shows_the_bar_and_the_prints() -> None:
    code = (
        "from tunewright.progress import Progress\n"
        "with Progress.of(True, total=3) as p:\n"
        "    for n in range(3):\n"
        "        print('point', n)\n"
        "        p.update(1.0 / (n + 1), n + 1)\n"
    )
    leader, follower = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=follower, stderr=follower, stdin=follower)
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal's end, on Linux
        while chunk := os.read(leader, 4096):
            shown += chunk
    os.close(leader)
    assert process.wait(timeout=60) == 0
    text = shown.decode()
    assert all(f"point {n}\r\n" in text for n in range(3))
    assert "3/3" in text and "best loss: 0.333" in text


def test_hyperopts_names_behave_as_hyperopts() -> None:
    before = sys.stdout
    with tqdm_progress_callback(initial=0, total=100) as bar:
        assert sys.stdout is not before
        bar.postfix = "best loss: 4711"
        bar.update(42)
    assert sys.stdout is before
    assert default_callback is tqdm_progress_callback
    with no_progress_callback(initial=0, total=100) as nothing:
        nothing.update(1)


def test_the_postfix_says_only_what_there_is() -> None:
    assert postfix(None, 0, 0) == "best loss: ?"
    assert postfix(2, 0, 1) == "best loss: 2.0, 1 running"
