"""JSON-like Python values as messages."""

from __future__ import annotations

from collections.abc import Mapping

from tunewright.v1 import space_pb2 as pb

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_DEPTH_MAX = 64


def to_value(value: object) -> pb.Value:
    """The message of `None`, a bool, int, float, text, list, tuple, mapping with text keys, or whatever of
    numpy stands for these. Integers stay apart from floats; NaN and infinities travel.

    Raises `TypeError`, which names the place, for anything else.
    """
    return _to_value(value, "", 0)


def from_value(message: pb.Value) -> object:
    """The Python value of a message; tuples come back as lists."""
    kind = message.WhichOneof("kind")
    if kind == "list_value":
        return [from_value(item) for item in message.list_value.items]
    if kind == "map_value":
        return {key: from_value(item) for key, item in message.map_value.entries.items()}
    if kind is None or kind == "null_value":
        return None
    plain: object = getattr(message, kind)
    return plain


def _to_value(value: object, path: str, depth: int) -> pb.Value:
    if depth > _DEPTH_MAX:
        raise TypeError(f"{_place(path)}: is nested more than {_DEPTH_MAX} levels deep")
    if value is None:
        return pb.Value(null_value=True)
    if isinstance(value, bool):
        return pb.Value(bool_value=value)
    if isinstance(value, int):
        if not _INT_MIN <= value <= _INT_MAX:
            raise TypeError(f"{_place(path)}: integer must fit into 64 bits, not `{value}`")
        return pb.Value(int_value=int(value))
    if isinstance(value, float):
        return pb.Value(double_value=float(value))
    if isinstance(value, str):
        return pb.Value(string_value=str(value))
    if isinstance(value, (list, tuple)):
        items = [_to_value(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(value)]
        return pb.Value(list_value=pb.ValueList(items=items))
    if isinstance(value, Mapping):
        return pb.Value(map_value=_to_map(value, path, depth))
    return _to_value(_plain(value, path), path, depth + 1)


def _to_map(value: Mapping[object, object], path: str, depth: int) -> pb.ValueMap:
    entries = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"{_place(path)}: keys must be text, not `{key!r}`")
        entries[str(key)] = _to_value(item, f"{path}.{key}" if path else str(key), depth + 1)
    return pb.ValueMap(entries=entries)


def _plain(value: object, path: str) -> object:
    """The Python value of a numpy scalar or array, known by its methods: numpy may not be installed."""
    if hasattr(value, "dtype"):
        convert = getattr(value, "tolist", None) or getattr(value, "item", None)
        if callable(convert):
            plain: object = convert()
            if type(plain) is not type(value):
                return plain
    kind = type(value)
    raise TypeError(f"{_place(path)}: must be a JSON-like value, not `{kind.__module__}.{kind.__qualname__}`")


def _place(path: str) -> str:
    return path or "value"
