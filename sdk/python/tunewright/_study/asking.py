"""Asking until there is something, the same for threads and asyncio."""

from __future__ import annotations

import time

from tunewright._study import operations
from tunewright._transport.patience import Backoff
from tunewright.errors import Closed, Exhausted
from tunewright.v1 import study_pb2, trial_pb2

#: How long an ask waits while nothing can be leased, in seconds.
ASK_TIMEOUT = 600.0


class Asking:
    """One ask, which is sent until it brings trials."""

    def __init__(
        self,
        ref: study_pb2.StudyRef,
        client_id: str,
        count: int,
        *,
        timeout: float = ASK_TIMEOUT,
        reclaim: bool = False,
        request_id: str | None = None,
    ) -> None:
        self.operation = operations.ask(ref, client_id, count, reclaim=reclaim, request_id=request_id)
        self._name = ref.name
        self._deadline = time.monotonic() + timeout
        self._backoff = Backoff()

    def assignments(self, answer: trial_pb2.AskTrialsResponse) -> list[trial_pb2.Assignment]:
        """What an answer brings; empty if it is to be asked again. Raises `Closed` at the study's end."""
        if not answer.assignments and answer.study_ended:
            message = f"the study `{self._name}` has ended: {answer.study_ended}"
            raise Closed(message, hint="raise its budget with `study.update(...)`, or create another")
        return list(answer.assignments)

    def wait(self, error: Exhausted | None) -> float:
        """How many seconds to wait before asking again; raises `Exhausted` if the time is over."""
        wait = self._backoff.wait(None if error is None else error.retry_after)
        if time.monotonic() + wait >= self._deadline:
            raise error or Exhausted("there is nothing to lease at the moment")
        return wait
