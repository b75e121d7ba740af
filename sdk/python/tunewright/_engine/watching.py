"""A study's events, read on a thread of their own."""

from __future__ import annotations

import logging
import queue
import random
import threading
from dataclasses import dataclass
from typing import Any

import grpc

from tunewright._engine.session import Session
from tunewright.v1 import study_pb2 as pb

_log = logging.getLogger("tunewright.fmin")

_KEPT_MAX = 10_000
"""So many events wait at most; more stay with the server, which then tells of a gap."""

_BACKOFF = 0.2
_BACKOFF_MAX = 5.0


@dataclass(frozen=True)
class Resync:
    """Events may have been missed: look at all trials."""


Event = Resync | pb.Study | pb.TrialEvent


class Watcher:
    """Watches a study, and connects again whenever the stream breaks. Enter it to begin."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._events: queue.Queue[Event] = queue.Queue(maxsize=_KEPT_MAX)
        self._ended = threading.Event()
        self._call: Any = None
        self._thread = threading.Thread(target=self._run, name="tunewright-watch", daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        call = self._call
        if call is not None:
            call.cancel()
        self._thread.join(timeout=5)

    def next(self, timeout: float) -> Event | None:
        """The next event; None if there is none within `timeout` seconds."""
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            return None

    def _run(self) -> None:
        wait = _BACKOFF
        while not self._ended.is_set():
            turn = self._session.connection.turn
            try:
                request = pb.WatchStudyRequest(study=self._session.ref)
                self._call = self._session.connection.studies.WatchStudy(request)
                for message in self._call:
                    wait = _BACKOFF
                    self._take(message)
                    if self._ended.is_set():
                        return
            except grpc.RpcError as error:
                _log.debug("the watch of the study broke: %s", error)
                self._session.connection.move_on(turn)
            except ValueError as error:
                # The channel was closed, or is being opened anew.
                _log.debug("the watch of the study broke: %s", error)
            self._ended.wait(wait * (0.5 + random.random() / 2))
            wait = min(wait * 2, _BACKOFF_MAX)

    def _take(self, message: pb.WatchStudyResponse) -> None:
        kind = message.WhichOneof("event")
        if kind == "trial":
            self._put(message.trial)
        elif kind == "gap":
            self._put(Resync())
        elif kind == "study":
            self._put(message.study)

    def _put(self, event: Event) -> None:
        while not self._ended.is_set():
            try:
                self._events.put(event, timeout=0.5)
                return
            except queue.Full:
                continue
