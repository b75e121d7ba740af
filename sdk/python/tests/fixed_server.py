"""A server that is killed and started again at the same address."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

from tunewright._embedded.binary import find_binary


class FixedServer:
    """A real server over a store on disk. It has an address before it runs."""

    def __init__(self, directory: Path, *options: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{taken.getsockname()[1]}"
        self._directory = directory
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> FixedServer:
        """Starts it, also again, and waits until it listens."""
        command = [str(find_binary()), "--json", "serve", "--listen", self.address]
        command += ["--store", f"redb:{self._directory}", *self._options]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        assert told["listening"].endswith(self.address)
        return self

    def kill(self) -> None:
        """Ends it as a power cut would. It can be called twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(10)
            assert process.stdout is not None
            process.stdout.close()
