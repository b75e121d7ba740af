"""Constants of a space as the server sees them: plain values as they are, anything else by its name only."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tunewright.v1 import space_pb2 as pb

_INT_MAX = 2**63
_TEXT_MAX = 200
_NAME_BYTES_MAX = 256


def message(value: Any) -> pb.Value:
    """None, a bool, a number or a short text; for other objects a text that names them, the same in every
    process.
    """
    if value is None:
        return pb.Value(null_value=True)
    if isinstance(value, bool):
        return pb.Value(bool_value=value)
    if isinstance(value, int) and -_INT_MAX <= value < _INT_MAX:
        return pb.Value(int_value=int(value))
    if isinstance(value, float) and math.isfinite(value):
        return pb.Value(double_value=float(value))
    if isinstance(value, (str, int, float)):
        return pb.Value(string_value=_cut(str(value)))
    if (
        getattr(value, "shape", None) == ()
        and hasattr(value, "item")
        and not isinstance(value.item(), type(value))
    ):
        return message(value.item())
    if isinstance(value, (list, tuple, dict, set, frozenset)) or getattr(value, "shape", None):
        # In a list, so that no option is called by such a text: it does not tell one option from another.
        return pb.Value(list_value=pb.ValueList(items=[pb.Value(string_value=_size(value))]))
    return pb.Value(string_value=_cut(_name(value)))


def option_names(constants: Iterable[pb.Value | None]) -> list[str]:
    """What the server calls the options of a choice: scalar constants by their text, others (None here) by
    their position; all by their positions if two would have one name, or one would have none.
    """
    names = [_text(constant) for constant in constants]
    texts = [str(position) if name is None else name for position, name in enumerate(names)]
    if len(set(texts)) == len(texts) and all(is_name(text) for text in texts):
        return texts
    return [str(position) for position in range(len(texts))]


def is_name(text: str) -> bool:
    """Whether the server takes this as a key, label or name."""
    printable = not any(unicodedata.category(character) == "Cc" for character in text)
    return 0 < len(text.encode("utf-8", "replace")) <= _NAME_BYTES_MAX and printable


def _text(constant: pb.Value | None) -> str | None:
    """A scalar as JSON has it, text without quotes."""
    kind = constant and constant.WhichOneof("kind")
    if constant is None or kind == "list_value":
        return None
    if kind == "null_value":
        return "null"
    if kind == "bool_value":
        return "true" if constant.bool_value else "false"
    if kind == "double_value":
        return _float_text(constant.double_value)
    return str(constant.int_value) if kind == "int_value" else constant.string_value


def _float_text(number: float) -> str:
    """The shortest text of a float as the server writes it: plain from 1e-5 up to 1e16, else with an
    exponent.
    """
    exact = Decimal(repr(number))
    exponent = exact.adjusted() if number else 0
    if -5 <= exponent <= 15:
        text = format(exact, "f")
        return text if "." in text else f"{text}.0"
    sign, digits, _ = exact.normalize().as_tuple()
    rest = "".join(str(digit) for digit in digits[1:])
    return f"{'-' if sign else ''}{digits[0]}{'.' if rest else ''}{rest}e{exponent:+d}"


def _name(value: Any) -> str:
    """A function or class by its name, another object by that of its class."""
    named = value if hasattr(value, "__qualname__") else type(value)
    module = getattr(named, "__module__", None)
    name = (
        named.__qualname__ if module in (None, "builtins", "__main__") else f"{module}.{named.__qualname__}"
    )
    return name if named is value else f"{name}()"


def _size(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"{type(value).__name__} of {'x'.join(map(str, shape)) if shape else len(value)}"


def _cut(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}..."
