"""Values and points cross the wire as they are."""

from __future__ import annotations

import math

import numpy
import pytest

from tunewright._wire.points import from_point, to_point
from tunewright._wire.values import from_value, to_value


def test_values_round_trip() -> None:
    value = {"a": [1, 2.0, True, None, "x", {}], "b": {"c": -(2**63)}}
    again = from_value(to_value(value))
    assert again == value
    assert isinstance(again, dict)
    kinds = [type(item) for item in again["a"]]
    assert kinds == [int, float, bool, type(None), str, dict]
    assert from_value(to_value((1, (2,)))) == [1, [2]]
    assert math.isnan(from_value(to_value(math.nan)))  # type: ignore[arg-type]
    assert from_value(to_value(-math.inf)) == -math.inf


def test_numpy_is_taken_for_what_it_stands_for() -> None:
    value = from_value(to_value({"i": numpy.int64(3), "f": numpy.float32(0.5), "a": numpy.arange(2.0)}))
    assert value == {"i": 3, "f": 0.5, "a": [0.0, 1.0]}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": [1, object()]}, r"a\[1\]: must be a JSON-like value, not `builtins.object`"),
        ({1: 2}, "value: keys must be text, not `1`"),
        (2**64, "must fit into 64 bits"),
        (b"x", "not `builtins.bytes`"),
    ],
)
def test_what_does_not_travel_is_refused_with_its_place(value: object, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        to_value(value)


def test_points_keep_integers_apart_from_floats() -> None:
    point = {"a": 1, "b": 1.0, "c": "adam", "d": numpy.float64(2)}
    again = from_point(to_point(point))
    assert again == {"a": 1, "b": 1.0, "c": "adam", "d": 2.0}
    assert [type(value) for value in again.values()] == [int, float, str, float]
    with pytest.raises(TypeError, match="a: must be a number or the name of an option"):
        to_point({"a": None})  # type: ignore[dict-item]
