"""Spaces written as annotations: `def objective(x: hp.uniform("x", 0, 1)): ...`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .exceptions import InvalidAnnotatedParameter
from .pyll.base import Apply


class AnnotatedObjective:
    """Calls a function with the entries of a point as keyword arguments. Pickles if the function does."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn

    def __call__(self, point: Mapping[str, Any]) -> Any:
        return self.fn(**point)


def annotated_space(fn: Callable[..., Any]) -> dict[str, Apply]:
    """The space of a function's annotations, by the names of its parameters; the return's does not count.

    Parameters with a default need no annotation. `InvalidAnnotatedParameter` names one that has none, or
    one that is no expression of `hp`.
    """
    try:
        parameters = inspect.signature(fn, eval_str=True).parameters.values()
    except NameError as error:
        raise InvalidAnnotatedParameter(
            f"an annotation cannot be evaluated: {error}; define what it needs in the module"
        ) from error
    space = {}
    for parameter in parameters:
        if isinstance(parameter.annotation, Apply):
            space[parameter.name] = parameter.annotation
        elif parameter.default is parameter.empty or parameter.annotation is not parameter.empty:
            raise InvalidAnnotatedParameter(
                f"`{parameter.name}` must be annotated with an expression of `hp`: "
                f'`{parameter.name}: hp.uniform("{parameter.name}", 0, 1)`'
            )
    return space
