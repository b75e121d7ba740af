"""The trials of a study as documents in an object of trials."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from tunewright._engine.attachments import Fetch, StudyAttachments
from tunewright._engine.results import TERMINAL, attachments_of, error_of, exception_of, result_of, state_of
from tunewright._engine.spaces import Translation, vals_of
from tunewright.compat._documents import Doc, new_doc, new_misc, utc_now
from tunewright.compat._states import (
    JOB_STATE_NEW,
    JOB_STATE_RUNNING,
    JOB_VALID_STATES,
    STATUS_NEW,
)
from tunewright.v1 import trial_pb2 as pb

_log = logging.getLogger("tunewright.fmin")

PLACE = "study_trial"
"""The key of `misc` that says which trial of which study (by its id) a document is."""


class Mirror:
    """Keeps the documents of `trials` equal to the trials of one study."""

    def __init__(self, trials: Any, study_id: str, translation: Translation) -> None:
        self.trials = trials
        self.translation = translation
        self._study_id = study_id
        self.by_number: dict[int, Doc] = {}
        for doc in trials._dynamic_trials:
            place = doc["misc"].get(PLACE)
            if place is not None and place[0] == study_id:
                self.by_number[place[1]] = doc

    def bind(self, doc: Doc, number: int) -> None:
        """This document is that trial of the study."""
        doc["misc"][PLACE] = [self._study_id, number]
        self.by_number[number] = doc

    def is_bound(self, doc: Doc) -> bool:
        """Whether a document is a trial of the study."""
        place = doc["misc"].get(PLACE)
        return place is not None and place[0] == self._study_id

    def started(self, assignment: pb.Assignment) -> Doc:
        """The document of a trial that this process evaluates now."""
        doc = self._doc(assignment.lease.trial, assignment.point)
        self._set_point(doc, assignment.point)
        doc["state"] = JOB_STATE_RUNNING
        doc["book_time"] = doc["refresh_time"] = utc_now()
        self._show(doc)
        return doc

    def ended(
        self, doc: Doc, state: int, result: Doc | None = None, error: tuple[str, str] | None = None
    ) -> None:
        """A trial that this process evaluated has ended."""
        doc["state"] = state
        doc["refresh_time"] = utc_now()
        if result is not None:
            doc["result"] = result
        if error is not None:
            doc["misc"]["error"] = error
        self._show(doc)

    def adopt(self, trial: pb.Trial, fetch: Fetch) -> Doc:
        """Takes over a trial as the server tells it; its document."""
        doc = self._doc(trial.number, trial.point)
        if trial.state != pb.TRIAL_STATE_QUEUED or not doc["misc"]["vals"]:
            self._set_point(doc, trial.point)
        doc["state"] = state_of(trial)
        doc["owner"] = trial.lessee or doc["owner"]
        doc["book_time"] = _time(trial.leased_at_ms) or doc["book_time"]
        doc["refresh_time"] = _time(trial.ended_at_ms) or doc["refresh_time"]
        if trial.state in TERMINAL:
            doc["result"] = result_of(trial)
            error = error_of(trial)
            if error is not None:
                doc["misc"]["error"] = error
                exception = exception_of(trial)
                doc["misc"]["traceback"] = (exception or {}).get("traceback") or trial.message
            self._announce(doc, trial, fetch)
        self._show(doc)
        return doc

    def returned(self, doc: Doc) -> None:
        """A running trial was given back, and waits to be evaluated again."""
        doc["state"] = JOB_STATE_NEW
        doc["result"] = {"status": STATUS_NEW}

    def _announce(self, doc: Doc, trial: pb.Trial, fetch: Fetch) -> None:
        names, texts = attachments_of(trial)
        if not names:
            return
        attachments = self.trials.attachments
        if not isinstance(attachments, StudyAttachments):
            attachments = self.trials.attachments = StudyAttachments(attachments)
        for name in names:
            full_name = self.trials.aname(doc, name)
            attachments.announce(full_name, fetch, trial.number, name, is_text=name in texts)

    def _doc(self, number: int, point: Any) -> Doc:
        doc = self.by_number.get(number)
        if doc is None:
            tid = number
            if tid in self.trials._ids:
                (tid,) = self.trials.new_trial_ids(1)
            self.trials._ids.add(tid)
            doc = new_doc(tid, new_misc(tid, {}, self.translation.labels), exp_key=self.trials._exp_key)
            self.bind(doc, number)
            self.trials._dynamic_trials.append(doc)
            # What a refresh would come to, which is a walk over all trials.
            self.trials._trials.append(doc)
            self._set_point(doc, point)
        return doc

    def _set_point(self, doc: Doc, point: Any) -> None:
        vals = vals_of(self.translation, point)
        fresh = new_misc(doc["tid"], vals, self.translation.labels)
        doc["misc"]["idxs"], doc["misc"]["vals"] = fresh["idxs"], fresh["vals"]

    def _show(self, doc: Doc) -> None:
        """Takes a document out of `trials.trials` if its state is none of those that are shown."""
        if doc["state"] not in JOB_VALID_STATES:
            self.trials._refresh_docs()


def _time(ms: int) -> datetime.datetime | None:
    if not ms:
        return None
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).replace(tzinfo=None)
