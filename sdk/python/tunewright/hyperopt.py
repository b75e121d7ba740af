"""For programs that use Hyperopt itself: `fmin(..., trials=TunewrightTrials(parallelism=4))`.

Needs Hyperopt (`pip install tunewright[hyperopt]`). Without it, `tunewright` has the same names itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import hyperopt.base as _base

    # The class itself: a test may put another one under its name.
    from hyperopt.base import Trials as _Trials
except ImportError as error:
    raise ImportError(
        "`tunewright.hyperopt` needs Hyperopt (`pip install tunewright[hyperopt]`); without it, import the "
        "same names from `tunewright`"
    ) from error

from tunewright._engine import flavour
from tunewright._engine.arguments import Options
from tunewright._engine.fmin import minimize
from tunewright._engine.study_trials import StudyTrials

__all__ = ["TunewrightTrials", "fmin"]


class HyperoptTrials(StudyTrials, _Trials):  # type: ignore[misc]
    """Hyperopt's trials with the `fmin` of ours, in this process."""

    def __init__(self, exp_key: str | None = None, refresh: bool = True) -> None:
        self._trials: list[dict[str, Any]] = []
        _Trials.__init__(self, exp_key=exp_key, refresh=refresh)

    def _flavour(self) -> flavour.Flavour:
        return flavour.theirs()


class TunewrightTrials(HyperoptTrials):
    """Trials of a study: durable if it has a name, evaluated by as many workers as you like."""

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
        points_to_evaluate: list[dict[str, Any]] | None = None,
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
        of its own evaluations until the server has acknowledged them. `points_to_evaluate`: tried first;
        Hyperopt's `fmin` does not pass its argument of this name on.
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
        self._points_to_evaluate = points_to_evaluate
        super().__init__(exp_key=exp_key, refresh=refresh)

    def fmin(self, fn: Any, space: Any, *args: Any, **kwargs: Any) -> Any:
        """Minimizes `fn` over `space`; see `hyperopt.fmin`."""
        if self._points_to_evaluate is not None:
            kwargs.setdefault("points_to_evaluate", self._points_to_evaluate)
        return super().fmin(fn, space, *args, **kwargs)


def fmin(
    fn: Any,
    space: Any,
    algo: Any = None,
    max_evals: int | None = None,
    timeout: float | None = None,
    loss_threshold: float | None = None,
    trials: Any = None,
    rstate: Any = None,
    allow_trials_fmin: bool = True,
    pass_expr_memo_ctrl: bool | None = None,
    catch_eval_exceptions: bool = False,
    verbose: bool = True,
    return_argmin: bool = True,
    points_to_evaluate: list[dict[str, Any]] | None = None,
    max_queue_len: int = 1,
    show_progressbar: Any = True,
    early_stop_fn: Callable[..., Any] | None = None,
    trials_save_file: str | os.PathLike[str] = "",
) -> Any:
    """Hyperopt's `fmin`, which also hands `points_to_evaluate` to trials that are given."""
    shared = {
        "algo": algo,
        "max_evals": max_evals,
        "timeout": timeout,
        "loss_threshold": loss_threshold,
        "rstate": rstate,
        "pass_expr_memo_ctrl": pass_expr_memo_ctrl,
        "catch_eval_exceptions": catch_eval_exceptions,
        "verbose": verbose,
        "return_argmin": return_argmin,
        "points_to_evaluate": points_to_evaluate,
        "max_queue_len": max_queue_len,
        "show_progressbar": show_progressbar,
        "early_stop_fn": early_stop_fn,
        "trials_save_file": os.fspath(trials_save_file),
    }
    if trials is not None and not isinstance(trials, StudyTrials):
        import hyperopt

        return hyperopt.fmin(fn, space, trials=trials, allow_trials_fmin=allow_trials_fmin, **shared)
    new_trials = _base.Trials if issubclass(_base.Trials, StudyTrials) else TunewrightTrials
    return minimize(new_trials, trials, fn, space, **shared)
