"""A slot's process as its worker holds it."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from tunewright.worker._elsewhere import is_importable_from
from tunewright.worker._frames import Decoder, Message, encode
from tunewright.worker.config import Config
from tunewright.worker.output import Output

log = logging.getLogger("tunewright.worker")

_UNSENT_MAX = 64 * 1024
_READ = 256 * 1024
# Where a process's end cannot be waited for, it is looked for so often.
_POLL_EXIT = 0.05


class SlotProcess:
    """A running slot process: a session and a process group of its own, its output read, and a line to it.

    On Linux it is killed when the thread that made it ends.
    """

    def __init__(self, slot: int, setup: str | None, objective: str | None, env: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair()
        try:
            told = {"fd": theirs.fileno(), "parent": os.getpid(), "setup": setup, "objective": objective}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tunewright.worker.slot_process", json.dumps(told)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env={**_inherited(), **import_path(), **env, "TUNEWRIGHT_SLOT": str(slot)},
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        if self._process.stdout is None:
            raise RuntimeError("a process without an output")
        self._pipe = self._process.stdout
        os.set_blocking(self._pipe.fileno(), False)
        ours.setblocking(False)
        self._line = ours
        self._decoder = Decoder()
        self._unsent = bytearray()
        self._arrived: list[tuple[Message, list[bytes]]] = []
        self._exit = _pidfd(self._process.pid)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._line, selectors.EVENT_READ)
        self._selector.register(self._pipe, selectors.EVENT_READ)
        if self._exit is not None:
            self._selector.register(self._exit, selectors.EVENT_READ)
        self.output = Output()
        self._fresh = b""
        self._finished = False

    @property
    def pid(self) -> int:
        """Of the process, and of its group."""
        return self._process.pid

    def wait(self, timeout: float | None, wake: socket.socket) -> None:
        """Waits until something happens, or `wake` can be read, or the time is over, and takes it in."""
        if self._exit is None:
            timeout = _POLL_EXIT if timeout is None else min(timeout, _POLL_EXIT)
        self._selector.register(wake, selectors.EVENT_READ)
        try:
            ready = self._selector.select(timeout)
        finally:
            self._selector.unregister(wake)
        for key, events in ready:
            if key.fileobj is self._pipe:
                self._read_output()
            elif key.fileobj is self._line:
                if events & selectors.EVENT_WRITE:
                    self._write()
                if events & selectors.EVENT_READ:
                    self._read()

    def begin_output(self) -> None:
        """What is printed from now on belongs to the next trial."""
        self._read_output()
        self.output = Output()

    def take_fresh(self, *, whole_lines: bool) -> bytes:
        """What was printed since the last call; without a line's beginning, if they are to be whole."""
        end = self._fresh.rfind(b"\n") + 1 if whole_lines and len(self._fresh) < _UNSENT_MAX else None
        fresh, self._fresh = self._fresh[:end], self._fresh[len(self._fresh) if end is None else end :]
        return fresh

    def messages(self) -> list[tuple[Message, list[bytes]]]:
        """What has arrived since the last call."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def send(self, message: Message, *, droppable: bool = False) -> None:
        """Sends a message. A droppable one is left out if the process takes nothing in at the moment."""
        if droppable and len(self._unsent) > _UNSENT_MAX:
            return
        for chunk in encode(message):
            self._unsent += chunk
        self._write()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the whole group."""
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            log.debug("cannot signal the process group %d: %s", self._process.pid, error)

    def status(self) -> int | None:
        """The exit code, or minus the signal, once the process has ended."""
        return self._process.poll()

    def finish(self) -> None:
        """Kills what is left of the group, and takes in the last of the output and of the messages.

        It can be called twice.
        """
        if self._finished:
            return
        self._finished = True
        self.signal(signal.SIGKILL)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            log.warning("the process %d does not end after SIGKILL", self._process.pid)
        self._read()
        self._read_output()
        self._selector.close()
        self._line.close()
        self._pipe.close()
        if self._exit is not None:
            os.close(self._exit)

    def drain_output(self) -> None:
        """Takes in all that has been printed so far."""
        self._read_output()

    def _read(self) -> None:
        while True:
            try:
                data = self._line.recv(_READ)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                # It has ended, or closed what is none of its business: then its exit, or the timeout, tells.
                self._forget(self._line)
                return
            try:
                self._arrived.extend(self._decoder.feed(data))
            except ValueError as error:
                log.error("a slot's process sends what is no message (%s); ending it", error)
                self.signal(signal.SIGKILL)
                return

    def _read_output(self) -> None:
        # An objective that prints without end must not keep its supervisor from everything else.
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            try:
                data = os.read(self._pipe.fileno(), _READ)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._forget(self._pipe)
                return
            self.output.push(data)
            self._fresh = (self._fresh + data)[-_READ:]

    def _write(self) -> None:
        try:
            while self._unsent:
                sent = self._line.send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        if self._line in self._selector.get_map():
            self._selector.modify(self._line, events)

    def _forget(self, file: object) -> None:
        if file in self._selector.get_map():
            self._selector.unregister(file)  # type: ignore[arg-type]


def start_process(slot: int, config: Config, worker_id: str) -> SlotProcess | OSError:
    """A new process for a slot, which sets itself up; or why there is none."""
    gpus = {"CUDA_VISIBLE_DEVICES": config.gpus[slot]} if config.gpus else {}
    env = {"TUNEWRIGHT_WORKER": worker_id, **gpus, **config.env}
    try:
        return SlotProcess(slot, config.setup, config.objective, env)
    except OSError as error:
        return error


def _inherited() -> dict[str, str]:
    """The worker's environment without its token, which an objective that prints the environment would put
    into a trial's output; `--env` can hand one on.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("TUNEWRIGHT_TOKEN")}


def import_path() -> dict[str, str]:
    """The variable with which a fresh interpreter finds this package, if it would not do so anyway."""
    package = Path(__file__).resolve().parent.parent
    if is_importable_from(str(package / "__init__.py")):
        return {}
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {"PYTHONPATH": os.pathsep.join([*paths, str(package.parent)])}


def _pidfd(pid: int) -> int | None:
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        # An old kernel, or a sandbox that forbids it.
        return None
