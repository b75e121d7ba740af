"""When to try a call again, the same for threads and asyncio."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import grpc

from tunewright._transport.status import error_of, unreached, was_answered
from tunewright.errors import TunewrightError, Unavailable

_FIRST = 0.05
_LONGEST = 5.0

#: How long one attempt of a call may take, in seconds.
ATTEMPT = 10.0

#: Asked when no server is reached: knows perhaps why.
Diagnosis = Callable[[], "TunewrightError | None"]


class Backoff:
    """Growing waits between attempts, spread at random so that many clients do not come back at once."""

    def __init__(self) -> None:
        self._next = _FIRST

    def wait(self, retry_after: float | None = None) -> float:
        """How many seconds to wait now; what the server asked for, if it did, and up to half as long
        again.
        """
        grown = self._next
        self._next = min(grown * 2, _LONGEST)
        spread = random.random() / 2
        if retry_after is not None:
            return max(retry_after, 0.001) * (1 + spread)
        return grown * (0.5 + spread)


class Patience:
    """The attempts of one call until its deadline."""

    def __init__(
        self, address: str, total: float, diagnosis: Diagnosis | None = None, servers: int = 1
    ) -> None:
        self._servers = servers
        self._silences = 0
        self._address = address
        self._diagnosis = diagnosis
        self._began = time.monotonic()
        self._deadline = self._began + total
        self._backoff = Backoff()

    def attempt(self) -> float:
        """How many seconds the next attempt may take."""
        return min(ATTEMPT, max(self.left(), 0.001))

    def left(self) -> float:
        """How many seconds are left altogether."""
        return self._deadline - time.monotonic()

    def after(self, failure: grpc.RpcError) -> float:
        """How many seconds to wait before the next attempt; raises if there is to be none."""
        error = error_of(failure)
        answered = was_answered(failure)
        if not isinstance(error, Unavailable):
            raise error from None
        if not answered and self._diagnosis is not None:
            better = self._diagnosis()
            if better is not None:
                raise better from None
        self._silences += 1
        if self._silences % self._servers and self.left() > 0:
            # Another server may be there at once; once all have been asked, there is something to wait for.
            return 0.0
        wait = self._backoff.wait(error.retry_after)
        if time.monotonic() + wait >= self._deadline:
            waited = time.monotonic() - self._began
            raise (error if answered else unreached(self._address, waited, error)) from None
        return wait
