"""What differs between running under Hyperopt itself and under our own names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Flavour:
    """The parts of Hyperopt's surface that the engine needs, of either package."""

    name: str
    domain: Callable[..., Any]
    """(fn, expression, pass_expr_memo_ctrl=...) -> the object that evaluates it."""
    ctrl: Callable[..., Any]
    """(trials, current_trial=...) -> what the objective talks to."""
    plain_trials: Callable[[], Any]
    """An empty object of trials without a study."""
    space_eval: Callable[[Any, dict[str, Any]], Any]
    is_expression: Callable[[Any], bool]
    """Whether something is a node of an expression, as annotations of parameters must be."""
    invalid_annotation: type[ValueError]
    invalid_status: type[ValueError]
    invalid_loss: type[ValueError]


def ours() -> Flavour:
    """Our own names."""
    from tunewright.compat import pyll
    from tunewright.compat._container import TrialsContainer
    from tunewright.compat._ctrl import Ctrl
    from tunewright.compat._domain import Domain
    from tunewright.compat._space_eval import space_eval
    from tunewright.compat.exceptions import InvalidAnnotatedParameter, InvalidLoss, InvalidResultStatus

    return Flavour(
        name="tunewright",
        domain=Domain,
        ctrl=Ctrl,
        plain_trials=TrialsContainer,
        space_eval=space_eval,
        is_expression=lambda node: isinstance(node, pyll.Apply),
        invalid_annotation=InvalidAnnotatedParameter,
        invalid_status=InvalidResultStatus,
        invalid_loss=InvalidLoss,
    )


def theirs() -> Flavour:
    """Hyperopt's, which is imported here."""
    import sys

    import hyperopt.base
    import hyperopt.exceptions
    import hyperopt.fmin
    import hyperopt.pyll.base

    # `hyperopt.fmin` is the function; the module has no other name.
    fmin_module: Any = sys.modules["hyperopt.fmin"]
    return Flavour(
        name="hyperopt",
        domain=hyperopt.base.Domain,
        ctrl=hyperopt.base.Ctrl,
        plain_trials=_plain_hyperopt_trials,
        space_eval=fmin_module.space_eval,
        is_expression=lambda node: isinstance(node, hyperopt.pyll.base.Apply),
        invalid_annotation=hyperopt.exceptions.InvalidAnnotatedParameter,
        invalid_status=hyperopt.exceptions.InvalidResultStatus,
        invalid_loss=hyperopt.exceptions.InvalidLoss,
    )


def named(name: str) -> Flavour:
    """The flavour of this name, as objectives that travel know it."""
    return theirs() if name == "hyperopt" else ours()


def _plain_hyperopt_trials() -> Any:
    from tunewright.hyperopt import HyperoptTrials

    return HyperoptTrials()
