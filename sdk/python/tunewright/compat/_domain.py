"""An objective and the space of its argument."""

from __future__ import annotations

import logging
import numbers
from collections.abc import Mapping
from typing import Any

from tunewright.compat import pyll
from tunewright.compat._ctrl import Ctrl
from tunewright.compat._documents import DOMAIN_CMD, Doc
from tunewright.compat._states import STATUS_NEW, STATUS_OK, STATUS_STRINGS
from tunewright.compat.exceptions import DuplicateLabel, InvalidLoss, InvalidResultStatus

_log = logging.getLogger("tunewright.fmin")


class Domain:
    """An objective `fn` and the expression `expr` of its argument. It pickles as far as `fn` does."""

    rec_eval_print_node_on_error = False
    pyll_ctrl = pyll.as_apply(Ctrl)

    def __init__(
        self,
        fn: Any,
        expr: Any,
        workdir: str | None = None,
        pass_expr_memo_ctrl: bool | None = None,
        name: str | None = None,
        loss_target: float | None = None,
    ) -> None:
        self.fn = fn
        if pass_expr_memo_ctrl is None:
            pass_expr_memo_ctrl = getattr(fn, "fmin_pass_expr_memo_ctrl", False)
        self.pass_expr_memo_ctrl = pass_expr_memo_ctrl
        self.expr = pyll.as_apply(expr)
        self.params: dict[str, Any] = {}
        for node in pyll.dfs(self.expr):
            if node.name == "hyperopt_param":
                label = node.arg["label"].obj
                if label in self.params:
                    raise DuplicateLabel(label)
                self.params[label] = node.arg["obj"]
        self.loss_target = loss_target
        self.name = name
        self.workdir = workdir
        self.cmd = DOMAIN_CMD

    def memo_from_config(self, config: Mapping[str, Any]) -> dict[Any, Any]:
        """Node -> value, of the parameters; one without a value must not be needed."""
        memo = {}
        for node in pyll.dfs(self.expr):
            if node.name == "hyperopt_param":
                memo[node] = config.get(node.arg["label"].obj, pyll.base.GarbageCollected)
        return memo

    def evaluate(self, config: Mapping[str, Any], ctrl: Any, attach_attachments: bool = True) -> Doc:
        """What the objective returns for these values by label, as a result with `status`.

        Raises InvalidResultStatus and InvalidLoss for what is no result, and whatever the objective raises.
        """
        memo = self.memo_from_config(config)
        for node in pyll.dfs(self.expr):
            if isinstance(node, pyll.Literal) and node.obj is Ctrl:
                memo[node] = ctrl
        if self.pass_expr_memo_ctrl:
            returned = self.fn(expr=self.expr, memo=memo, ctrl=ctrl)
        else:
            shown = self.rec_eval_print_node_on_error
            returned = self.fn(pyll.rec_eval(self.expr, memo=memo, print_node_on_error=shown))
        result = result_of(returned)
        if attach_attachments:
            for name, content in result.pop("attachments", {}).items():
                ctrl.attachments[name] = content
        return result

    def short_str(self) -> str:
        """For people."""
        return f"Domain{{{self.fn}}}"

    def loss(self, result: Doc, config: object = None) -> Any:
        """The loss of a result, if it has one."""
        return result.get("loss")

    def loss_variance(self, result: Doc, config: object = None) -> Any:
        """How uncertain the loss is."""
        return result.get("loss_variance", 0.0)

    def true_loss(self, result: Doc, config: object = None) -> Any:
        """The true loss where the loss stands in for it, else the loss."""
        return result["true_loss"] if "true_loss" in result else self.loss(result, config)

    def true_loss_variance(self, config: object = None) -> float:
        """For a domain that knows it."""
        raise NotImplementedError("this domain does not know the variance of its true loss")

    def status(self, result: Doc, config: object = None) -> Any:
        """The status of a result."""
        return result["status"]

    def new_result(self) -> Doc:
        """The result of a trial that has not run."""
        return {"status": STATUS_NEW}


def result_of(
    returned: Any,
    invalid_status: type[ValueError] = InvalidResultStatus,
    invalid_loss: type[ValueError] = InvalidLoss,
) -> Doc:
    """What an objective returned as a result: a number is a loss; a dict without a status is `ok`."""
    returned = _scalar(returned)
    if isinstance(returned, numbers.Real):
        return {"loss": float(returned), "status": STATUS_OK}
    if not isinstance(returned, Mapping):
        raise TypeError(
            "an objective must return a number or a dict with `loss` and `status`, "
            f"not `{type(returned).__name__}`"
        )
    result = dict(returned)
    status = result.setdefault("status", STATUS_OK)
    if status not in STATUS_STRINGS:
        raise invalid_status(result)
    if status == STATUS_OK:
        try:
            result["loss"] = float(result["loss"])
        except (TypeError, KeyError, ValueError):
            raise invalid_loss(result) from None
    return result


def _scalar(value: Any) -> Any:
    """The number in an array or tensor without dimensions."""
    if getattr(value, "ndim", None) == 0 and callable(getattr(value, "item", None)):
        return value.item()
    return value
