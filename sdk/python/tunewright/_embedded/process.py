"""One run of the server's binary, as a child that ends with this process."""

from __future__ import annotations

import http.client
import json
import logging
import os
import queue
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

from tunewright._embedded.binary import find_binary
from tunewright.errors import BY_CODE, Internal, TunewrightError, Unavailable

_log = logging.getLogger("tunewright.server")

# The last lines of what it logged are kept for errors.
_TAIL_LINES = 50
_TAIL_BYTES = 16 * 1024

# What it would read of these is said by flags, or is not for this server.
_FOREIGN = ("TUNEWRIGHT_CONFIG", "TUNEWRIGHT_STORE", "TUNEWRIGHT_LISTEN", "TUNEWRIGHT_DATA_DIR")


class ServerProcess:
    """A running `tunewright serve`. Its standard input is a pipe: when this process dies, however, it
    ends. What it acknowledged survives its own end, and if it is `forced` to disk the machine's, too.
    """

    def __init__(self, data_dir: Path, listen: str, *, forced: bool) -> None:
        store = "redb" if forced else "redb-buffered"
        command = [str(find_binary()), "serve", "--json", "--listen", listen, "--exit-with-stdin"]
        command += ["--store", f"{store}:{data_dir}"]
        environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._said: list[str] = []
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # A file: it could not write its last words to a pipe that nobody reads, and would not end.
            stderr=self._log,
            env=environment,
            # Ctrl-C is for this process, which still has trials to give back to the server.
            start_new_session=True,
        )
        self._first_line: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(
            target=self._read_stdout, name="tunewright-server-output", daemon=True
        )
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self._child.pid

    def address(self, timeout: float) -> str:
        """Where it listens, once its store is open.

        Raises what it said if it ended instead, and `Unavailable` if it is not there within `timeout`
        seconds.
        """
        deadline = time.monotonic() + timeout
        try:
            line = self._first_line.get(timeout=timeout)
        except queue.Empty:
            raise self._too_slow(timeout) from None
        if not line:
            self.wait()
            raise self.error()
        try:
            address = str(json.loads(line)["listening"])
        except (ValueError, KeyError, TypeError):
            raise Internal(f"the embedded server began with `{line!r}`", hint=self.tail() or None) from None
        while not _is_ready(address):
            if self._child.poll() is not None:
                self.wait()
                raise self.error()
            if time.monotonic() > deadline:
                raise self._too_slow(timeout)
            time.sleep(0.005)
        return address

    def _too_slow(self, timeout: float) -> Unavailable:
        return Unavailable(
            f"the embedded server was not ready within {timeout:g} s", hint=self.tail() or None
        )

    def wait(self) -> int:
        """Waits for its end, and gives its exit code: negative for a signal."""
        code = self._child.wait()
        self._reader.join(timeout=5)
        self._said = self._lines()
        self._log.close()
        return code

    def end_input(self) -> None:
        """Tells it to end."""
        _close(self._child.stdin)

    def terminate(self) -> None:
        """Asks it to end by a signal."""
        self._child.terminate()

    def kill(self) -> None:
        """Ends it at once."""
        self._child.kill()

    def forget(self) -> None:
        """In a forked child: this end of the pipes is not its own, and would keep the server alive."""
        # Nothing to wait for: it is the child of another process. The other pipes may not be touched, as
        # threads that are not here any more hold their locks.
        self._child.returncode = 0
        _close(self._child.stdin)

    def tail(self) -> str:
        """The last lines that it logged."""
        return "\n".join(self._lines())

    def error(self) -> TunewrightError:
        """Why it ended: the error that it printed, or else the end of its log."""
        for line in reversed(self._lines()):
            if line.startswith('{"error"'):
                try:
                    said = json.loads(line)["error"]
                    kind = BY_CODE.get(said["code"], Internal)
                    return kind(said["message"], field=said.get("field"), hint=said.get("hint"))
                except (ValueError, KeyError, TypeError):
                    continue
        code = self._child.returncode
        how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        return Unavailable(f"the embedded server ended {how}; the end of its log:\n{self.tail()}")

    def _lines(self) -> list[str]:
        if self._log.closed:
            return self._said
        descriptor = self._log.fileno()
        size = os.fstat(descriptor).st_size
        start = max(0, size - _TAIL_BYTES)
        said = os.pread(descriptor, size - start, start).decode(errors="replace")
        return said.splitlines()[-_TAIL_LINES:]

    def _read_stdout(self) -> None:
        stdout = self._child.stdout
        assert stdout is not None
        with stdout:
            self._first_line.put(stdout.readline())
            while stdout.read(65536):
                pass


def _is_ready(address: str) -> bool:
    """Whether the server's store answers: it listens before it has opened it."""
    asked = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
    try:
        asked.request("GET", "/readyz")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None and not pipe.closed:
        try:
            pipe.close()
        except OSError as error:
            # Its other end has gone, which is what closing it is for.
            _log.debug("closing a pipe of the embedded server: %s", error)
