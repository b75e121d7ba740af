"""What a run of `fmin` is asked for, and where it is to happen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.compat._documents import validate_loss_threshold, validate_timeout
from tunewright.errors import Invalid


@dataclass(frozen=True)
class Arguments:
    """The arguments of `fmin`, checked as Hyperopt checks them."""

    fn: Any
    space: Any
    algo: Any = None
    max_evals: int | None = None
    timeout: float | None = None
    loss_threshold: float | None = None
    max_queue_len: int = 1
    rstate: Any = None
    verbose: bool = True
    pass_expr_memo_ctrl: bool | None = None
    catch_eval_exceptions: bool = False
    return_argmin: bool = True
    show_progressbar: Any = True
    early_stop_fn: Callable[..., Any] | None = None
    trials_save_file: str = ""
    points_to_evaluate: Sequence[dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        validate_timeout(self.timeout)
        validate_loss_threshold(self.loss_threshold)
        if self.max_evals is not None and (isinstance(self.max_evals, bool) or self.max_evals < 0):
            raise Invalid(f"must be a number from 0, not `{self.max_evals}`", field="max_evals")

    @property
    def most(self) -> int | None:
        """How many trials in all, the given points not counted; None without a limit."""
        return None if self.max_evals is None or self.max_evals >= sys.maxsize else int(self.max_evals)


@dataclass(frozen=True)
class Options:
    """Where the trials of a study are evaluated, and how it is kept."""

    address: str | None = None
    """Of a server; None: one that this process starts."""
    study: str | None = None
    """The name; None: a study of this object alone."""
    project: str = ""
    parallelism: int | None = None
    """How many trials may run at once; None: 1 in this process, as many as there are slots on a cluster."""
    in_process: bool | None = None
    """Whether this process evaluates; None: if parallelism is 1 and no address is given."""
    data_dir: Path | str | None = None
    """Where the own server keeps named studies; None: `.tunewright`."""
    pool: str = ""
    """The pool of the cluster's workers; empty: `default`."""
    repeats: bool = True
    """Whether points of a finite space come again once all were tried; else the run ends then."""
    trial_timeout: float | None = None
    """Seconds after which the worker ends an attempt."""
    spool: Path | str | None = None
    """Where results of trials that this process evaluates are kept until the server has acknowledged them."""
    cancel_at_timeout: bool = False
    """Whether running trials are ended at `timeout`, and not waited for."""

    def __post_init__(self) -> None:
        if self.spool is not None and self.address is None:
            raise Invalid("is for a server at an address", field="spool", hint="name its `address`")
        if self.parallelism is not None and (isinstance(self.parallelism, bool) or self.parallelism < 1):
            raise Invalid(f"must be at least 1, not `{self.parallelism}`", field="parallelism")
        if self.trial_timeout is not None and self.trial_timeout <= 0:
            raise Invalid(f"must be > 0 seconds, not `{self.trial_timeout}`", field="trial_timeout")
        if self.in_process and (self.parallelism or 1) > 1:
            hint = "leave `in_process` out, so that workers evaluate"
            raise Invalid("must be 1 where this process evaluates", field="parallelism", hint=hint)

    @property
    def is_serial(self) -> bool:
        """Whether this process evaluates, one trial after the other."""
        if self.in_process is not None:
            return self.in_process
        return self.address is None and (self.parallelism or 1) == 1
