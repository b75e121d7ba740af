"""Tells the server how trials ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from tunewright._outcome import Outcome
from tunewright._transport.attachments import key, put_parts
from tunewright._transport.spool import is_refused_for_good
from tunewright.errors import Invalid, TunewrightError
from tunewright.v1 import trial_pb2 as pb
from tunewright.worker.deliver import CALL, GaveUp, deliver, is_over

if TYPE_CHECKING:
    from tunewright._transport.connection import Connection
    from tunewright._transport.spool import Kept, Report, Spool
    from tunewright.v1.attachment_pb2 import PutAttachmentRequest

log = logging.getLogger("tunewright.worker")

# Tens of megabytes take longer than an ordinary call.
_PUT = 4 * CALL


class End(Enum):
    """How a trial ended for its worker."""

    COMPLETED = "completed"
    PRUNED = "pruned"
    FAILED = "failed"
    RELEASED = "released"
    """Given back to the study because the worker was asked to end."""
    LOST = "lost"
    """Its attempt counts no more: it was cancelled, or leased to another."""
    UNDELIVERED = "undelivered"
    """The worker ended before the server took the result; the lease expires by itself."""


class Telling:
    """Delivers the ends of trials, with as many attempts as it takes until `give_up` is set."""

    def __init__(self, connection: Connection, give_up: threading.Event, spool: Spool | None = None) -> None:
        """With a `spool`, ends are on disk until the server has answered."""
        self._connection = connection
        self._spool = spool
        self._give_up = give_up

    def tell(self, lease: pb.LeaseRef, outcome: Outcome) -> End:
        """Puts the attachments beside the trial, and then ends it."""
        if outcome.status == "failed":
            log.info("trial %d failed (%s): %s", lease.trial, outcome.reason, outcome.message)
        kept: Kept | None = None
        answered = False
        try:
            # Before the attachments, which may take long; a successor tells the result without them.
            kept = self._keep(_request_of(lease, outcome))
            self._put_attachments(lease, outcome)
            end = self._told(_request_of(lease, outcome), End(outcome.status))
            answered = True
            return end
        except GaveUp:
            return End.UNDELIVERED
        except Invalid as refusal:
            # It would otherwise be tried again for ever.
            answered = True
            return self._refused(lease, outcome, refusal)
        except TunewrightError as refusal:
            answered = is_refused_for_good(refusal)
            return _lost(lease, refusal, kept=kept is not None and not answered)
        finally:
            if kept is not None:
                kept.remove() if answered else kept.leave()

    def replay(self) -> None:
        """Sends what an earlier worker left on disk, until `give_up` is set."""
        for kept in self._spool.waiting() if self._spool is not None else ():
            lease = kept.report.lease
            log.info("sending the result of trial %d that an earlier worker left", lease.trial)
            answered = False
            try:
                self._told(kept.report, End.COMPLETED)
                answered = True
            except GaveUp:
                return
            except TunewrightError as refusal:
                answered = is_refused_for_good(refusal)
                log.warning("the result of trial %d is not taken: %s", lease.trial, refusal)
            finally:
                kept.remove() if answered else kept.leave()

    def release(self, lease: pb.LeaseRef, resume: pb.ResumeHint | None) -> End:
        """Gives a lease back, so that the trial is queued again at once."""
        request = pb.ReleaseTrialRequest(lease=lease, resume=resume)
        try:
            deliver(
                "a released trial",
                self._connection,
                self._give_up,
                lambda timeout: self._connection.trials.ReleaseTrial(request, timeout=timeout),
            )
        except GaveUp:
            return End.UNDELIVERED
        except TunewrightError as refusal:
            return _lost(lease, refusal)
        return End.RELEASED

    def _keep(self, report: Report) -> Kept | None:
        return None if self._spool is None else self._spool.keep(report)

    def _told(self, request: Report, end: End) -> End:
        def call(timeout: float) -> object:
            trials = self._connection.trials
            if isinstance(request, pb.CompleteTrialRequest):
                return trials.CompleteTrial(request, timeout=timeout)
            if isinstance(request, pb.PruneTrialRequest):
                return trials.PruneTrial(request, timeout=timeout)
            return trials.FailTrial(request, timeout=timeout)

        deliver("a result", self._connection, self._give_up, call)
        return end

    def _refused(self, lease: pb.LeaseRef, outcome: Outcome, refusal: Invalid) -> End:
        log.warning("the result of trial %d was refused: %s", lease.trial, refusal)
        message = f"the result was refused: {refusal}"
        failed = Outcome.failed("objective_error", message, outcome.output)
        try:
            return self._told(_request_of(lease, failed), End.FAILED)
        except GaveUp:
            return End.UNDELIVERED
        except TunewrightError as again:
            return _lost(lease, again)

    def _put_attachments(self, lease: pb.LeaseRef, outcome: Outcome) -> None:
        lost: dict[str, object] = {}
        for name, data in outcome.attachments.items():
            try:
                parts = put_parts(key(lease.study, lease.trial, name), data)
                deliver("an attachment", self._connection, self._give_up, self._putting(parts))
            except TunewrightError as refusal:
                if is_over(refusal):
                    raise
                log.warning("the attachment `%s` of trial %d was refused: %s", name, lease.trial, refusal)
                lost[name] = {"not_kept": "bytes", "why": str(refusal)}
        if lost:
            kept = outcome.result.get("attachments")
            outcome.result["attachments"] = {**(kept if isinstance(kept, dict) else {}), **lost}

    def _putting(self, parts: list[PutAttachmentRequest]) -> Callable[[float], object]:
        return lambda _: self._connection.attachments.PutAttachment(iter(parts), timeout=_PUT)


def _request_of(lease: pb.LeaseRef, outcome: Outcome) -> Report:
    try:
        return outcome.requests(lease)
    except (TypeError, ValueError) as error:
        # Nothing that an objective returns may end its worker.
        raise Invalid(f"it cannot be sent: {error}", field="result") from error


def _lost(lease: pb.LeaseRef, refusal: TunewrightError, *, kept: bool = False) -> End:
    if kept:
        log.warning(
            "the server does not take the end of trial %d (%s); it is kept for the next worker here",
            lease.trial,
            refusal,
        )
        return End.UNDELIVERED
    log.warning("the server does not take the end of trial %d: %s", lease.trial, refusal)
    return End.LOST
