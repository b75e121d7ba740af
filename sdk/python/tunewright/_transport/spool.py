"""Final reports that a server has not acknowledged, one small file each, so that a process that is killed
does not take them along. The command worker and the Rust client read and write the same files.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from google.protobuf.message import DecodeError

from tunewright._transport.address import Place
from tunewright.errors import ConnectionClosed, Invalid, TunewrightError
from tunewright.v1 import trial_pb2 as pb

log = logging.getLogger("tunewright")

Report: TypeAlias = pb.CompleteTrialRequest | pb.PruneTrialRequest | pb.FailTrialRequest

_KINDS: dict[str, type[Report]] = {
    "CompleteTrial": pb.CompleteTrialRequest,
    "PruneTrial": pb.PruneTrialRequest,
    "FailTrial": pb.FailTrialRequest,
}
_FORMAT, _VERSION = "tunewright-report", 1

# What a directory holds at most; more stays in memory only.
_FILES_MAX = 10_000
_BYTES_MAX = 64 << 20
_FILE_BYTES_MAX = 1 << 20

_FOR_GOOD = ("invalid", "not_found", "already_exists", "conflict", "lease_lost", "closed")


def is_refused_for_good(error: TunewrightError) -> bool:
    """Whether the server has answered, and will never take the report. A refusal for lack of a right is
    none: a person may give the right.
    """
    return error.code in _FOR_GOOD and not isinstance(error, ConnectionClosed)


def method_of(report: Report) -> str:
    """The method of the trial service that takes a report."""
    return type(report).__name__.removesuffix("Request")


@dataclass
class Kept:
    """One report on disk, locked by this process."""

    path: Path
    report: Report
    _lock: int | None

    def remove(self) -> None:
        """The server has answered: it is needed no more."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("an acknowledged report cannot be removed: %s", error)
        self.leave()

    def leave(self) -> None:
        """Stays there for whoever comes next."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


class Spool:
    """A directory of reports for some servers. Processes share it: each file is locked while its process
    lives. It is made if it is not there; raises Invalid if it cannot be written to.
    """

    def __init__(self, directory: Path | str, servers: Sequence[Place]) -> None:
        self.directory = Path(directory)
        self._servers = [place.plain for place in servers]
        probe = self.directory / f".{uuid.uuid4().hex}.probe"
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Only a write tells whether one can write.
            probe.touch()
            probe.unlink()
        except OSError as error:
            hint = "name a directory that may be written to"
            message = f"`{self.directory}` cannot be used: {error.strerror}"
            raise Invalid(message, field="spool", hint=hint) from None

    def keep(self, report: Report) -> Kept | None:
        """Keeps a report: once this has returned, it survives a kill and a power cut. None, with a warning,
        if it cannot be written or the directory is full.
        """
        try:
            return self._keep(report)
        except OSError as error:
            log.warning("a result cannot be kept on disk (%s); it is sent all the same", error)
            return None

    def waiting(self) -> Iterator[Kept]:
        """The reports whose processes are gone, and that one of the servers is to have, oldest first. What
        makes no sense is set aside.
        """
        try:
            names = sorted(
                name for name in os.listdir(self.directory) if name.endswith(".report") and name[0] != "."
            )
        except OSError as error:
            log.warning("the spooled results cannot be read: %s", error)
            return
        for name in names:
            kept = self._take(self.directory / name)
            if kept is not None:
                yield kept

    def _keep(self, report: Report) -> Kept:
        request = report.SerializeToString()
        header = {
            "format": _FORMAT,
            "version": _VERSION,
            "servers": self._servers,
            "method": method_of(report),
            "sha256": hashlib.sha256(request).hexdigest(),
        }
        text = json.dumps(header).encode() + b"\n" + request
        sizes = [entry.stat().st_size for entry in os.scandir(self.directory) if entry.is_file()]
        if len(text) > _FILE_BYTES_MAX or len(sizes) >= _FILES_MAX or sum(sizes) + len(text) > _BYTES_MAX:
            raise OSError(f"`{self.directory}` holds {len(sizes)} reports of {sum(sizes)} bytes")
        # The names begin with the time, so that they are in the order of their reports.
        name = f"{time.time_ns() // 1_000_000:012x}{uuid.uuid4().hex[:20]}"
        unfinished, path = self.directory / f".{name}.tmp", self.directory / f"{name}.report"
        lock = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Before it has its name, so that nobody takes it for another's.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(lock, "wb", closefd=False) as file:
                file.write(text)
            os.fsync(lock)
            os.rename(unfinished, path)
            _sync(self.directory)
        except BaseException:
            os.close(lock)
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise
        return Kept(path, report, lock)

    def _take(self, path: Path) -> Kept | None:
        try:
            lock = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        kept: Kept | None = None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_nlink:
                with open(lock, "rb", closefd=False) as file:
                    report, servers = _read(file.read(_FILE_BYTES_MAX + 1))
                if set(servers) & set(self._servers):
                    kept = Kept(path, report, lock)
        except OSError:
            # Its process lives, or the disk does not.
            log.debug("`%s` is another's, or cannot be read", path)
        except ValueError as error:
            log.warning("`%s` makes no sense (%s) and is set aside", path, error)
            with contextlib.suppress(OSError):
                path.rename(path.with_suffix(".corrupt"))
        finally:
            if kept is None:
                os.close(lock)
        return kept


def default_directory() -> Path | None:
    """Where a user's reports are kept by default; None if there is no place for them."""
    state = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(state):
        return Path(state, "tunewright", "spool")
    home = os.environ.get("HOME", "")
    return Path(home, ".local", "state", "tunewright", "spool") if os.path.isabs(home) else None


def _read(text: bytes) -> tuple[Report, list[str]]:
    """The report in a file, and the servers that may have it. Raises ValueError."""
    if len(text) > _FILE_BYTES_MAX:
        raise ValueError("it is too long")
    line, newline, request = text.partition(b"\n")
    if not newline:
        raise ValueError("it has no first line")
    header = json.loads(line)
    if not isinstance(header, dict) or (header.get("format"), header.get("version")) != (_FORMAT, _VERSION):
        raise ValueError("its format is another")
    if hashlib.sha256(request).hexdigest() != header.get("sha256"):
        raise ValueError("its digest is another")
    kind, servers = _KINDS.get(str(header.get("method"))), header.get("servers")
    if kind is None or not isinstance(servers, list):
        raise ValueError(f"`{header.get('method')}` ends no trial")
    try:
        report = kind.FromString(request)
    except DecodeError as error:
        raise ValueError(str(error)) from None
    if not report.HasField("lease"):
        raise ValueError("it names no lease")
    return report, servers


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
