"""What makes an object of trials one that runs on a study: to be mixed into Hyperopt's `Trials`, or into
ours.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tunewright._engine.algorithms import SuggestedBy
from tunewright._engine.arguments import Arguments, Options
from tunewright._engine.flavour import Flavour
from tunewright.compat._states import JOB_VALID_STATES


class StudyTrials:
    """Trials with their own `fmin`. The class it is mixed into keeps the documents."""

    # `view()` of Hyperopt makes an object without calling `__init__`.
    _options = Options()
    _suggested_by: SuggestedBy | None = None
    _is_running = False

    def _flavour(self) -> Flavour:
        raise NotImplementedError("a subclass knows its flavour")

    def fmin(
        self,
        fn: Any,
        space: Any,
        algo: Any = None,
        max_evals: int | None = None,
        timeout: float | None = None,
        loss_threshold: float | None = None,
        max_queue_len: int = 1,
        rstate: Any = None,
        verbose: bool = False,
        pass_expr_memo_ctrl: bool | None = None,
        catch_eval_exceptions: bool = False,
        return_argmin: bool = True,
        show_progressbar: Any = True,
        early_stop_fn: Callable[..., Any] | None = None,
        trials_save_file: str = "",
        points_to_evaluate: list[dict[str, Any]] | None = None,
    ) -> Any:
        """Minimizes `fn` over `space`; the arguments are those of Hyperopt's `fmin`.

        `max_evals` is the number of trials in all, those of before included; `points_to_evaluate` come on
        top. Returns the best point as `{label: stored value}`, or with `return_argmin=False` what the
        objective got there. Raises what the objective raised, unless `catch_eval_exceptions`.
        """
        flavour = self._flavour()
        fn, space = annotated(fn, space, flavour)
        arguments = Arguments(
            fn=fn,
            space=space,
            algo=algo,
            max_evals=max_evals,
            timeout=timeout,
            loss_threshold=loss_threshold,
            max_queue_len=max_queue_len,
            rstate=rstate,
            verbose=verbose,
            pass_expr_memo_ctrl=pass_expr_memo_ctrl,
            catch_eval_exceptions=catch_eval_exceptions,
            return_argmin=return_argmin,
            show_progressbar=show_progressbar,
            early_stop_fn=early_stop_fn,
            trials_save_file=trials_save_file,
            points_to_evaluate=points_to_evaluate,
        )
        self._drive(arguments, flavour)
        trials: Any = self
        if return_argmin:
            if not trials._dynamic_trials:
                raise Exception("there are no trials, so that none is the best")
            return trials.argmin
        return flavour.space_eval(space, trials.argmin) if len(trials) > 0 else None

    @property
    def suggested_by(self) -> SuggestedBy | None:
        """Which algorithm proposed the points of the last `fmin`, and where it ran; None before."""
        return self._suggested_by

    def _drive(self, arguments: Arguments, flavour: Flavour) -> None:
        from tunewright._engine.run import Run

        run = Run(self, arguments, self._options, flavour)
        self._suggested_by = run.algorithm.suggested_by
        self._is_running = True
        try:
            with run:
                _loop(run).exhaust()
        finally:
            self._is_running = False
            self._refresh_docs()

    def _refresh_docs(self) -> None:
        """What `refresh` of the class below does: shows the documents as they are."""
        trials: Any = self
        docs = [doc for doc in trials._dynamic_trials if doc["state"] in JOB_VALID_STATES]
        if trials._exp_key is not None:
            docs = [doc for doc in docs if doc["exp_key"] == trials._exp_key]
        trials._trials = docs
        trials._ids.update(doc["tid"] for doc in docs)

    def refresh(self) -> None:
        """Brings `trials` up to date; those of a named study as the server knows them."""
        if self._options.study is not None and not self._is_running:
            self._sync()
        self._refresh_docs()

    def _sync(self) -> None:
        from tunewright._engine.mirror import Mirror
        from tunewright._engine.session import Session, connect, find
        from tunewright._engine.spaces import NodeTranslation
        from tunewright.v1.study_pb2 import StudyRef

        trials: Any = self
        trials._trials = getattr(trials, "_trials", [])
        connection = connect(self._options)
        ref = StudyRef(project=self._options.project, name=self._options.study)
        study = find(connection, ref)
        if study is None:
            connection.close()
            return
        session = Session(connection, study, owned=False, client_id="")
        translation = NodeTranslation(study.spec.space)
        mirror = Mirror(self, study.id, translation)
        for trial in session.trials():
            mirror.adopt(trial, _fetcher(self._options, ref))
        session.close(forget=False)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_is_running"] = False
        return state

    def view(self, exp_key: str | None = None, refresh: bool = True) -> Any:
        """The same trials, seen as those of one `exp_key`; None: all."""
        seen: Any = copy.copy(self)
        seen._exp_key = exp_key
        if refresh:
            seen._refresh_docs()
        return seen


def _loop(run: Any) -> Any:
    if run.options.is_serial:
        from tunewright._engine.serial import SerialLoop

        return SerialLoop(run)
    from tunewright._engine.parallel import ParallelLoop

    return ParallelLoop(run)


def _fetcher(options: Options, ref: Any) -> Callable[[int, str], bytes]:
    """Fetches attachments of a study whenever they are looked at, with a connection of its own."""

    def fetch(number: int, name: str) -> bytes:
        from tunewright._engine.session import connect
        from tunewright._transport.attachments import get_attachment

        connection = connect(options)
        try:
            return get_attachment(connection, ref, number, name)
        finally:
            connection.close()

    return fetch


class AnnotatedObjective:
    """An objective that takes its parameters as keywords, called with all of them in a dict."""

    def __init__(self, fn: Any) -> None:
        self._fn = fn

    def __call__(self, point: Mapping[str, Any]) -> Any:
        return self._fn(**point)


def annotated(fn: Any, space: Any, flavour: Flavour) -> tuple[Any, Any]:
    """The objective and its space; with `space="annotated"` they are read off the annotations of `fn`."""
    if not isinstance(space, str) or space != "annotated":
        return fn, space
    found = inspect.get_annotations(fn, eval_str=True)
    found.pop("return", None)
    for name, node in found.items():
        if not flavour.is_expression(node):
            raise flavour.invalid_annotation(
                f'with `space="annotated"`, the parameter `{name}` must be annotated with one of `hp`'
            )
    return AnnotatedObjective(fn), found
