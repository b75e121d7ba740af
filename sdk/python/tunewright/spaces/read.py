"""From what people write to a tree."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence

from tunewright.compat._spaces.constants import message, option_names
from tunewright.errors import Invalid
from tunewright.spaces.parameters import Choice, Float, Int
from tunewright.spaces.tree import Constant, Entries, Items, Leaf, Node, Option, Path, Pick
from tunewright.v1 import space_pb2 as pb

_LEVELS_MAX = 16

# The fields of each kind of parameter: those it must have, and those it may have.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "float": (("low", "high"), ("step", "log")),
    "int": (("low", "high"), ("step", "log")),
    "uniform": (("low", "high"), ()),
    "loguniform": (("low", "high"), ()),
    "quniform": (("low", "high", "q"), ()),
    "qloguniform": (("low", "high", "q"), ()),
    "normal": (("mu", "sigma"), ()),
    "lognormal": (("mu", "sigma"), ()),
    "qnormal": (("mu", "sigma", "q"), ()),
    "qlognormal": (("mu", "sigma", "q"), ()),
    "uniformint": (("low", "high"), ()),
    "randint": (("high",), ("low",)),
}
_INTEGERS = ("int", "uniformint", "randint")
_OTHERS = ("choice", "pchoice", "map", "list", "constant")
_WRAP = "wrap a map that has a key `type` of its own: {'type': 'map', 'entries': {...}}"


def read(space: object) -> Node:
    """The tree of a space made of `Float`, `Int` and `Choice`, or of the plain form `{"type": "float", ...}`,
    or of both. Raises `Invalid`, which names the place.
    """
    return _read(space, Path(), 0)


def _read(written: object, path: Path, level: int) -> Node:
    if level > _LEVELS_MAX:
        raise _refusal(path, f"must be nested at most {_LEVELS_MAX} levels deep")
    if isinstance(written, (Float, Int)):
        return _leaf_of(written, path)
    if isinstance(written, Choice):
        return _choice(written.options, written.weights, written.label, path, level)
    if isinstance(written, Mapping):
        kind = written.get("type")
        if isinstance(kind, str):
            return _document(kind, written, path, level)
        return _entries(written, path, level)
    if isinstance(written, (list, tuple)):
        return _items(written, path, level)
    return Constant(written)


def _entries(written: Mapping[object, object], path: Path, level: int) -> Entries:
    entries = {}
    for key, value in written.items():
        if not isinstance(key, str):
            raise _refusal(path, f"keys must be text, not `{key!r}`")
        entries[key] = _read(value, path.child(key), level + 1)
    return Entries(entries)


def _items(written: Sequence[object], path: Path, level: int) -> Items:
    items = (_read(item, path.child(str(at)), level + 1) for at, item in enumerate(written))
    return Items(tuple(items), isinstance(written, tuple))


def _leaf_of(written: Float | Int, path: Path) -> Leaf:
    kind = "int" if isinstance(written, Int) else "float"
    fields: dict[str, object] = {"low": written.low, "high": written.high, "log": written.log}
    if written.step is not None:
        fields["step"] = written.step
    return _leaf(kind, fields, written.label, path)


def _leaf(kind: str, fields: Mapping[str, object], label: object, path: Path) -> Leaf:
    checked: dict[str, float | int | bool] = {}
    for name, value in fields.items():
        if name == "log":
            if not isinstance(value, bool):
                raise _refusal(path, f"`log` must be True or False, not `{value!r}`")
            checked[name] = value
        else:
            checked[name] = _number(name, value, kind in _INTEGERS, path)
    given = _label(label, path)
    return Leaf(given or path.label, given, kind, checked)


def _number(name: str, value: object, whole: bool, path: Path) -> float | int:
    plain = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        raise _refusal(path, f"`{name}` must be a number, not `{type(value).__name__}`")
    if not math.isfinite(plain):
        raise _refusal(path, f"`{name}` must be finite, not `{plain}`")
    if not whole:
        return float(plain)
    if plain != int(plain):
        raise _refusal(path, f"`{name}` must be an integer, not `{plain}`")
    return int(plain)


def _label(label: object, path: Path) -> str | None:
    if label is not None and not isinstance(label, str):
        raise _refusal(path, f"`label` must be text, not `{type(label).__name__}`")
    return label or None


def _document(kind: str, written: Mapping[object, object], path: Path, level: int) -> Node:
    if kind in KINDS:
        must, may = KINDS[kind]
        fields = _fields(written, kind, must, may, path)
        return _leaf(kind, fields, written.get("label"), path)
    if kind in ("choice", "pchoice"):
        fields = _fields(written, kind, ("options",), (), path)
        options, weights = fields["options"], None
        if kind == "pchoice":
            options, weights = _weighted(options, path)
        if not isinstance(options, (list, tuple, Mapping)):
            raise _refusal(path, f"`options` must be a list or a map, not `{type(options).__name__}`")
        return _choice(options, weights, written.get("label"), path, level)
    wrapped: dict[str, tuple[str, Callable[[object], Node]]] = {
        "constant": ("value", Constant),
        "map": ("entries", lambda inside: _entries(_a_map(inside, path), path, level)),
        "list": ("items", lambda inside: _items(_a_list(inside, path), path, level)),
    }
    if kind in wrapped:
        field, make = wrapped[kind]
        return make(_fields(written, kind, (field,), (), path)[field])
    close = difflib.get_close_matches(kind, [*KINDS, *_OTHERS], n=1)
    hint = f"did you mean `{close[0]}`?" if close else _WRAP
    raise _refusal(path, f"`{kind}` is no kind of parameter", hint)


def _fields(
    written: Mapping[object, object], kind: str, must: tuple[str, ...], may: tuple[str, ...], path: Path
) -> dict[str, object]:
    allowed = ("type", *must, *may, *(("label",) if kind not in ("map", "list", "constant") else ()))
    for key in written:
        if key not in allowed:
            raise _refusal(path, f"`{kind}` has no field `{key}`", f"its fields are {', '.join(allowed[1:])}")
    for field in must:
        if field not in written:
            raise _refusal(path, f"`{kind}` must have `{field}`")
    return {field: written[field] for field in (*must, *may) if field in written}


def _weighted(options: object, path: Path) -> tuple[object, object]:
    """The options and probabilities of the plain form of a choice with probabilities."""
    shown = "each option of a `pchoice` must be {'p': probability, 'value': option}"

    def parts(option: object) -> tuple[object, object]:
        if not isinstance(option, Mapping) or set(option) - {"p", "value"} or "p" not in option:
            raise _refusal(path, shown)
        return option.get("value"), option["p"]

    if isinstance(options, Mapping):
        pairs = {name: parts(option) for name, option in options.items()}
        return {name: pair[0] for name, pair in pairs.items()}, {
            name: pair[1] for name, pair in pairs.items()
        }
    listed = [parts(option) for option in _a_list(options, path)]
    return [pair[0] for pair in listed], [pair[1] for pair in listed]


def _choice(options: object, weights: object, label: object, path: Path, level: int) -> Pick:
    given = _label(label, path)
    base = path.labelled(given)
    named = isinstance(options, Mapping)
    if isinstance(options, Mapping):
        names = [name for name in options if isinstance(name, str)]
        if len(names) < len(options):
            raise _refusal(path, "the names of options must be text")
        values: list[object] = [*options.values()]
    else:
        values = [*_a_list(options, path)]
        # What is in an option does not change what the option is called.
        outlines = [_read(value, base.child(str(at)), level + 1) for at, value in enumerate(values)]
        names = option_names(_scalar(outline) for outline in outlines)
    if not values:
        raise _refusal(path, "a choice must have at least one option")
    probabilities = _probabilities(weights, names, named, path)
    nodes = (_read(value, base.child(name), level + 1) for name, value in zip(names, values, strict=True))
    made = zip(names, probabilities, nodes, strict=True)
    return Pick(given or path.label, given, named, tuple(Option(*parts) for parts in made))


def _scalar(node: Node) -> pb.Value | None:
    """The constant that an option is, if it is a scalar one."""
    return message(node.value) if isinstance(node, Constant) else None


def _probabilities(weights: object, names: list[str], named: bool, path: Path) -> list[float | None]:
    if weights is None:
        return [None] * len(names)
    if isinstance(weights, Mapping):
        if not named or set(weights) != set(names):
            raise _refusal(path, "`weights` must have a number for each option's name")
        weights = [weights[name] for name in names]
    numbers = [_number("weights", weight, False, path) for weight in _a_list(weights, path)]
    if len(numbers) != len(names):
        raise _refusal(
            path, f"`weights` must be {len(names)} numbers, one for each option, not {len(numbers)}"
        )
    if any(number <= 0 for number in numbers):
        raise _refusal(path, "`weights` must be > 0")
    total = math.fsum(numbers)
    return [number if abs(total - 1) < 1e-9 else number / total for number in numbers]


def _a_list(value: object, path: Path) -> Sequence[object]:
    if isinstance(value, (list, tuple)):
        return value
    raise _refusal(path, f"must be a list here, not `{type(value).__name__}`")


def _a_map(value: object, path: Path) -> Mapping[object, object]:
    if isinstance(value, Mapping):
        return value
    raise _refusal(path, f"must be a map here, not `{type(value).__name__}`")


def _refusal(path: Path, message: str, hint: str | None = None) -> Invalid:
    return Invalid(message, field=path.shown, hint=hint)
