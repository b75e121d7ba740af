"""Which part of an objective does not pickle, or makes it so large."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator, Mapping

import cloudpickle

_DEPTH_MAX = 12
_ITEMS_MAX = 200


def culprit(fn: object, error: BaseException) -> tuple[str, str]:
    """The path to the innermost part that does not pickle, and why."""
    steps: list[str] = []
    seen: set[int] = set()
    part = fn
    why: BaseException = error
    while len(steps) < _DEPTH_MAX:
        seen.add(id(part))
        found = next(((step, child, broken) for step, child, broken in _broken(part, seen)), None)
        if found is None:
            break
        step, part, why = found
        steps.append(step)
    return _told(fn, steps, part), _reason(why)


def largest(fn: object, whole: int) -> tuple[str, int]:
    """The path to the innermost part that makes up most of the pickle, and its own bytes."""
    steps: list[str] = []
    seen: set[int] = set()
    part, size = fn, whole
    while len(steps) < _DEPTH_MAX:
        seen.add(id(part))
        sizes = [(len(data), step, child) for step, child, data in _sizes(part, seen)]
        most = max(sizes, key=lambda entry: entry[0], default=None)
        if most is None or most[0] < size / 2:
            break
        size, step, part = most
        steps.append(step)
    return _told(fn, steps, part), size


def _told(fn: object, steps: list[str], part: object) -> str:
    name = getattr(fn, "__qualname__", None) or type(fn).__qualname__
    kind = f"a `{type(part).__module__}.{type(part).__qualname__}`".replace("`builtins.", "`")
    return f"{', '.join([f'`{name}`', *steps])} ({kind})" if steps else f"`{name}` ({kind})"


def _reason(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__


def _broken(part: object, seen: set[int]) -> Iterator[tuple[str, object, BaseException]]:
    for step, child in _parts(part):
        if id(child) in seen:
            continue
        try:
            cloudpickle.dumps(child)
        except Exception as error:
            yield step, child, error


def _sizes(part: object, seen: set[int]) -> Iterator[tuple[str, object, bytes]]:
    for step, child in _parts(part):
        if id(child) not in seen:
            yield step, child, cloudpickle.dumps(child)


def _parts(part: object) -> Iterator[tuple[str, object]]:
    """What a pickle of it has to hold, as far as it is known, each with the words that lead to it."""
    if isinstance(part, types.FunctionType):
        yield from _parts_of_function(part)
    elif isinstance(part, types.MethodType):
        yield "its object", part.__self__
        yield "its function", part.__func__
    elif isinstance(part, functools.partial):
        yield "its function", part.func
        yield from ((f"its argument {at}", item) for at, item in enumerate(part.args))
        yield from ((f"its argument `{name}`", item) for name, item in part.keywords.items())
    elif isinstance(part, Mapping):
        for at, (key, item) in enumerate(part.items()):
            if at >= _ITEMS_MAX:
                break
            yield f"the item {key!r:.60}", item
            yield f"the key {key!r:.60}", key
    elif isinstance(part, (list, tuple, set, frozenset)):
        for at, item in enumerate(part):
            if at >= _ITEMS_MAX:
                break
            yield f"the item {at}", item
    elif isinstance(part, type):
        yield from _named("the class attribute", dict(vars(part)), skip=("__dict__", "__weakref__"))
        yield from ((f"the base class `{base.__name__}`", base) for base in part.__bases__)
    elif isinstance(part, types.ModuleType):
        yield from _named("its", dict(vars(part)), skip=("__builtins__",))
    else:
        yield from _parts_of_instance(part)


def _parts_of_function(fn: types.FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=False):
        try:
            yield f"the variable `{name}` of its closure", cell.cell_contents
        except ValueError:
            continue  # Not set yet.
    for name in sorted(_globals_used(fn.__code__)):
        if name in fn.__globals__:
            yield f"the global `{name}`", fn.__globals__[name]
    for at, default in enumerate(fn.__defaults__ or ()):
        names = fn.__code__.co_varnames[: fn.__code__.co_argcount]
        yield f"the default of `{names[at - len(fn.__defaults__ or ())]}`", default
    for name, default in (fn.__kwdefaults__ or {}).items():
        yield f"the default of `{name}`", default
    yield from _named("its attribute", dict(vars(fn)))
    wrapped = getattr(fn, "__wrapped__", None)
    if wrapped is not None:
        yield "what it wraps", wrapped


def _globals_used(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _globals_used(constant)
    return names


def _parts_of_instance(part: object) -> Iterator[tuple[str, object]]:
    state: object = None
    if "__getstate__" in vars(type(part)):
        # What it says of itself is what travels.
        state = _state(part)
    if isinstance(state, Mapping):
        yield from _named("its attribute", {str(name): item for name, item in state.items()})
    else:
        yield from _named("its attribute", dict(getattr(part, "__dict__", {})))
        slots = (name for kind in type(part).__mro__ for name in _slots(kind))
        yield from ((f"its attribute `{name}`", getattr(part, name)) for name in slots if hasattr(part, name))
    if type(part).__module__ != "builtins":
        yield f"its class `{type(part).__name__}`", type(part)


def _state(part: object) -> object:
    try:
        return part.__getstate__()  # type: ignore[attr-defined,unused-ignore]
    except Exception:
        # It is what fails, and that is told as its own reason.
        return None


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _named(
    what: str, attributes: Mapping[str, object], skip: tuple[str, ...] = ()
) -> Iterator[tuple[str, object]]:
    for name, item in list(attributes.items()):
        if name not in skip:
            yield f"{what} `{name}`", item
