"""Calls that are made again until the server has answered them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import grpc

from tunewright._transport.status import error_of, was_answered
from tunewright.errors import Closed, Conflict, LeaseLost, NotFound, TunewrightError
from tunewright.worker.backoff import Backoff

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection

log = logging.getLogger("tunewright.worker")

Answer = TypeVar("Answer")

CALL = 30.0
"""The longest wait for one answer, in seconds."""

_FIRST, _MOST = 0.2, 15.0
_FAULTS_MAX = 10
_TRANSPORT = (
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
)


class GaveUp(Exception):
    """The answer is not waited for any longer."""


def deliver(
    what: str,
    connection: Connection,
    give_up: threading.Event,
    call: Callable[[float], Answer],
    *,
    failed: Callable[[], None] = lambda: None,
) -> Answer:
    """Makes a call, which gets its timeout in seconds, until one of the servers takes or refuses it.

    `failed` is called after every attempt without an answer. Raises GaveUp once `give_up` is set, and the
    server's refusal as a TunewrightError.
    """
    backoff = Backoff(_FIRST, _MOST)
    faults = attempts = 0
    while not give_up.is_set():
        turn = connection.turn
        try:
            return call(CALL)
        except grpc.RpcError as failure:
            error = error_of(failure)
            fault = _is_fault(failure, error)
            is_away = error.code == "unavailable" or not was_answered(failure)
            faults += fault is True
            if fault is None or faults >= _FAULTS_MAX:
                raise error from None
        failed()
        attempts += 1
        if is_away:
            connection.move_on(turn)
            if attempts % len(connection.places):
                # Another server may be there at once; once all were asked, there is something to wait for.
                continue
        wait = backoff.wait(error.retry_after)
        # Once is nothing; a server that stays away is worth a line.
        log.log(
            logging.WARNING if attempts % 4 == 0 else logging.DEBUG,
            "%s does not reach the server (%s); trying again in %.1f s", what, error, wait,
        )  # fmt: skip
        give_up.wait(wait)
    raise GaveUp(what)


def is_over(error: TunewrightError) -> bool:
    """Whether a refusal says that the attempt counts no more."""
    return isinstance(error, (LeaseLost, Closed, Conflict, NotFound))


def _is_fault(failure: grpc.RpcError, error: TunewrightError) -> bool | None:
    """None: the refusal is final. True: a fault, worth a few attempts. False: worth any number of them."""
    # A status without our details comes from the transport or a proxy, and says nothing about the call.
    status = failure.code() if isinstance(failure, grpc.Call) else grpc.StatusCode.UNKNOWN
    if status in _TRANSPORT and not was_answered(failure):
        return False
    if error.code in ("unavailable", "exhausted"):
        return False
    return True if error.code == "internal" else None
