"""`fmin` one trial at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any


class FMinIter:
    """Runs `algo` on a `Domain` and trials: `for trials in FMinIter(...)` evaluates one trial each turn."""

    catch_eval_exceptions = False

    def __init__(
        self,
        algo: Any,
        domain: Any,
        trials: Any,
        rstate: Any,
        asynchronous: bool | None = None,
        max_queue_len: int = 1,
        poll_interval_secs: float = 1.0,
        max_evals: int = sys.maxsize,
        timeout: float | None = None,
        loss_threshold: float | None = None,
        verbose: bool = False,
        show_progressbar: Any = True,
        early_stop_fn: Callable[..., Any] | None = None,
        trials_save_file: str = "",
    ) -> None:
        self.algo = algo
        self.domain = domain
        self.trials = trials
        self.rstate = rstate
        self.max_evals = max_evals
        self._stopped = False
        self._early_stop_fn = early_stop_fn
        self._rest: dict[str, Any] = {
            "max_queue_len": max_queue_len,
            "timeout": timeout,
            "loss_threshold": loss_threshold,
            "verbose": verbose,
            "show_progressbar": show_progressbar,
            "trials_save_file": trials_save_file,
        }

    def run(self, N: int, block_until_done: bool = True) -> None:
        """Evaluates `N` more trials, and waits for them."""
        self._run(len(self.trials._dynamic_trials) + N)

    def exhaust(self) -> FMinIter:
        """Evaluates until there are `max_evals` trials or a rule stops the search."""
        self._run(self.max_evals)
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self._stopped or len(self.trials) >= self.max_evals:
            raise StopIteration
        before = len(self.trials._dynamic_trials)
        self.run(1)
        if len(self.trials._dynamic_trials) == before:
            raise StopIteration
        return self.trials

    def _run(self, most: int) -> None:
        def watched(trials: Any, *state: Any) -> tuple[bool, Any]:
            if self._early_stop_fn is None:
                return False, state
            stop, kept = self._early_stop_fn(trials, *state)
            self._stopped = self._stopped or stop
            return stop, kept

        self.trials.fmin(
            self.domain.fn,
            self.domain.expr,
            algo=self.algo,
            max_evals=min(most, sys.maxsize),
            rstate=self.rstate,
            pass_expr_memo_ctrl=self.domain.pass_expr_memo_ctrl,
            catch_eval_exceptions=self.catch_eval_exceptions,
            return_argmin=False,
            early_stop_fn=watched,
            **self._rest,
        )
