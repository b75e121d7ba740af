"""Who asks: processes, told apart over their restarts."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from pathlib import Path

_PREFIX = "fmin"


def own_client_id() -> str:
    """Of this process: its host, its id, and when it began, since ids come again."""
    pid = os.getpid()
    return f"{_PREFIX}:{socket.gethostname()}:{pid}:{_started(pid)}"


def dead_clients(owners: Iterable[str]) -> list[str]:
    """Those of these that were processes of this machine and are no more."""
    return [owner for owner in dict.fromkeys(owners) if _is_dead(owner)]


def _is_dead(owner: str) -> bool:
    parts = owner.removeprefix("client:").split(":")
    if len(parts) != 4 or parts[0] != _PREFIX or parts[1] != socket.gethostname() or not parts[2].isdigit():
        return False
    return _started(int(parts[2])) != parts[3]


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty if there is no such process."""
    try:
        # The second field is a name in parentheses, which may hold anything.
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return _alive_elsewhere(pid)


def _alive_elsewhere(pid: int) -> str:
    """Where there is no /proc: whether the process lives at all."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "alive"
    return "alive"
