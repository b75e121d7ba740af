"""What one watch has heard, over all its connections; the same for threads and asyncio."""

from __future__ import annotations

import grpc

from tunewright._study.events import Event, Gap, StudyChanged, event_of
from tunewright._transport.patience import Backoff
from tunewright._transport.status import error_of
from tunewright.errors import Unavailable
from tunewright.v1 import study_pb2


class Following:
    """A study that is followed until it has ended. After a lost connection there is a `Gap`, and the study as
    it is.
    """

    def __init__(self, ref: study_pb2.StudyRef) -> None:
        #: Opens each of its streams.
        self.request = study_pb2.WatchStudyRequest(study=ref)
        #: Whether the study has ended, after which nothing comes.
        self.is_over = False
        self._backoff = Backoff()
        self._heard_before = False
        self._heard = False
        self._retry_after: float | None = None

    def take(self, response: study_pb2.WatchStudyResponse) -> list[Event]:
        """The events that a message of a stream brings."""
        events: list[Event] = [Gap(None)] if self._heard_before and not self._heard else []
        self._heard = self._heard_before = True
        event = event_of(response)
        if event is not None:
            events.append(event)
        self.is_over = isinstance(event, StudyChanged) and event.study.has_ended
        return events

    def failed(self, failure: grpc.RpcError) -> None:
        """A stream broke. Raises the error, unless another stream may do."""
        error = error_of(failure)
        if not isinstance(error, Unavailable):
            raise error from None
        self._retry_after = error.retry_after

    def pause(self) -> float:
        """How many seconds to wait before the next stream."""
        if self._heard:
            self._backoff = Backoff()
        wait = self._backoff.wait(self._retry_after)
        self._heard, self._retry_after = False, None
        return wait
