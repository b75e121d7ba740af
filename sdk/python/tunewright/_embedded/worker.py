"""A Python worker of this process: started when it is needed, started again when it dies, ended with it."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tunewright._embedded.deaths import Deaths
from tunewright._transport.address import url
from tunewright.errors import Invalid, TunewrightError, Unavailable
from tunewright.worker.process import import_path

_log = logging.getLogger("tunewright.worker")

_TAIL_LINES = 50

# What a worker needs beyond the grace of its trials to end by itself, and after a second signal; in seconds.
_END = 10.0
_ABORT = 5.0

# The worker says with this code that it can never work as it was started.
_HOPELESS = (1, 2)


class LocalWorker:
    """`python -m tunewright.worker` as a child of this process, for `slots` trials at once.

    It serves one `study` (`NAME` or `PROJECT/NAME`) or one `pool`. It ends when this process does, however
    that comes about, and is started again if it dies. `on_event` gets each of its events, for example
    `{"event": "trial_began", "trial": 3, ...}`, on a thread of its own. `most_trials` is asked before each
    start, after the events of the worker before, how many trials it may take: None for any number; with 0
    none is started any more. One that has taken them ends, and it is asked again.
    """

    def __init__(
        self,
        address: str,
        *,
        slots: int = 1,
        pool: str | None = None,
        study: str | None = None,
        allow_pickled: bool = True,
        setup: str | None = None,
        drain_grace: float = 5.0,
        env: Mapping[str, str] | None = None,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        most_trials: Callable[[], int | None] | None = None,
    ) -> None:
        if slots < 1:
            raise Invalid(f"must be at least 1, not `{slots}`", field="slots")
        self._grace = drain_grace
        command = [sys.executable, "-m", "tunewright.worker", "--json", "--exit-with-stdin"]
        # A server of this process has another port the next time: nobody would ever take what is left.
        command += ["--no-spool"]
        command += ["--server", url(address), "--slots", str(slots), "--drain-grace", str(drain_grace)]
        command += ["--pool", pool] if pool is not None else []
        command += ["--study", study] if study is not None else []
        command += ["--setup", setup] if setup is not None else []
        command += ["--allow-pickled-objectives"] if allow_pickled else []
        self._command = command
        self._env = dict(env or {})
        self._on_event = on_event
        self._most_trials = most_trials
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._child: subprocess.Popen[bytes] | None = None
        self._supervisor: threading.Thread | None = None
        self._stopping = threading.Event()
        self._failure: TunewrightError | None = None
        self._said: deque[str] = deque(maxlen=_TAIL_LINES)

    @property
    def pid(self) -> int | None:
        """The process id of the worker; None while there is none."""
        child = self._child
        return child.pid if child is not None and child.returncode is None else None

    def failure(self) -> TunewrightError | None:
        """Why it is not started any more; None while all is well."""
        return self._failure

    def start(self) -> LocalWorker:
        """Starts it, unless it runs. Returns at once: it takes trials as soon as it is ready."""
        with self._lock:
            if self._supervisor is None:
                self._stopping.clear()
                self._failure = None
                child = self._spawn(self._most())
                if child is None:
                    return self
                self._child = child
                self._supervisor = threading.Thread(
                    target=self._supervise, args=(child,), name="tunewright-worker", daemon=True
                )
                self._supervisor.start()
                atexit.register(self.stop, 0.0)
                _running.add(self)
        return self

    def stop(self, grace: float | None = None) -> None:
        """Ends it; running trials get `grace` seconds, and are then given back. It can be called twice."""
        if self._owner != os.getpid():
            return
        grace = self._grace if grace is None else grace
        self._stopping.set()
        with self._lock:
            child, self._child = self._child, None
            supervisor, self._supervisor = self._supervisor, None
        if child is None or supervisor is None:
            return
        _write(child, f"drain {grace}\n".encode())
        for wait, more in ((grace + _END, child.terminate), (_ABORT, child.terminate), (_ABORT, child.kill)):
            supervisor.join(wait)
            if supervisor.is_alive():
                more()
        supervisor.join(_ABORT)
        atexit.unregister(self.stop)
        _running.discard(self)

    def __enter__(self) -> LocalWorker:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def forget(self) -> None:
        """In a forked child: the worker goes on, as the parent's, and ends with that."""
        child = self._child
        if child is None or child.stdin is None or child.stdin.closed:
            return
        # Not closed: a thread that is not here any more may hold its lock.
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, child.stdin.fileno(), inheritable=False)
        os.close(nothing)

    def _most(self) -> int | None:
        return None if self._most_trials is None else self._most_trials()

    def _spawn(self, most: int | None) -> subprocess.Popen[bytes] | None:
        if most == 0:
            return None
        return subprocess.Popen(
            self._command if most is None else [*self._command, "--max-trials", str(most)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **import_path(), **self._env},
            # Ctrl-C is for this process, which decides what becomes of the trials.
            start_new_session=True,
        )

    def _supervise(self, child: subprocess.Popen[bytes]) -> None:
        deaths = Deaths()
        while True:
            code = self._follow(child)
            if self._stopping.is_set():
                return
            if code != 0 or self._most_trials is None:
                many = deaths.add()
                if code in _HOPELESS or many:
                    self._failure = self._why(code, many=many)
                    _log.error("%s", self._failure)
                    return
                _log.warning("the worker ended (%s) and is started again", _how(code))
                if self._stopping.wait(deaths.pause()):
                    return
            # Not under the lock, which `stop` takes: the answer may take a while.
            most = self._most()
            with self._lock:
                if self._stopping.is_set():
                    return
                again = self._spawn(most)
                if again is None:
                    return
                child = self._child = again

    def _follow(self, child: subprocess.Popen[bytes]) -> int:
        """Reads what a worker says until it has ended; its exit code."""
        errors = threading.Thread(
            target=self._read_errors, args=(child,), name="tunewright-worker-errors", daemon=True
        )
        errors.start()
        assert child.stdout is not None
        with child.stdout as lines:
            for line in lines:
                self._event(line)
        code = child.wait()
        errors.join(5)
        with contextlib.suppress(OSError):
            if child.stdin is not None:
                child.stdin.close()
        return code

    def _event(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            _log.debug("the worker said %r", line)
            return
        _log.debug("worker: %s", event)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:
                # The worker is to be followed all the same.
                _log.exception("what listens to the worker's events failed")

    def _read_errors(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stderr is not None
        with child.stderr as lines:
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                self._said.append(text)
                _log.debug("worker: %s", text)

    def _why(self, code: int, *, many: bool) -> TunewrightError:
        for line in reversed(self._said):
            if line.startswith('{"error"'):
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    return Unavailable(f"the worker cannot work: {json.loads(line)['error']['message']}")
        times = f"died {Deaths.too_many}, at last" if many else "ended"
        said = "\n".join(self._said)
        return Unavailable(f"the worker {times} {_how(code)}; the end of its log:\n{said}")


_running: weakref.WeakSet[LocalWorker] = weakref.WeakSet()


def _forget_all() -> None:
    for worker in list(_running):
        worker.forget()
    _running.clear()


os.register_at_fork(after_in_child=_forget_all)


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"


def _write(child: subprocess.Popen[bytes], data: bytes) -> None:
    if child.stdin is None or child.stdin.closed:
        return
    # One that has ended needs no word; whoever waits for it sees that.
    with contextlib.suppress(OSError, ValueError):
        child.stdin.write(data)
        child.stdin.flush()
