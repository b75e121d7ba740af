"""What objectives return and raise."""

from __future__ import annotations

import datetime
import logging
import math

import numpy as np
import pytest

from tunewright._outcome import Outcome, tail
from tunewright._plain import RESULT_MAX, size


def test_numbers_are_losses() -> None:
    assert Outcome.from_return(3) == Outcome("completed", 3.0)
    assert Outcome.from_return(True).loss == 1.0
    assert Outcome.from_return(0.25).loss == 0.25


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_loss(loss: float) -> None:
    for returned in (loss, {"loss": loss, "kept": 1}):
        outcome = Outcome.from_return(returned)
        assert (outcome.status, outcome.reason, outcome.loss) == ("failed", "no_loss", None)
        assert outcome.result["loss"] == str(loss)
        assert outcome.message == f"the loss must be a finite number, not `{loss}`"


def test_a_dict_is_taken_apart() -> None:
    outcome = Outcome.from_return(
        {
            "loss": "0.5",
            "status": "ok",
            "metrics": {"accuracy": 1, "curve": [1.0, 2.0], "broken": math.nan},
            "attachments": {"model": b"\x00\x01", "log": "é", "object": object()},
            "loss_variance": 0.1,
            "fold": {1: (2, 3)},
        }
    )
    assert outcome.loss == 0.5
    assert outcome.metrics == {"accuracy": 1.0}
    assert outcome.attachments == {"model": b"\x00\x01", "log": "é".encode()}
    assert outcome.result.pop("attachments") == {"object": {"not_kept": "object"}}
    assert outcome.result.pop("metrics") == {"curve": [1.0, 2.0], "broken": "nan"}
    assert outcome.result == {"loss_variance": 0.1, "fold": {"1": [2, 3]}}


def test_variance_and_constraints_are_plain_numbers_in_the_result() -> None:
    told = {"loss": 1, "loss_variance": np.float32(0.5), "constraints": np.array([-1.0, 0.25])}
    assert Outcome.from_return(told).result == {"loss_variance": 0.5, "constraints": [-1.0, 0.25]}
    nothing = {"loss": 1, "loss_variance": None, "constraints": None}
    assert Outcome.from_return(nothing).result == {"loss_variance": None, "constraints": None}
    assert Outcome.from_return({"loss": 1, "constraints": (0,) * 100}).result == {"constraints": [0] * 100}


def test_a_variance_of_nan_is_none(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="tunewright"):
        outcome = Outcome.from_return({"loss": 1, "loss_variance": np.float64("nan")})
    assert (outcome.status, outcome.loss, outcome.result) == ("completed", 1.0, {})
    assert "it is NaN" in caplog.text


def test_a_failed_trial_may_tell_anything() -> None:
    told = {"status": "fail", "loss_variance": -1, "constraints": "none"}
    assert Outcome.from_return(told).result == {"loss_variance": -1, "constraints": "none"}


def test_a_failed_status_keeps_its_loss_beside_the_trial() -> None:
    outcome = Outcome.from_return({"status": "fail", "loss": -100, "message": "no data", "metrics": {"a": 1}})
    assert (outcome.status, outcome.reason, outcome.message) == ("failed", "objective_error", "no data")
    assert outcome.loss is None
    assert outcome.result == {"loss": -100.0, "message": "no data", "metrics": {"a": 1.0}}
    assert Outcome.from_return({"status": "infeasible"}).reason == "infeasible"
    assert Outcome.from_return({"status": "pruned", "loss": 2}) == Outcome("pruned", 2.0)


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "not `NoneType`"),
        ("0.5", "not `str`"),
        ({"accuracy": 1}, "must have a `loss`"),
        ({"loss": [1, 2]}, "must be a number, not `list`"),
        ({"loss": 1, "status": "done"}, "not 'done'"),
        ({"loss": 1, "loss_variance": -0.5}, "must be a finite number >= 0, not `-0.5`"),
        ({"loss": 1, "loss_variance": math.inf}, "must be a finite number >= 0, not `inf`"),
        ({"loss": 1, "loss_variance": "nan"}, "must be a finite number >= 0, not `'nan'`"),
        ({"loss": 1, "constraints": 0.5}, "must be a list of finite numbers"),
        ({"loss": 1, "constraints": [0.5, math.nan]}, "must be a list of finite numbers"),
        ({"loss": 1, "constraints": [True]}, "must be a list of finite numbers"),
        ({"status": "pruned", "constraints": {"a": 1}}, "must be a list of finite numbers"),
        ({"loss": 1, "constraints": [0.0] * 101}, "must be at most 100, not 101"),
    ],
)
def test_anything_else_is_refused_with_a_hint(returned: object, message: str) -> None:
    with pytest.raises(TypeError, match=message.replace("[", r"\[")):
        Outcome.from_return(returned)


def test_what_does_not_travel_is_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="tunewright"):
        outcome = Outcome.from_return({"loss": 1, "when": {"at": datetime.date(2026, 1, 1)}, "big": 2**70})
    assert outcome.result == {"when": {"at": {"not_kept": "date"}}, "big": {"not_kept": "int"}}
    assert [record.getMessage() for record in caplog.records] == [
        "`when.at` of an objective's result is not kept: it does not travel as JSON",
        "`big` of an objective's result is not kept: it does not travel as JSON",
    ]


def test_a_result_that_is_too_large_loses_its_largest_entry(caplog: pytest.LogCaptureFixture) -> None:
    outcome = Outcome.from_return({"loss": 1, "curve": [0.5] * 100_000, "note": "kept"})
    assert outcome.result == {"curve": {"not_kept": "list"}, "note": "kept"}
    many = Outcome.from_return({"loss": 1, **{f"k{at}": "x" * 5_000 for at in range(40)}})
    assert size(dict(many.result)) <= RESULT_MAX  # type: ignore[arg-type]
    assert len(many.result) == 40


def test_a_value_that_holds_itself_ends() -> None:
    knot: list[object] = []
    knot.append(knot)
    assert "not_kept" in str(Outcome.from_return({"loss": 1, "knot": knot}).result)


def test_numpy_values_become_plain_ones() -> None:
    numpy = pytest.importorskip("numpy")
    assert Outcome.from_return(numpy.float32(0.5)).loss == 0.5
    assert Outcome.from_return(numpy.int64(2)).loss == 2.0
    outcome = Outcome.from_return(
        {
            "loss": numpy.array(0.5),
            "metrics": {"a": numpy.float32(1)},
            "all": numpy.arange(3),
            "yes": numpy.bool_(True),
        }
    )
    assert (outcome.loss, outcome.metrics) == (0.5, {"a": 1.0})
    assert outcome.result == {"all": [0, 1, 2], "yes": True}
    assert type(outcome.result["all"][0]) is int  # type: ignore[index]
    with pytest.raises(TypeError, match="not `ndarray`"):
        Outcome.from_return(numpy.array(0.5))


def test_a_tail_is_cut_between_characters() -> None:
    assert tail("short") == "short"
    assert tail("é" * 40_000 + "x") == "é" * 32_767 + "x"


def test_text_that_is_no_utf8_travels_with_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "file\udcff"
    outcome = Outcome.from_return(
        {"loss": 1, odd: {odd: odd}, "metrics": {odd: 1}, "attachments": {odd: odd}}
    )
    assert outcome.result == {"file?": {"file?": "file?"}}
    assert outcome.metrics == {"file?": 1.0}
    assert outcome.attachments == {"file?": b"file\xff"}


def test_attachments_that_are_too_large_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tunewright._outcome.ATTACHMENT_MAX", 10)
    monkeypatch.setattr("tunewright._outcome.ATTACHMENTS_MAX", 15)
    outcome = Outcome.from_return(
        {"loss": 1, "attachments": {"a": bytes(11), "b": bytes(10), "c": "123456", "d": b"12345"}}
    )
    assert set(outcome.attachments) == {"b", "d"}
    assert outcome.result == {"attachments": {"a": {"not_kept": "bytes"}, "c": {"not_kept": "str"}}}
