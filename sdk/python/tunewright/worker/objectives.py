"""The pickled objectives that a worker has fetched."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright._transport.attachments import Arriving
from tunewright._transport.attachments import key as attachment_key
from tunewright.errors import TunewrightError
from tunewright.v1.attachment_pb2 import GetAttachmentRequest
from tunewright.worker.deliver import CALL, GaveUp, deliver
from tunewright.worker.loading import LoadError, attachment_name, python_version

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection
    from tunewright.v1.study_pb2 import Objective, PickledFunction, StudyRef

_KEPT_MAX = 16
# Tens of megabytes take longer than an ordinary call.
_FETCH = 4 * CALL
_POLL = 0.2


class FetchedObjectives:
    """Pickles as files, each fetched once and known by its content; some are kept. Safe from threads."""

    def __init__(self, connection: Connection, *, allow_pickled: bool, default: str | None) -> None:
        self._connection = connection
        self._allowed = allow_pickled
        self._default = default
        self._directory = Path(tempfile.mkdtemp(prefix="tunewright-worker-"))
        self._fetching = threading.Lock()
        self._kept: OrderedDict[str, Path] = OrderedDict()

    def told(self, study: StudyRef, objective: Objective, give_up: threading.Event) -> dict[str, Any]:
        """What a slot's process is told of a study's objective.

        Raises LoadError if this worker cannot run it, and GaveUp once `give_up` is set.
        """
        kind = objective.WhichOneof("kind")
        if kind == "function":
            return {"function": objective.function}
        if kind == "pickled":
            file = self._fetched(study, objective.pickled, give_up)
            return {"sha256": objective.pickled.sha256, "file": str(file)}
        if self._default is None:
            raise LoadError("the study has no objective, and this worker was started without `--objective`")
        return {"function": self._default}

    def close(self) -> None:
        """Removes the files."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def _fetched(self, study: StudyRef, pickled: PickledFunction, give_up: threading.Event) -> Path:
        if not self._allowed:
            raise LoadError(
                "the study's objective is pickled, and unpickling it runs whatever code is in it; start the "
                "worker with `--allow-pickled-objectives` if everybody who may create studies is trusted"
            )
        if pickled.python_version != python_version():
            raise LoadError(
                f"the objective was pickled by Python {pickled.python_version}, and this is "
                f"{python_version()}; start workers with the same version"
            )
        while not self._fetching.acquire(timeout=_POLL):
            if give_up.is_set():
                raise GaveUp("the objective")
        try:
            file = self._kept.get(pickled.sha256)
            if file is None:
                file = self._directory / hashlib.sha256(pickled.sha256.encode()).hexdigest()
                file.write_bytes(self._fetch(study, pickled.sha256, give_up))
                self._kept[pickled.sha256] = file
            self._kept.move_to_end(pickled.sha256)
            while len(self._kept) > _KEPT_MAX:
                # A process that is about to read it fetches it anew with its next attempt.
                with contextlib.suppress(OSError):
                    self._kept.popitem(last=False)[1].unlink()
            return file
        finally:
            self._fetching.release()

    def _fetch(self, study: StudyRef, sha256: str, give_up: threading.Event) -> bytes:
        name = attachment_name(sha256)
        request = GetAttachmentRequest(key=attachment_key(study, None, name))

        def call(_: float) -> bytes:
            arriving = Arriving()
            for message in self._connection.attachments.GetAttachment(request, timeout=_FETCH):
                arriving.take(message)
            return arriving.content(name)

        try:
            data = deliver("the study's objective", self._connection, give_up, call)
        except TunewrightError as error:
            raise LoadError(f"the pickled objective cannot be fetched: {error}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise LoadError("the pickled objective is not what the study names: its digest is another")
        return data
