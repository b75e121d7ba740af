"""Trials, the objects around them, and their constants: the names of Hyperopt's `base`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunewright._engine import flavour
from tunewright._engine.arguments import Options
from tunewright._engine.study_trials import StudyTrials
from tunewright.compat._container import TrialAttachments, TrialsContainer
from tunewright.compat._ctrl import Ctrl
from tunewright.compat._documents import (
    SONify,
    miscs_to_idxs_vals,
    miscs_update_idxs_vals,
    spec_from_misc,
    validate_loss_threshold,
    validate_timeout,
)
from tunewright.compat._domain import Domain
from tunewright.compat._states import (
    JOB_STATE_CANCEL,
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    JOB_STATE_RUNNING,
    JOB_STATES,
    JOB_VALID_STATES,
    STATUS_FAIL,
    STATUS_NEW,
    STATUS_OK,
    STATUS_RUNNING,
    STATUS_STRINGS,
    STATUS_SUSPENDED,
    TRIAL_KEYS,
    TRIAL_MISC_KEYS,
)
from tunewright.compat.exceptions import (
    AllTrialsFailed,
    DuplicateLabel,
    InvalidLoss,
    InvalidResultStatus,
    InvalidTrial,
)


class Trials(StudyTrials, TrialsContainer):
    """The trials of `fmin`: in memory, or of a study that is durable and that many workers evaluate."""

    def __init__(
        self,
        address: str | None = None,
        *,
        study: str | None = None,
        parallelism: int | None = None,
        project: str = "",
        data_dir: Path | str | None = None,
        pool: str = "",
        in_process: bool | None = None,
        repeats: bool = True,
        trial_timeout: float | None = None,
        cancel_at_timeout: bool = False,
        spool: Path | str | None = None,
        exp_key: str | None = None,
        refresh: bool = True,
    ) -> None:
        """`address`: of a server, as `grpc://host:7070`, whose workers evaluate; None: this process starts
        one.

        `study`: a name under which the trials are kept; `fmin` goes on with them, also in another process.
        An own server keeps them in `data_dir` (`.tunewright`). `parallelism`: how many trials run at once;
        without an address and more than 1, that many worker processes are started. `pool`: whose workers are
        to evaluate. `in_process=True` has this process evaluate although there is an address.
        `repeats=False` ends the run once all points of a finite space were tried. `trial_timeout`: seconds
        after which a worker ends a trial. `cancel_at_timeout`: end running trials at the `timeout` of
        `fmin`, too, instead of waiting for them. `spool`: a directory where this process keeps the results
        of its own evaluations until the server has acknowledged them.
        """
        self._options = Options(
            address=address,
            study=study,
            project=project,
            parallelism=parallelism,
            in_process=in_process,
            data_dir=data_dir,
            pool=pool,
            repeats=repeats,
            trial_timeout=trial_timeout,
            cancel_at_timeout=cancel_at_timeout,
            spool=spool,
        )
        TrialsContainer.__init__(self, exp_key=exp_key, refresh=refresh)

    def _flavour(self) -> flavour.Flavour:
        return flavour.ours()


def trials_from_docs(docs: Sequence[Any], validate: bool = True, **kwargs: Any) -> Trials:
    """Trials with these documents; `validate=False` takes them unseen."""
    trials = Trials(**kwargs)
    if validate:
        trials.insert_trial_docs(docs)
    else:
        trials._insert_trial_docs(docs)
    trials._refresh_docs()
    return trials


__all__ = [
    "JOB_STATES",
    "JOB_STATE_CANCEL",
    "JOB_STATE_DONE",
    "JOB_STATE_ERROR",
    "JOB_STATE_NEW",
    "JOB_STATE_RUNNING",
    "JOB_VALID_STATES",
    "STATUS_FAIL",
    "STATUS_NEW",
    "STATUS_OK",
    "STATUS_RUNNING",
    "STATUS_STRINGS",
    "STATUS_SUSPENDED",
    "TRIAL_KEYS",
    "TRIAL_MISC_KEYS",
    "AllTrialsFailed",
    "Ctrl",
    "Domain",
    "DuplicateLabel",
    "InvalidLoss",
    "InvalidResultStatus",
    "InvalidTrial",
    "SONify",
    "TrialAttachments",
    "Trials",
    "miscs_to_idxs_vals",
    "miscs_update_idxs_vals",
    "spec_from_misc",
    "trials_from_docs",
    "validate_loss_threshold",
    "validate_timeout",
]
