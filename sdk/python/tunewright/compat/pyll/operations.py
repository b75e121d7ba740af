"""What expressions are made of besides parameters: operators, functions of numbers, control flow."""

from __future__ import annotations

import copy
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from .node import Apply
from .symbols import SymbolTableEntry, scope

for _builtin in (list, dict, range, len, int, float, max, min, getattr):
    scope.define_pure(_builtin)
for _operator in (
    operator.getitem,
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.neg,
    operator.eq,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
):
    scope.define_pure(_operator)


@scope.define_pure
def pos_args(*args: Any) -> tuple[Any, ...]:
    return args


@scope.define_pure
def identity(obj: Any) -> Any:
    return obj


@scope.define_pure
def pow(a: Any, b: Any) -> Any:
    return a**b


def _numeric(name: str, function: Callable[[float], float]) -> None:
    """Defines a function of a number; of arrays and sequences by numpy, if that is installed."""

    def evaluate(a: Any) -> Any:
        if not isinstance(a, (int, float)):
            return _numpy(name)(a)
        try:
            return function(a)
        except OverflowError:
            return math.inf
        except ValueError:
            # Outside the function's domain; log(0) is a limit, which numpy gives too.
            return -math.inf if name == "log" and a == 0 else math.nan

    evaluate.__name__ = evaluate.__qualname__ = name
    scope.define_pure(evaluate)


for _name in ("exp", "log", "sqrt", "sin", "cos", "tan"):
    _numeric(_name, getattr(math, _name))


@scope.define_pure
def sum(x: Any, axis: Any = None) -> Any:
    """Of all numbers in `x`; along an axis by numpy."""
    if axis is None and isinstance(x, (list, tuple)) and all(isinstance(item, (int, float)) for item in x):
        return _plain_sum(x)
    return _numpy("sum")(x) if axis is None else _numpy("sum")(x, axis=axis)


@scope.define_pure
def minimum(x: Any, y: Any) -> Any:
    """The lesser of two numbers, or by element by numpy; NaN if either is."""
    return _extreme("minimum", x, y, x < y if _are_numbers(x, y) else None)


@scope.define_pure
def maximum(x: Any, y: Any) -> Any:
    """The greater of two numbers, or by element by numpy; NaN if either is."""
    return _extreme("maximum", x, y, x > y if _are_numbers(x, y) else None)


@scope.define_pure
def asarray(a: Any, dtype: Any = None) -> Any:
    return _numpy("asarray")(a, dtype=dtype)


@scope.define_pure
def str_join(s: str, seq: Sequence[str]) -> str:
    return s.join(seq)


@scope.define_pure
def repeat(n_times: int, obj: Any) -> list[Any]:
    return [obj] * n_times


@scope.define
def call(fn: Any, args: Sequence[Any] = (), kwargs: Any = None) -> Any:
    """What `node(...)` stands for."""
    return fn(*args, **(kwargs or {}))


@scope.define
def call_method(obj: Any, methodname: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(obj, methodname)(*args, **kwargs)


@scope.define_pure
def call_method_pure(obj: Any, methodname: str, *args: Any, **kwargs: Any) -> Any:
    """As `call_method`, for a method without effects."""
    return getattr(obj, methodname)(*args, **kwargs)


@scope.define_pure
def copy_call_method_pure(obj: Any, methodname: str, *args: Any, **kwargs: Any) -> Any:
    """As `call_method`, on a copy of the object, so that the object does not change."""
    return getattr(copy.copy(obj), methodname)(*args, **kwargs)


@scope.define_pure
def switch(pos: int, *args: Any) -> Any:
    """One of `args`; where expressions are evaluated, the others are not."""
    return args[pos]


@scope.define_pure
def Raise(etype: Callable[..., BaseException], *args: Any, **kwargs: Any) -> Any:
    raise etype(*args, **kwargs)


@scope.define
def hyperopt_param(label: str, obj: Any) -> Any:
    """Marks `obj`, a distribution, as the parameter with this label."""
    return obj


def _kwswitch(kw: object, **kwargs: object) -> Apply:
    """The option that has this name; names are tried in sorted order."""
    names = tuple(sorted(kwargs))
    position = SymbolTableEntry(scope, "call_method_pure", None, True)(names, "index", kw)
    return scope.apply("switch", [position, *(kwargs[name] for name in names)], {})


scope.put("kwswitch", _kwswitch)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, (int, float)) for value in values)


def _extreme(name: str, x: Any, y: Any, first: bool | None) -> Any:
    if first is None:
        return _numpy(name)(x, y)
    if x != x or y != y:
        return math.nan
    return x if first else y


def _plain_sum(numbers: Sequence[float]) -> float:
    total: float = 0
    for number in numbers:
        total += number
    return total


def _numpy(name: str) -> Any:
    """A function of numpy, which only expressions over arrays need."""
    try:
        import numpy
    except ImportError as error:
        raise ImportError(
            f"`scope.{name}` of what is no plain number needs numpy: pip install numpy"
        ) from error
    return getattr(numpy, name)
