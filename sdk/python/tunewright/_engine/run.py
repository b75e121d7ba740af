"""One call of `fmin`: what both ways of evaluating share."""

from __future__ import annotations

import logging
import math
from contextlib import ExitStack
from typing import Any

from tunewright._engine.algorithms import ClientAlgorithm, resolve
from tunewright._engine.arguments import Arguments, Options
from tunewright._engine.flavour import Flavour
from tunewright._engine.mirror import Mirror
from tunewright._engine.random_state import Seeds
from tunewright._engine.results import good_loss, outcome_of_doc
from tunewright._engine.saving import SaveFile
from tunewright._engine.session import Session, key_of
from tunewright._engine.stops import StopRules
from tunewright._study import identity
from tunewright.compat._documents import Doc, new_doc, new_misc, spec_from_misc
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat._states import (
    JOB_STATE_CANCEL,
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    JOB_STATE_RUNNING,
)
from tunewright.errors import Closed, Invalid
from tunewright.progress import Progress
from tunewright.v1 import study_pb2, trial_pb2

_log = logging.getLogger("tunewright.fmin")

_OVER = (JOB_STATE_DONE, JOB_STATE_ERROR)
_GOING_ON = (study_pb2.STUDY_STATUS_ACTIVE, study_pb2.STUDY_STATUS_PAUSED)


class Run:
    """The state of one call of `fmin`. Enter it, then evaluate trials until there is nothing `left`."""

    def __init__(self, trials: Any, arguments: Arguments, options: Options, flavour: Flavour) -> None:
        self.trials = trials
        self.arguments = arguments
        self.options = options
        self.flavour = flavour
        self.domain = flavour.domain(
            arguments.fn, arguments.space, pass_expr_memo_ctrl=arguments.pass_expr_memo_ctrl
        )
        self.space = ExpressionSpace.of(self.domain.expr)
        self.algorithm = resolve(arguments.algo)
        self.seeds = Seeds(arguments.rstate)
        self.save_file = SaveFile(arguments.trials_save_file)
        self.local: list[Doc] = []
        """Trials whose points the space does not hold: the server cannot know them."""
        self.queued = 0
        self.fresh: int | None = None
        """How many new trials there are to be; None without a limit."""
        self._stack = ExitStack()

    def __enter__(self) -> Run:
        with ExitStack() as stack:
            self.session = Session.open(
                self.options,
                space=self.space.node,
                algorithm=self.algorithm.message,
                seed=self.seeds.next_wide(),
                client_id=identity.client_id(),
            )
            stack.callback(self._close)
            self._prepare()
            self.stops = StopRules(
                timeout=self.arguments.timeout,
                loss_threshold=self.arguments.loss_threshold,
                early_stop_fn=self.arguments.early_stop_fn,
            )
            for doc in self.trials.trials:
                self.stops.seen(doc)
            self.ended = sum(doc["state"] in _OVER for doc in self.trials._dynamic_trials)
            self.failed = sum(doc["state"] == JOB_STATE_ERROR for doc in self.trials._dynamic_trials)
            left = self.left()
            self.progress = stack.enter_context(
                Progress.of(
                    self.arguments.show_progressbar,
                    initial=self.ended,
                    total=None if left is None else self.ended + left,
                )
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *failure: Any) -> None:
        self._stack.__exit__(*failure)

    def left(self) -> int | None:
        """How many trials are still to be evaluated in this run; None without a limit."""
        return None if self.fresh is None else self.fresh + self.queued + len(self.local)

    def count_down(self) -> None:
        """One of the trials that were left has begun."""
        if self.queued > 0:
            self.queued -= 1
        elif self.fresh is not None:
            self.fresh -= 1

    def show_progress(self, running: int = 0) -> None:
        """Brings the bar up to date."""
        self.progress.update(self.stops.best_loss, self.ended, self.failed, running)

    def completed(self, doc: Doc, seen: Any, running: int = 0) -> None:
        """A trial of this run has ended; `seen` is what the early stop function looks at."""
        self.ended += 1
        self.failed += doc["state"] == JOB_STATE_ERROR or doc["result"].get("status") == "fail"
        self.save_file.save(self.trials)
        self.stops.completed(doc, seen)
        self.show_progress(running)

    def propose(self, most: int) -> list[Doc]:
        """New documents of the client's own algorithm, queued; none if it has nothing more to propose."""
        if not isinstance(self.algorithm, ClientAlgorithm):
            raise TypeError("the server proposes the points of this run")
        ids = self.trials.new_trial_ids(most)
        self.trials._refresh_docs()
        docs = list(self.algorithm.suggest(ids, self.domain, self.trials, self.seeds.next()))
        if len(docs) > len(ids):
            raise ValueError(f"`algo` was asked for {len(ids)} trials and proposed {len(docs)}")
        self.trials.insert_trial_docs(docs)
        self.trials._refresh_docs()
        tids = {doc["tid"] for doc in docs}
        added = (
            [doc for doc in self.trials._dynamic_trials[-len(docs) :] if doc["tid"] in tids] if docs else []
        )
        for doc in added:
            self._enqueue(doc)
        return added

    def _prepare(self) -> None:
        """Brings the study and the object of trials to what they both know, and sets the budget."""
        self._check_alive()
        self.mirror = Mirror(self.trials, self.session.study.id, self.space)
        self.trials._refresh_docs()
        unknown = [doc for doc in self.trials._dynamic_trials if not self.mirror.is_bound(doc)]
        unknown = [doc for doc in unknown if doc["state"] != JOB_STATE_CANCEL]
        counted = sum(self._is_counted(doc) for doc in unknown)
        if not self.session.is_new:
            for trial in self.session.trials():
                self.mirror.adopt(trial, self.session.attachment)
                counted += trial.state != trial_pb2.TRIAL_STATE_CANCELLED
        most = self.arguments.most
        self.fresh = None if most is None else max(0, most - counted)
        points = [*(self.arguments.points_to_evaluate or ())] if self.session.is_new else []
        self._open_budget(len(unknown) + len(points))
        for doc in unknown:
            self._bring_in(doc)
        self._enqueue_points(points)
        self._count_queued()
        if self.local:
            self._open_budget(0)

    def _is_counted(self, doc: Doc) -> bool:
        """Whether a document stands for one of `max_evals`: any that has ended, and new ones that are
        shown.
        """
        return doc["state"] in _OVER or any(doc is shown for shown in self.trials._trials)

    def _check_alive(self) -> None:
        study = self.session.study
        if study.status == study_pb2.STUDY_STATUS_STOPPED:
            hint = "use another name, or delete the study"
            raise Closed(f"study `{study.name}` was stopped, and takes no more trials", hint=hint)

    def _open_budget(self, coming: int) -> None:
        """Has the study lease what is left and no more; `coming` trials are about to be added."""
        counts = self.session.refresh().counts
        known = counts.queued + counts.running + counts.completed + counts.failed + counts.pruned
        parts: dict[str, Any] = {}
        if not self.session.is_new:
            # In one step: workers must not begin with the objective of an earlier run.
            parts = {"algorithm": self.algorithm.message, "clear": ["objective"]}
        if self.fresh is None:
            parts["clear"] = [*parts.get("clear", []), "max_trials"]
        elif known + self.fresh + coming > 0:
            parts["max_trials"] = known + self.fresh + coming
        is_over = self.session.study.status not in _GOING_ON
        if is_over and self.fresh is not None and self.fresh + coming == 0:
            return
        self.session.update(**parts)
        self.session.resume()

    def _bring_in(self, doc: Doc) -> None:
        """Makes a document that the study does not know a trial of it."""
        vals = spec_from_misc(doc["misc"])
        if doc["state"] in (JOB_STATE_NEW, JOB_STATE_RUNNING):
            # A running one is of a run that was broken off: nobody evaluates it any more.
            self.mirror.returned(doc)
            self._enqueue(doc)
            return
        outcome = outcome_of_doc(doc)
        key = key_of("add", doc["tid"], vals, outcome.loss, doc["state"])
        try:
            number = self.session.add(self.space.to_point(vals), outcome, key)
        except (Invalid, ValueError, LookupError, TypeError) as error:
            _log.warning(
                "trial %s stays out of the study, since its point is not in the space: %s", doc["tid"], error
            )
            return
        self.mirror.bind(doc, number)

    def _enqueue(self, doc: Doc) -> None:
        vals = spec_from_misc(doc["misc"])
        try:
            point = self.space.to_point(vals)
            number = self.session.enqueue(point, key_of("point", self.session.study.id, doc["tid"], vals))
        except (Invalid, ValueError, LookupError, TypeError) as error:
            _log.warning(
                "trial %s is evaluated, but the search does not learn from it, since its point is not in the "
                "space: %s",
                doc["tid"],
                error,
            )
            self.local.append(doc)
            return
        self.mirror.bind(doc, number)

    def _enqueue_points(self, points: list[dict[str, Any]]) -> None:
        """The given points are trials beyond `max_evals`, each evaluated once in the life of a study."""
        for at, vals in enumerate(points):
            (tid,) = self.trials.new_trial_ids(1)
            doc = new_doc(tid, new_misc(tid, vals, self.space.labels), exp_key=self.trials._exp_key)
            self.trials._dynamic_trials.append(doc)
            self.trials._trials.append(doc)
            _log.debug("point %d to evaluate is trial %s", at, tid)
            self._enqueue(doc)

    def _count_queued(self) -> None:
        docs = self.mirror.by_number.values()
        self.queued = sum(doc["state"] in (JOB_STATE_NEW, JOB_STATE_RUNNING) for doc in docs)

    def reclaimable(self) -> list[str]:
        """Clients of this machine that are no more, but whose trials still count as running."""
        if self.session.is_new:
            return []
        running = [
            doc["owner"] for doc in self.mirror.by_number.values() if doc["state"] == JOB_STATE_RUNNING
        ]
        return [*identity.orphans(running)]

    def _close(self) -> None:
        try:
            if not self.session.is_owned and self.session.study.status == study_pb2.STUDY_STATUS_ACTIVE:
                self.session.pause()
            if self.session.is_owned and hasattr(self.trials.attachments, "load_all"):
                self.trials.attachments.load_all()
        finally:
            self.save_file.save(self.trials, now=True)
            self.session.close(forget=True)


def best_loss(docs: list[Doc]) -> float | None:
    """The lowest loss of these trials."""
    losses = [loss for doc in docs if (loss := good_loss(doc)) is not None and not math.isnan(loss)]
    return min(losses, default=None)
