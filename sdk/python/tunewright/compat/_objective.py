"""A Hyperopt-style objective on its way to workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunewright._engine import flavour
from tunewright._engine.results import marked
from tunewright.compat._documents import new_doc, new_misc
from tunewright.compat._domain import result_of
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat.exceptions import InvalidLoss, InvalidResultStatus


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
        if not self.pass_expr_memo_ctrl:
            return marked(self._result_of(self.fn(self.space.evaluate(vals))))
        kind = flavour.named(self.flavour_name)
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
        # Who gets the expression itself is to get the nodes that it is made of.
        space = self.space if self.pass_expr_memo_ctrl else self.space.detached()
        return {**self.__dict__, "space": space, "_domain": None}

    def _result_of(self, returned: Any) -> dict[str, Any]:
        try:
            return result_of(returned)
        except (InvalidLoss, InvalidResultStatus) as error:
            invalid = error
        # Hyperopt's exceptions are imported, with all of Hyperopt, only where one of them is raised.
        kind = flavour.named(self.flavour_name)
        told = kind.invalid_loss if isinstance(invalid, InvalidLoss) else kind.invalid_status
        raise told(*invalid.args)


def _with_attachments(result: dict[str, Any], trials: Any, doc: dict[str, Any]) -> dict[str, Any]:
    """The result with those attachments, too, that the objective put into its `ctrl`."""
    prefix = trials.aname(doc, "")
    own = {name[len(prefix) :]: item for name, item in trials.attachments.items() if name.startswith(prefix)}
    returned = result.get("attachments", {})
    if isinstance(returned, Mapping):
        own = {**own, **returned}
    return {**result, "attachments": own} if own else result
