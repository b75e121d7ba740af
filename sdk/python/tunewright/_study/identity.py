"""What this process is called by servers, so that its trials can be told from those of a dead one, which it
may take over.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_PREFIX = "py"
_STARTED = f"{time.time_ns() // 1_000_000}"


def client_id() -> str:
    """The id of this process: its host, process id and start."""
    return _id_of(os.getpid())


def orphans(lessees: Iterable[str | None]) -> dict[str, int]:
    """How many trials dead processes of this host left running, by client; `lessees` has that of each running
    trial.
    """
    counts = Counter(lessee for lessee in lessees if lessee)
    return {lessee: count for lessee, count in counts.items() if is_dead(lessee)}


def is_dead(lessee: str) -> bool:
    """Whether this is the id of a process of this host that runs no more. What cannot be known counts as
    alive.
    """
    prefix, _, rest = lessee.partition("-")
    host, _, tail = rest.rpartition("-p")
    pid, _, started = tail.partition("-")
    if prefix != _PREFIX or host != _host() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        # In a container every start may get the number of the one before.
        return lessee != client_id()
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    now = _start_of(int(pid))
    # The number of a process is given to another one in time.
    return now is not None and started != "" and now != started


@lru_cache(maxsize=4)
def _id_of(pid: int) -> str:
    return f"{_PREFIX}-{_host()}-p{pid}-{_start_of(pid) or _STARTED}"


@lru_cache(maxsize=1)
def _host() -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", socket.gethostname())[:64] or "host"


def _start_of(pid: int) -> str | None:
    """When a process started, in ticks since the system did; None where the system does not tell."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may hold anything.
    return line.rpartition(")")[2].split()[19]
