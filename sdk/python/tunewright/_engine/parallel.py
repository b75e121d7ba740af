"""Evaluation by workers, while this process watches."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from typing import Any

from tunewright._embedded.worker import LocalWorker
from tunewright._engine.algorithms import ClientAlgorithm
from tunewright._engine.remote_errors import rebuilt, start_failure
from tunewright._engine.results import TERMINAL, exception_of
from tunewright._engine.run import Run
from tunewright._engine.shortage import Shortage
from tunewright._engine.watching import Resync, Watcher
from tunewright._transport.attachments import put_attachment
from tunewright.compat._documents import Doc
from tunewright.compat._objective import HyperoptObjective
from tunewright.compat._states import JOB_STATE_CANCEL, JOB_STATE_NEW, JOB_STATE_RUNNING
from tunewright.errors import NotFound
from tunewright.v1 import study_pb2, trial_pb2
from tunewright.worker.pickling import pickle_objective

_log = logging.getLogger("tunewright.fmin")

_TURN = 0.1
"""Between looks at the clock and the workers, in seconds."""

_CHECK = 5.0
"""After so many silent seconds the study is asked whether an event was lost."""

_CANCEL = 10.0
"""So long it is waited for cancelled trials to be seen as such."""

_HURRIED = ("early_stop", "loss_threshold")
"""Reasons to stop after which no result can matter."""


class ParallelLoop:
    """Ships the objective, has workers evaluate, and follows the study's events."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._order: list[Doc] = []
        """Ended trials of this run, as they ended."""
        self._over: set[int] = {
            number
            for number, doc in run.mirror.by_number.items()
            if doc["state"] not in (JOB_STATE_NEW, JOB_STATE_RUNNING)
        }
        self._seen: Any = run.flavour.plain_trials() if run.stops.wants_trials else None
        self._error: Exception | None = None
        self._heard = time.monotonic()
        self._has_proposed_all = False

    def exhaust(self) -> None:
        """Waits until everything that is left was evaluated, or a rule stops the search.

        Raises what the objective raised, unless that is to be caught.
        """
        run = self._run
        self._local_first()
        if run.stops.reason() is not None or run.left() == 0:
            return
        self._ship()
        with ExitStack() as stack:
            self._watcher = stack.enter_context(Watcher(run.session))
            self._shortage = Shortage(run.session, run.options.pool)
            self._worker = stack.enter_context(self._local_worker()) if run.options.address is None else None
            try:
                self._follow()
                self._finish()
            except BaseException:
                self._cancel_running()
                raise
            finally:
                if self._worker is not None:
                    # Whatever it runs now is of no use to anybody.
                    self._worker.stop(0)
        if self._error is not None:
            raise self._error

    def _local_first(self) -> None:
        if self._run.local:
            from tunewright._engine.serial import SerialLoop

            SerialLoop(self._run).evaluate_local()

    def _ship(self) -> None:
        """Puts the objective beside the study."""
        run = self._run
        objective = HyperoptObjective(
            run.arguments.fn, run.space, run.arguments.pass_expr_memo_ctrl, run.flavour.name
        )
        pickled = pickle_objective(objective)
        put_attachment(run.session.connection, run.session.ref, None, pickled.attachment, pickled.data)
        parts: dict[str, Any] = {"objective": pickled.objective()}
        if run.options.parallelism is not None:
            parts["parallelism"] = run.options.parallelism
        run.session.update(**parts)

    def _local_worker(self) -> LocalWorker:
        run = self._run
        ref = run.session.ref
        return LocalWorker(
            run.session.connection.address,
            slots=run.options.parallelism or 1,
            study=f"{ref.project}/{ref.name}",
        )

    def _follow(self) -> None:
        """Takes in events until there is nothing to wait for."""
        run = self._run
        run.show_progress()
        while self._error is None and run.stops.reason() is None:
            self._refill()
            if self._is_over():
                return
            self._turn()
            if self._worker is not None and (failure := self._worker.failure()) is not None:
                raise failure
            self._warn_of_shortage()

    def _turn(self) -> None:
        """Takes in what has happened, and waits a moment for it if nothing has."""
        left = self._run.stops.seconds_left()
        event = self._watcher.next(_TURN if left is None else max(0.001, min(_TURN, left)))
        if event is None:
            if time.monotonic() - self._heard > _CHECK:
                self._resync()
            return
        self._heard = time.monotonic()
        if isinstance(event, study_pb2.TrialEvent):
            self._trial_event(event)
        elif isinstance(event, Resync):
            self._resync()
        else:
            # The first event of a stream, too: what happened before it is not told.
            self._run.session.study = event
            self._resync()

    def _trial_event(self, event: study_pb2.TrialEvent) -> None:
        if event.state == "queued":
            doc = self._run.mirror.by_number.get(event.number)
            if doc is not None and event.number not in self._over:
                self._run.mirror.returned(doc)
        elif event.number not in self._over:
            self._take(self._run.session.trial(event.number))

    def _resync(self) -> None:
        """Looks at all trials, and takes in those that have ended meanwhile in the order in which they
        did.
        """
        self._heard = time.monotonic()
        run = self._run
        run.session.refresh()
        trials = [trial for trial in run.session.trials() if trial.number not in self._over]
        for trial in sorted(trials, key=lambda trial: (trial.ended_at_ms or 2**63, trial.number)):
            self._take(trial)

    def _take(self, trial: trial_pb2.Trial) -> None:
        run = self._run
        if trial.state == trial_pb2.TRIAL_STATE_QUEUED and not trial.point.values:
            return
        doc = run.mirror.adopt(trial, run.session.attachment)
        self._shortage.progressed()
        if trial.state not in TERMINAL:
            run.show_progress(self._running())
            return
        self._over.add(trial.number)
        if doc["state"] == JOB_STATE_CANCEL:
            return
        self._completed(doc, trial)

    def _completed(self, doc: Doc, trial: trial_pb2.Trial) -> None:
        run = self._run
        if self._seen is not None:
            self._seen._dynamic_trials.append(doc)
            self._seen._refresh_docs() if hasattr(self._seen, "_refresh_docs") else self._seen.refresh()
        run.completed(doc, self._seen, self._running())
        if run.arguments.catch_eval_exceptions or self._error is not None:
            return
        exception = exception_of(trial)
        if trial.reason == trial_pb2.END_REASON_START_FAILED:
            self._error = start_failure(trial)
        elif exception is not None and trial.state == trial_pb2.TRIAL_STATE_FAILED:
            self._error = rebuilt(exception)

    def _running(self) -> int:
        docs = self._run.mirror.by_number.values()
        return sum(doc["state"] == JOB_STATE_RUNNING for doc in docs)

    def _open(self) -> int:
        """How many trials are queued or running."""
        docs = self._run.mirror.by_number.values()
        return sum(doc["state"] in (JOB_STATE_NEW, JOB_STATE_RUNNING) for doc in docs)

    def _refill(self) -> None:
        """Keeps points of the client's own algorithm in the queue."""
        run = self._run
        if not isinstance(run.algorithm, ClientAlgorithm) or self._has_proposed_all:
            return
        wanted = max((run.options.parallelism or 8), run.arguments.max_queue_len)
        while (room := wanted - self._open()) > 0:
            most = room if run.fresh is None else min(room, run.fresh)
            docs = run.propose(min(most, max(1, run.arguments.max_queue_len))) if most > 0 else []
            if not docs:
                self._has_proposed_all = True
                return
            if run.fresh is not None:
                run.fresh -= len(docs)
            self._local_first()

    def _is_over(self) -> bool:
        """Whether there is nothing more to come."""
        if self._has_proposed_all:
            return self._open() == 0
        status = self._run.session.study.status
        return status not in (study_pb2.STUDY_STATUS_ACTIVE, study_pb2.STUDY_STATUS_PAUSED)

    def _finish(self) -> None:
        """After a rule has stopped the search: no new trials, and those that run are waited for or
        cancelled.
        """
        run = self._run
        reason = run.stops.reason()
        if reason is None and self._error is None:
            return
        run.session.pause()
        hurried = self._error is not None or reason in _HURRIED
        if hurried or (reason == "timeout" and run.options.cancel_at_timeout):
            self._cancel_running()
        self._resync()
        while self._running() > 0:
            self._turn()
            if self._worker is not None and (failure := self._worker.failure()) is not None:
                raise failure

    def _cancel_running(self) -> None:
        """Ends what runs; the study stays as it is, so that it can be gone on with."""
        session = self._run.session
        try:
            session.pause()
        except NotFound:
            return
        for number, doc in [*self._run.mirror.by_number.items()]:
            if doc["state"] == JOB_STATE_RUNNING and number not in self._over:
                session.cancel(number)
        until = time.monotonic() + _CANCEL
        self._resync()
        while self._running() > 0 and time.monotonic() < until:
            self._turn()

    def _warn_of_shortage(self) -> None:
        if self._worker is None and self._running() == 0:
            why = self._shortage.look()
            if why is not None:
                _log.warning("the trials of study `%s` wait: %s", self._run.session.ref.name, why)
