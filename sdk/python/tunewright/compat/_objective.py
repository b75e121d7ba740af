"""A Hyperopt-style objective on its way to workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunewright._engine import flavour
from tunewright._engine.results import marked
from tunewright.compat._documents import new_doc, new_misc
from tunewright.compat._domain import result_of
from tunewright.compat._spaces import ExpressionSpace


class HyperoptObjective:
    """Called with a trial, evaluates the expression of the space at its point and then the user's
    function.
    """

    def __init__(
        self, fn: Any, space: ExpressionSpace, pass_expr_memo_ctrl: bool | None, flavour_name: str
    ) -> None:
        self.fn = fn
        self.space = space
        if pass_expr_memo_ctrl is None:
            pass_expr_memo_ctrl = getattr(fn, "fmin_pass_expr_memo_ctrl", False)
        self.pass_expr_memo_ctrl = pass_expr_memo_ctrl
        self.flavour_name = flavour_name
        self._domain: Any = None

    def __call__(self, trial: Any) -> dict[str, Any]:
        vals = self.space.to_vals(trial.point)
        kind = flavour.named(self.flavour_name)
        if not self.pass_expr_memo_ctrl:
            returned = self.fn(self.space.evaluate(vals))
            return marked(result_of(returned, kind.invalid_status, kind.invalid_loss))
        if self._domain is None:
            self._domain = kind.domain(self.fn, self.space.expression, pass_expr_memo_ctrl=True)
        trials = kind.plain_trials()
        doc = new_doc(trial.number, new_misc(trial.number, vals, self.space.labels))
        trials._dynamic_trials.append(doc)
        trials._trials.append(doc)
        ctrl = kind.ctrl(trials, current_trial=doc)
        result = self._domain.evaluate(vals, ctrl, attach_attachments=False)
        return marked(_with_attachments(result, trials, doc))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_domain": None}


def _with_attachments(result: dict[str, Any], trials: Any, doc: dict[str, Any]) -> dict[str, Any]:
    """The result with those attachments, too, that the objective put into its `ctrl`."""
    prefix = trials.aname(doc, "")
    own = {name[len(prefix) :]: item for name, item in trials.attachments.items() if name.startswith(prefix)}
    returned = result.get("attachments", {})
    if isinstance(returned, Mapping):
        own = {**own, **returned}
    return {**result, "attachments": own} if own else result
