"""`fmin` and what goes with it: the names of Hyperopt's module of that name."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from typing import Any

from tunewright._engine.fmin import minimize
from tunewright.compat._documents import new_doc, new_misc
from tunewright.compat._space_eval import space_eval
from tunewright.compat.base import Trials
from tunewright.compat.fmin_iter import FMinIter

__all__ = [
    "FMinIter",
    "fmin",
    "fmin_pass_expr_memo_ctrl",
    "generate_trial",
    "generate_trials_to_calculate",
    "partial",
    "space_eval",
]


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
    """Minimizes `fn` over `space`, and returns the best point as `{label: stored value}`.

    `fn` gets a point and returns its loss, or a dict with `loss`, `status` and what else is to be kept.
    `space` is made with `hp`, or is `"annotated"` for the annotations of `fn`. `algo`: `tpe.suggest` (the
    default), `anneal.suggest`, `rand.suggest`, `mix.suggest`, or a function of yours. `trials` takes the
    trials, and says where they are evaluated. The search stops at `max_evals` trials in all (those that
    `trials` has included, `points_to_evaluate` not), after `timeout` seconds, below `loss_threshold`, or when
    `early_stop_fn(trials, *state)` returns `(True, state)` after a trial. `rstate`: an int or a generator of
    NumPy, for the same search again. `trials_save_file`: a file that is kept up to date with the trials, and
    from which they are read if it exists. `return_argmin=False` returns what `fn` got at the best point
    instead. `verbose` only quiets logs.

    Raises what `fn` raises unless `catch_eval_exceptions`, and AllTrialsFailed if no trial has a loss.
    """
    if trials is not None and not allow_trials_fmin:
        trials = _own(trials)
    return minimize(
        Trials,
        trials,
        fn,
        space,
        algo=algo,
        max_evals=max_evals,
        timeout=timeout,
        loss_threshold=loss_threshold,
        rstate=rstate,
        pass_expr_memo_ctrl=pass_expr_memo_ctrl,
        catch_eval_exceptions=catch_eval_exceptions,
        verbose=verbose,
        return_argmin=return_argmin,
        points_to_evaluate=points_to_evaluate,
        max_queue_len=max_queue_len,
        show_progressbar=show_progressbar,
        early_stop_fn=early_stop_fn,
        trials_save_file=trials_save_file,
    )


def _own(trials: Any) -> Any:
    """The trials, if their `fmin` is ours: another one's may be what calls."""
    if not isinstance(trials, Trials):
        raise TypeError(f"`trials` must be `tunewright.Trials`, not `{type(trials).__name__}`")
    return trials


def generate_trial(tid: int, space: dict[str, Any]) -> dict[str, Any]:
    """The document of a trial that is to evaluate the point `space`, `{label: stored value}`."""
    return new_doc(tid, new_misc(tid, space))


def generate_trials_to_calculate(points: Iterable[dict[str, Any]]) -> Trials:
    """Trials with a document for each point, which `fmin` evaluates first."""
    trials = Trials()
    trials.insert_trial_docs([generate_trial(tid, point) for tid, point in enumerate(points)])
    return trials


def fmin_pass_expr_memo_ctrl(f: Any) -> Any:
    """Marks an objective that is called as `f(expr=..., memo=..., ctrl=...)`."""
    f.fmin_pass_expr_memo_ctrl = True
    return f


def partial(fn: Any, **kwargs: Any) -> Any:
    """`functools.partial` that keeps the mark of `fmin_pass_expr_memo_ctrl`."""
    made = functools.partial(fn, **kwargs)
    if hasattr(fn, "fmin_pass_expr_memo_ctrl"):
        made.fmin_pass_expr_memo_ctrl = fn.fmin_pass_expr_memo_ctrl  # type: ignore[attr-defined]
    return made
