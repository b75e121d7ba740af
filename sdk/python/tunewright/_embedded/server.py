"""The embedded server: started when it is needed, started again when it dies, ended with this process."""

from __future__ import annotations

import atexit
import json
import logging
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from tunewright._embedded.deaths import Deaths
from tunewright._embedded.process import ServerProcess
from tunewright.errors import Closed, Conflict, TunewrightError, Unavailable

_log = logging.getLogger("tunewright")

DEFAULT_DATA_DIR = ".tunewright"

# How long it may take to open its store, to end by itself, and to end after a signal; in seconds.
_START = 60.0
_GRACE = 10.0
_TERM_GRACE = 5.0

# How long the server of a process that is no more may take to end; it has no one to wait for.
_ORPHAN = 30.0

# Says who uses a data directory, for the error that another process gets.
_NOTE = "embedded.json"


class EmbeddedServer:
    """A server for this process, which keeps its studies in `data_dir`; None: in a temporary directory that
    is removed at the end.

    A thread starts it again on the same port if it dies. Workers and clients attach again by themselves.
    """

    def __init__(self, data_dir: Path | str | None) -> None:
        # A `TemporaryDirectory` would remove itself at exit before the server has ended.
        self._is_temporary = data_dir is None
        self.data_dir = Path(tempfile.mkdtemp(prefix="tunewright-") if data_dir is None else data_dir)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._process: ServerProcess | None = None
        self._supervisor: threading.Thread | None = None
        self._address: str | None = None
        self._failure: TunewrightError | None = None
        self._stopping = threading.Event()

    @classmethod
    def shared(cls) -> EmbeddedServer:
        """The running server for the studies that nobody named: one for each process."""
        return _registry.get(None)

    @classmethod
    def at(cls, data_dir: Path | str = DEFAULT_DATA_DIR) -> EmbeddedServer:
        """The running server of this process for a directory. A forked child uses that of its parent.

        Raises `Conflict` if another process uses the directory.
        """
        return _registry.get(Path(data_dir).resolve())

    @property
    def address(self) -> str:
        """Where it listens, as `http://127.0.0.1:PORT`; stays the same for as long as it lives."""
        if self._address is None:
            raise Closed("the embedded server has not been started")
        return self._address

    @property
    def pid(self) -> int | None:
        """The process id of the server; None while there is none."""
        process = self._process
        return None if process is None or self._failure is not None else process.pid

    def failure(self) -> TunewrightError | None:
        """Why it is not started any more; None while all is well."""
        return self._failure

    def start(self) -> EmbeddedServer:
        """Starts it, unless it runs. Raises `Conflict` if the directory is in use, `NotFound` without a
        binary.
        """
        with self._lock:
            if self._process is not None:
                return self
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self._stopping.clear()
            self._failure = None
            process = self._process = self._started()
            self._write_note()
            self._supervisor = threading.Thread(
                target=self._supervise, args=(process,), name="tunewright-server", daemon=True
            )
            self._supervisor.start()
        _registry.keep(self)
        return self

    def _started(self) -> ServerProcess:
        """A process that listens. The server of a program that was killed may take a moment to let go of
        the directory, and is waited for.
        """
        until = time.monotonic() + _ORPHAN
        while True:
            process = ServerProcess(self.data_dir, "127.0.0.1:0", forced=not self._is_temporary)
            try:
                self._address = process.address(_START)
                return process
            except BaseException as error:
                process.kill()
                process.end_input()
                process.wait()
                if not isinstance(error, Conflict):
                    raise
                if not self._is_orphaned() or time.monotonic() > until:
                    raise self._in_use(error) from None
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends it, and removes its directory if that was a temporary one. It can be called twice."""
        if self._owner != os.getpid():
            return
        self._stopping.set()
        with self._lock:
            process, self._process = self._process, None
            supervisor, self._supervisor = self._supervisor, None
        if process is not None:
            process.end_input()
        if process is not None and supervisor is not None:
            for grace, more in ((_GRACE, process.terminate), (_TERM_GRACE, process.kill)):
                supervisor.join(grace)
                if supervisor.is_alive():
                    more()
            supervisor.join(_TERM_GRACE)
            self._remove_note()
        if self._is_temporary:
            shutil.rmtree(self.data_dir, ignore_errors=True)
        _registry.drop(self)

    def __enter__(self) -> EmbeddedServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def forget(self) -> None:
        """In a forked child: the server goes on, as the parent's."""
        self._lock = threading.Lock()
        if self._process is not None:
            self._process.forget()

    def _supervise(self, process: ServerProcess) -> None:
        deaths = Deaths()
        while True:
            process.wait()
            process.end_input()
            if self._stopping.is_set():
                return
            if deaths.add():
                message = f"the embedded server died {deaths.too_many}: {process.error()}"
                self._failure = Unavailable(message, hint=f"its data is in `{self.data_dir}`")
                _log.error("%s", self._failure)
                return
            _log.warning("the embedded server died and is started again: %s", process.error())
            if self._stopping.wait(deaths.pause()):
                return
            with self._lock:
                if self._stopping.is_set():
                    return
                listen = self.address.removeprefix("http://")
                process = ServerProcess(self.data_dir, listen, forced=not self._is_temporary)
                self._process = process
            try:
                process.address(_START)
            except TunewrightError as error:
                _log.debug("the embedded server did not come up: %s", error)
                process.kill()

    def _in_use(self, error: Conflict) -> Conflict:
        message = f"the data directory `{self.data_dir}` is in use by another process"
        other = self._read_note()
        if other is None:
            hint = "connect to that server by its address, or choose another data_dir"
        else:
            hint = f"connect to that server with its address `{other}`, or choose another data_dir"
        return Conflict(message, field="data_dir", hint=hint)

    def _write_note(self) -> None:
        note = {"address": self._address, "pid": os.getpid()}
        (self.data_dir / _NOTE).write_text(json.dumps(note), encoding="utf-8")

    def _remove_note(self) -> None:
        (self.data_dir / _NOTE).unlink(missing_ok=True)

    def _is_orphaned(self) -> bool:
        """Whether the process that used the directory last is no more."""
        return (self.data_dir / _NOTE).exists() and self._read_note() is None

    def _read_note(self) -> str | None:
        """The address of the process that uses the directory, if it left one and lives."""
        try:
            note = json.loads((self.data_dir / _NOTE).read_text(encoding="utf-8"))
            os.kill(int(note["pid"]), 0)
            return str(note["address"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


class _Registry:
    """The servers of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_dir: dict[Path | None, EmbeddedServer] = {}
        self._running: set[EmbeddedServer] = set()

    def get(self, data_dir: Path | None) -> EmbeddedServer:
        with self._lock:
            server = self._by_dir.get(data_dir)
            if server is None or server.failure() is not None:
                server = EmbeddedServer(data_dir)
                self._by_dir[data_dir] = server
        return server if server._owner != os.getpid() else server.start()

    def keep(self, server: EmbeddedServer) -> None:
        with self._lock:
            self._running.add(server)

    def drop(self, server: EmbeddedServer) -> None:
        with self._lock:
            self._running.discard(server)
            for data_dir in [key for key, kept in self._by_dir.items() if kept is server]:
                del self._by_dir[data_dir]

    def stop_all(self) -> None:
        with self._lock:
            running = [*self._running]
        for server in running:
            server.stop()

    def after_fork(self) -> None:
        self._lock = threading.Lock()
        for server in self._running:
            server.forget()
        self._running.clear()
        self._by_dir.pop(None, None)


_registry = _Registry()
atexit.register(_registry.stop_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_registry.after_fork)
