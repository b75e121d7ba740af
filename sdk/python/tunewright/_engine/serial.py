"""Evaluation in this process, one trial after the other."""

from __future__ import annotations

import logging
import time
import traceback
from typing import Any

from tunewright._engine.algorithms import ClientAlgorithm
from tunewright._engine.results import outcome_of
from tunewright._engine.run import Run
from tunewright._outcome import Outcome
from tunewright._study.leased import GONE
from tunewright.compat._documents import Doc, spec_from_misc, utc_now
from tunewright.compat._states import JOB_STATE_CANCEL, JOB_STATE_DONE, JOB_STATE_ERROR, JOB_STATE_RUNNING
from tunewright.errors import Exhausted, TrialPruned
from tunewright.v1 import trial_pb2

_log = logging.getLogger("tunewright.fmin")

_PAUSE = 0.2
"""Between asks while trials of others or lost ones are waited for, in seconds."""


class SerialLoop:
    """Asks, evaluates and tells until a rule stops it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ahead: trial_pb2.Assignment | None = None
        """Leased with the last result."""

    def exhaust(self) -> None:
        """Evaluates everything that is left. Raises what the objective raised, unless that is to be
        caught.
        """
        try:
            self._exhaust()
        finally:
            if self._ahead is not None:
                self._run.session.release(self._ahead.lease)

    def _exhaust(self) -> None:
        run = self._run
        run.show_progress()
        self.evaluate_local()
        for client in run.reclaimable():
            while run.stops.reason() is None and (assignment := self._reclaimed(client)) is not None:
                run.count_down()
                self._evaluate(run.mirror.started(assignment), assignment)
        while run.stops.reason() is None:
            left = run.left()
            if left is not None and left <= 0:
                return
            assignment = self._next(left)
            if assignment is None:
                return
            run.count_down()
            self._evaluate(run.mirror.started(assignment), assignment, ask_next=True)

    def _reclaimed(self, client: str) -> trial_pb2.Assignment | None:
        """A trial that a process which is no more was evaluating."""
        number_running = [
            number
            for number, doc in self._run.mirror.by_number.items()
            if doc["owner"] == client and doc["state"] == JOB_STATE_RUNNING
        ]
        if not number_running:
            return None
        try:
            answer = self._run.session.ask(reclaim_of=client)
        except Exhausted:
            return None
        for assignment in answer.assignments:
            return assignment
        return None

    def _next(self, left: int | None) -> trial_pb2.Assignment | None:
        """The next trial to evaluate; None if there is none any more."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            return ahead
        run = self._run
        if isinstance(run.algorithm, ClientAlgorithm) and run.queued == 0:
            most = max(1, run.arguments.max_queue_len)
            docs = run.propose(most if left is None else min(most, left))
            if not docs:
                return None
            if run.fresh is not None:
                run.fresh -= len(docs)
            run.queued += sum(run.mirror.is_bound(doc) for doc in docs)
            if run.local:
                self.evaluate_local()
                return self._next(run.left())
        while run.stops.reason() is None:
            try:
                answer = run.session.ask()
            except Exhausted as error:
                wait = min(_PAUSE, error.retry_after or _PAUSE, run.stops.seconds_left() or _PAUSE)
                time.sleep(max(0.01, wait))
                continue
            for assignment in answer.assignments:
                return assignment
            _log.info("the study has ended: %s", answer.study_ended)
            return None
        return None

    def evaluate_local(self) -> None:
        """Evaluates the trials that the server cannot know."""
        while self._run.local and self._run.stops.reason() is None:
            doc = self._run.local.pop(0)
            doc["state"] = JOB_STATE_RUNNING
            doc["book_time"] = doc["refresh_time"] = utc_now()
            self._evaluate(doc, None)

    def _evaluate(self, doc: Doc, assignment: trial_pb2.Assignment | None, *, ask_next: bool = False) -> None:
        run = self._run
        lease = assignment.lease if assignment is not None else None
        if assignment is not None:
            run.session.watch_lease(assignment)
        before = len(run.trials.attachments)
        ctrl = run.flavour.ctrl(run.trials, current_trial=doc)
        try:
            result = run.domain.evaluate(spec_from_misc(doc["misc"]), ctrl)
        except Exception as error:
            self._failed(doc, lease, error)
            return
        except BaseException:
            # Ctrl-C, as a rule: the trial is evaluated again when the study goes on.
            run.mirror.returned(doc)
            if lease is not None:
                run.session.release(lease)
            raise
        kept = self._attachments(doc, result) if len(run.trials.attachments) != before else result
        outcome = outcome_of(kept)
        self._tell(doc, lease, outcome, ask_next=ask_next and self._is_next_sure(outcome))
        if doc["state"] != JOB_STATE_CANCEL:
            run.mirror.ended(doc, JOB_STATE_DONE, result)
        run.completed(doc, run.trials)

    def _failed(self, doc: Doc, lease: trial_pb2.LeaseRef | None, error: Exception) -> None:
        run = self._run
        _log.error("trial %s raised %s: %s", doc["tid"], type(error).__name__, error)
        self._tell(doc, lease, Outcome.from_exception(error))
        if isinstance(error, TrialPruned):
            run.mirror.ended(doc, JOB_STATE_DONE, {"status": "fail", "pruned": True})
            run.completed(doc, run.trials)
            return
        shown = traceback.format_exception(type(error), error, error.__traceback__)
        doc["misc"]["traceback"] = "".join(shown)
        run.mirror.ended(doc, JOB_STATE_ERROR, error=(str(type(error)), str(error)))
        if not run.arguments.catch_eval_exceptions:
            run.ended += 1
            run.failed += 1
            raise error
        run.completed(doc, run.trials)

    def _is_next_sure(self, outcome: Outcome) -> bool:
        """Whether the server has another trial to give after this one, and it will be wanted."""
        run = self._run
        proposes = not isinstance(run.algorithm, ClientAlgorithm) and not run.local
        return proposes and run.left() != 0 and run.stops.may_go_on_after(outcome.loss)

    def _tell(
        self,
        doc: Doc,
        lease: trial_pb2.LeaseRef | None,
        outcome: Outcome,
        *,
        ask_next: bool = False,
    ) -> None:
        if lease is None:
            return
        try:
            self._ahead = self._run.session.tell(lease, outcome, ask_next=ask_next)
        except GONE as error:
            _log.warning("the result of trial %s came too late: %s", doc["tid"], error)
            self._run.mirror.ended(doc, JOB_STATE_CANCEL)

    def _attachments(self, doc: Doc, result: dict[str, Any]) -> dict[str, Any]:
        """The result with the attachments that the server is to keep, too."""
        if self._run.session.is_owned:
            return result
        attachments = self._run.trials.attachments
        prefix = self._run.trials.aname(doc, "")
        own = {name[len(prefix) :]: attachments[name] for name in attachments if name.startswith(prefix)}
        return {**result, "attachments": own}
