"""Values that travel as JSON, made of whatever an objective returns."""

from __future__ import annotations

import json
import logging
import math
import numbers
from collections.abc import Mapping, Sequence, Set
from typing import TypeAlias

log = logging.getLogger("tunewright")

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None

RESULT_MAX = 60 * 1024
"""The largest result in bytes of JSON: less than the server's 64 KiB, which may write numbers longer."""

_DEPTH_MAX = 16
_INT_MAX = 2**63


def plain(value: object, key: str) -> Plain:
    """The value as it travels: tuples and sets become lists, keys strings, NumPy's scalars and arrays plain
    ones, and numbers that JSON does not have the strings `nan`, `inf` and `-inf`.

    What cannot travel becomes `{"not_kept": "TYPE"}`, and one warning names `key`.
    """
    lost: list[str] = []
    made = _plain(value, key, 0, lost)
    if lost:
        log.warning(
            "`%s` of an objective's result is not kept: it does not travel as JSON", "`, `".join(lost)
        )
    return made


def fit(result: dict[str, Plain], most: int = RESULT_MAX) -> dict[str, Plain]:
    """The result without its largest entries, if as a whole it is larger than `most` bytes of JSON."""
    sizes = {key: size(item) + len(key) + 8 for key, item in result.items()}
    total = sum(sizes.values())
    for key in sorted(sizes, key=lambda key: -sizes[key]):
        if total <= most:
            break
        kind = type(result[key]).__name__
        text = "`%s` of an objective's result is not kept: %d bytes are too many; return it as an attachment"
        log.warning(text, key, sizes[key])
        result = {**result, key: {"not_kept": kind}}
        total -= sizes[key] - size(result[key]) - len(key) - 8
    return result


def size(value: Plain) -> int:
    """Bytes of JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def clean(text: str) -> str:
    """The text without what UTF-8 does not have: half surrogates, as in file names of other encodings."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(value: object, path: str, depth: int, lost: list[str]) -> Plain:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, numbers.Integral) and -_INT_MAX <= int(value) < _INT_MAX:
        return int(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral):
        number = float(value)
        return number if math.isfinite(number) else str(number)
    if depth < _DEPTH_MAX:
        if isinstance(value, Mapping):
            entries = [(clean(str(key)), item) for key, item in value.items()]
            return {key: _plain(item, f"{path}.{key}", depth + 1, lost) for key, item in entries}
        if isinstance(value, (Sequence, Set)) and not isinstance(value, (bytes, bytearray, memoryview)):
            return [_plain(item, f"{path}[{at}]", depth + 1, lost) for at, item in enumerate(value)]
        unpacked = _unpacked(value)
        if unpacked is not value:
            return _plain(unpacked, path, depth + 1, lost)
    lost.append(path)
    return {"not_kept": type(value).__name__}


def _unpacked(value: object) -> object:
    """A scalar or an array of NumPy, or of what behaves like one, as plain values; anything else as it is."""
    method = getattr(value, "tolist", None)
    if not callable(method) or not hasattr(value, "dtype"):
        return value
    try:
        return method()
    except (RuntimeError, TypeError, ValueError):
        # Arrays on another device or with a gradient: they are named as not kept.
        return value
