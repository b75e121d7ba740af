"""Following a study."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import grpc

from tunewright._study.events import Event
from tunewright._study.following import Following
from tunewright._transport.connection import Connection
from tunewright.v1 import study_pb2


def watch(
    connection: Connection, ref: study_pb2.StudyRef, opened: Callable[[grpc.Call], None] | None = None
) -> Iterator[Event]:
    """The events of a study until it has ended. `opened` gets each stream, which another thread may
    cancel.
    """
    following = Following(ref)
    while True:
        turn = connection.turn
        stream = connection.studies.WatchStudy(following.request)
        if opened is not None:
            opened(stream)
        try:
            for response in stream:
                yield from following.take(response)
                if following.is_over:
                    return
        except grpc.RpcError as failure:
            following.failed(failure)
            connection.move_on(turn)
        finally:
            stream.cancel()
        time.sleep(following.pause())
