"""Points: a value for each active parameter, by label."""

from __future__ import annotations

from collections.abc import Mapping

from tunewright._wire.values import to_value
from tunewright.v1 import space_pb2 as pb

#: What a parameter takes on the wire; a choice takes its option's name.
Scalar = int | float | str


def to_point(values: Mapping[str, int | float | str]) -> pb.Point:
    """The message of a point; text is the name of an option. numpy's scalars are taken for what they stand
    for.
    """
    return pb.Point(values={label: _to_scalar(label, value) for label, value in values.items()})


def from_point(point: pb.Point) -> dict[str, int | float | str]:
    """The values of a point by label, in the order of labels."""
    return {label: _from_scalar(point.values[label]) for label in sorted(point.values)}


def _to_scalar(label: str, value: object) -> pb.ParamValue:
    plain = to_value(value)
    kind = plain.WhichOneof("kind")
    if kind == "int_value":
        return pb.ParamValue(int_value=plain.int_value)
    if kind == "double_value":
        return pb.ParamValue(double_value=plain.double_value)
    if kind == "string_value":
        return pb.ParamValue(option=plain.string_value)
    raise TypeError(f"{label}: must be a number or the name of an option, not `{type(value).__name__}`")


def _from_scalar(value: pb.ParamValue) -> int | float | str:
    kind = value.WhichOneof("kind")
    if kind == "int_value":
        return value.int_value
    if kind == "option":
        return value.option
    return value.double_value
