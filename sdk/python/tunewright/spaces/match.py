"""From configurations, full or partial, to points."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tunewright.errors import Invalid
from tunewright.spaces.tree import Constant, Entries, Items, Leaf, Node, Option, Pick, parameters

Values = dict[str, "int | float | str"]


def match(tree: Node, params: object) -> Values:
    """The point of a configuration as `params` has it, or of values by label, or of both; what is left out
    stays open. A choice is given by the option's value, or by its name. Raises `Invalid`.
    """
    labels = {parameter.label: parameter for parameter in parameters(tree)}
    point: Values = {}
    if not isinstance(params, Mapping):
        _walk(tree, params, "params", point)
        return point
    nested: dict[object, object] = {}
    for key, value in params.items():
        inside = isinstance(tree, Entries) and key in tree.entries
        if not inside and key in labels:
            _walk(labels[key], value, str(key), point)
        else:
            nested[key] = value
    if nested:
        unknown = [key for key in nested if not isinstance(tree, Entries) or key not in tree.entries]
        if unknown and not isinstance(tree, Pick):
            raise _refusal("params", f"`{unknown[0]}` is no parameter of the space", _known(labels))
        _walk(tree, nested, "params", point)
    return point


def _walk(node: Node, value: object, path: str, point: Values) -> None:
    """Adds what this value says of this node."""
    if value is ...:
        return
    if isinstance(node, Constant):
        if not _same(node.value, value):
            raise _refusal(path, f"is the constant `{node.value!r}`, not `{value!r}`")
    elif isinstance(node, Entries):
        if not isinstance(value, Mapping):
            raise _refusal(path, f"must be a map, not `{type(value).__name__}`")
        for key, inside in value.items():
            if key not in node.entries:
                raise _refusal(path, f"has no key `{key}`", _known(node.entries))
            _walk(node.entries[key], inside, f"{path}.{key}", point)
    elif isinstance(node, Items):
        if not isinstance(value, (list, tuple)) or len(value) != len(node.items):
            raise _refusal(path, f"must be a list of {len(node.items)}", "`...` leaves an item open")
        for at, item in enumerate(value):
            _walk(node.items[at], item, f"{path}.{at}", point)
    elif isinstance(node, Leaf):
        _put(point, node.label, _number(node, value, path), path)
    else:
        _choose(node, value, path, point)


def _number(leaf: Leaf, value: object, path: str) -> int | float:
    plain = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
    if isinstance(plain, bool) or not isinstance(plain, (int, float)) or not math.isfinite(plain):
        raise _refusal(path, f"must be a finite number, not `{value!r}`")
    if not leaf.is_integer:
        return float(plain)
    if plain != int(plain):
        raise _refusal(path, f"must be an integer, not `{value!r}`")
    return int(plain)


def _choose(pick: Pick, value: object, path: str, point: Values) -> None:
    if pick.named and isinstance(value, Mapping) and "name" in value:
        option = pick.option(value["name"])
        if option is None:
            raise _no_option(pick, value["name"], path)
        _put(point, pick.label, option.name, path)
        rest: object = {key: inside for key, inside in value.items() if key != "name"}
        if not isinstance(option.node, Entries) and isinstance(rest, dict):
            rest = rest.get("value", ...)
        _walk(option.node, rest, f"{path}.{option.name}", point)
        return
    fitting = [] if pick.named else _fitting(pick, value, path)
    if not fitting and isinstance(value, str):
        named = pick.option(value)
        fitting = [] if named is None else [(named, {})]
    if not fitting:
        raise _no_option(pick, value, path)
    if len(fitting) > 1:
        names = ", ".join(f"`{option.name}`" for option, _ in fitting)
        hint = f"say which by the label `{pick.label}` and the option's name"
        raise _refusal(path, f"`{value!r}` fits several options: {names}", hint)
    option, inside = fitting[0]
    _put(point, pick.label, option.name, path)
    for label, given in inside.items():
        _put(point, label, given, path)


def _fitting(pick: Pick, value: object, path: str) -> list[tuple[Option, Values]]:
    """The options that this value is one of, and what it says of the parameters in them."""
    constants = [option for option in pick.options if isinstance(option.node, Constant)]
    for same in (_identical, _equal):
        for option in constants:
            if isinstance(option.node, Constant) and same(option.node.value, value):
                return [(option, {})]
    fitting: list[tuple[Option, Values]] = []
    for option in pick.options:
        inside: Values = {}
        if isinstance(option.node, Constant):
            continue
        try:
            _walk(option.node, value, path, inside)
        except Invalid:
            continue
        fitting.append((option, inside))
    return fitting


def _put(point: Values, label: str, value: int | float | str, path: str) -> None:
    if label in point and point[label] != value:
        raise _refusal(path, f"`{label}` is given twice: `{point[label]}` and `{value}`")
    point[label] = value


def _same(left: object, right: object) -> bool:
    return _identical(left, right) or _equal(left, right)


def _identical(left: object, right: object) -> bool:
    return left is right or (type(left) is type(right) and _equal(left, right))


def _equal(left: object, right: object) -> bool:
    # True is no 1 here: options of both are different options.
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    try:
        return bool(left == right)
    except (TypeError, ValueError):
        # Arrays and the like compare element by element.
        return False


def _no_option(pick: Pick, value: object, path: str) -> Invalid:
    options = ", ".join(f"`{option.name}`" for option in pick.options[:20])
    return _refusal(path, f"`{value!r}` is none of the options", f"they are called {options}")


def _known(names: Mapping[str, object]) -> str:
    return f"there are {', '.join(f'`{name}`' for name in [*names][:20])}"


def _refusal(path: str, message: str, hint: str | None = None) -> Invalid:
    return Invalid(message, field=path, hint=hint)
