"""What an objective that asks for it gets to talk to its trial."""

from __future__ import annotations

import logging
from typing import Any

from tunewright.compat._documents import Doc
from tunewright.compat._states import JOB_STATE_DONE

_log = logging.getLogger("tunewright.fmin")


class Ctrl:
    """The running trial of an objective with `pass_expr_memo_ctrl`."""

    info = _log.info
    warn = _log.warning
    error = _log.error
    debug = _log.debug

    def __init__(self, trials: Any, current_trial: Doc | None = None) -> None:
        if trials is None:
            from tunewright.compat._container import TrialsContainer

            trials = TrialsContainer()
        self.trials = trials
        self.current_trial = current_trial

    def checkpoint(self, r: Doc | None = None) -> None:
        """Sets the trial's result so far."""
        if r is not None and self.current_trial is not None:
            self.current_trial["result"] = r

    @property
    def attachments(self) -> Any:
        """The trial's attachments by name: `[name]` and `[name] = value`."""
        return self.trials.trial_attachments(trial=self.current_trial)

    def inject_results(
        self, specs: list[Any], results: list[Doc], miscs: list[Doc], new_tids: list[Any] | None = None
    ) -> list[Any]:
        """Adds trials that this one found by itself, as done; gives their ids."""
        if new_tids is None:
            new_tids = self.trials.new_trial_ids(len(specs))
        sources = [self.current_trial] * len(specs)
        docs = self.trials.source_trial_docs(
            tids=new_tids, specs=specs, results=results, miscs=miscs, sources=sources
        )
        for doc in docs:
            doc["state"] = JOB_STATE_DONE
        added: list[Any] = self.trials.insert_trial_docs(docs)
        return added
