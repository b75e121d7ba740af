"""Evidence that a process died for want of memory."""

from __future__ import annotations

from pathlib import Path


def oom_kills() -> list[int]:
    """How often the kernel's out-of-memory killer struck: in this process's control groups, on the machine.

    A counter that rose while a trial ran tells its SIGKILL from one that a person sent.
    """
    files = [
        "/sys/fs/cgroup/memory.events",
        "/sys/fs/cgroup/memory/memory.oom_control",
        "/proc/vmstat",
    ]
    for line in _text("/proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if path and not controllers:
            files.append(f"/sys/fs/cgroup{path}/memory.events")
        elif path and controllers == "memory":
            files.append(f"/sys/fs/cgroup/memory{path}/memory.oom_control")
    return [counter(_text(file)) for file in files]


def rose(before: list[int], now: list[int]) -> bool:
    """Whether the killer struck between two looks."""
    return any(later > earlier for earlier, later in zip(before, now, strict=False))


def counter(text: str) -> int:
    """The file's line `oom_kill N`; 0 where there is none."""
    for line in text.splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill" and count.strip().isdigit():
            return int(count)
    return 0


def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8", "replace")
    except OSError:
        return ""
