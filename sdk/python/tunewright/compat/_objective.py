"""A Hyperopt-style objective on its way to workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunewright._engine import flavour
from tunewright._engine.results import marked
from tunewright.compat._documents import new_doc, new_misc


class HyperoptObjective:
    """Called with a trial, evaluates the expression of the space at its point and then the user's function."""

    def __init__(self, fn: Any, expression: Any, pass_expr_memo_ctrl: bool | None, flavour_name: str) -> None:
        self.fn = fn
        self.expression = expression
        self.pass_expr_memo_ctrl = pass_expr_memo_ctrl
        self.flavour_name = flavour_name
        self._made: tuple[Any, Any, Any] | None = None

    def __call__(self, trial: Any) -> dict[str, Any]:
        kind, domain, space = self._parts()
        vals = space.to_vals(trial.point)
        trials = kind.plain_trials()
        doc = new_doc(trial.number, new_misc(trial.number, vals, space.labels))
        trials._dynamic_trials.append(doc)
        trials._trials.append(doc)
        result = domain.evaluate(vals, kind.ctrl(trials, current_trial=doc), attach_attachments=False)
        return marked(_with_attachments(result, trials, doc))

    def _parts(self) -> tuple[Any, Any, Any]:
        if self._made is None:
            from tunewright.compat._spaces import ExpressionSpace

            kind = flavour.named(self.flavour_name)
            domain = kind.domain(self.fn, self.expression, pass_expr_memo_ctrl=self.pass_expr_memo_ctrl)
            self._made = (kind, domain, ExpressionSpace.of(domain.expr))
        return self._made

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": None}


def _with_attachments(result: dict[str, Any], trials: Any, doc: dict[str, Any]) -> dict[str, Any]:
    """The result with those attachments, too, that the objective put into its `ctrl`."""
    prefix = trials.aname(doc, "")
    own = {name[len(prefix) :]: item for name, item in trials.attachments.items() if name.startswith(prefix)}
    returned = result.get("attachments", {})
    if isinstance(returned, Mapping):
        own = {**own, **returned}
    return {**result, "attachments": own} if own else result
