"""Following a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import grpc

from tunewright._study.events import Event, Gap, StudyChanged, event_of
from tunewright._transport.connection import Connection
from tunewright._transport.patience import Backoff
from tunewright._transport.status import error_of
from tunewright.errors import Unavailable
from tunewright.v1 import study_pb2


def watch(
    connection: Connection, ref: study_pb2.StudyRef, opened: Callable[[grpc.Call], None] | None = None
) -> Iterator[Event]:
    """The events of a study until it has ended. `opened` gets each stream, which another thread may
    cancel.
    """
    backoff = Backoff()
    request = study_pb2.WatchStudyRequest(study=ref)
    heard_before = False
    while True:
        stream = connection.studies.WatchStudy(request)
        if opened is not None:
            opened(stream)
        retry_after = None
        heard = False
        try:
            for response in stream:
                if not heard and heard_before:
                    yield Gap(None)
                heard = heard_before = True
                event = event_of(response)
                if event is not None:
                    yield event
                if isinstance(event, StudyChanged) and event.study.has_ended:
                    return
        except grpc.RpcError as failure:
            error = error_of(failure)
            if not isinstance(error, Unavailable):
                raise error from None
            retry_after = error.retry_after
        finally:
            stream.cancel()
        if heard:
            backoff = Backoff()
        time.sleep(backoff.wait(retry_after))
