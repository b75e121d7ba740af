"""A real server takes the trees of expressions as they are, and gives points that mean something here."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.expression.random_spaces import RandomSpace
from tunewright._transport.connection import Connection
from tunewright._wire.points import from_point, to_point
from tunewright.compat import hp
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat.pyll import scope
from tunewright.v1 import study_pb2, trial_pb2


def created(connection: Connection, name: str, space: ExpressionSpace) -> study_pb2.StudyRef:
    """A study of random search over the space."""
    spec = study_pb2.StudySpec(space=space.node, algorithm=study_pb2.Algorithm(name="random"), repeats=True)
    reference = study_pb2.StudyRef(name=name)
    request = study_pb2.CreateStudyRequest(study=reference, spec=spec)
    connection.call(connection.studies.CreateStudy, request)
    return reference


def enqueue(connection: Connection, study: study_pb2.StudyRef, point: dict[str, Any]) -> None:
    request = trial_pb2.EnqueueTrialRequest(study=study, point=to_point(point))
    connection.call(connection.trials.EnqueueTrial, request)


def test_random_spaces(connection: Connection) -> None:
    for seed in range(25):
        space = ExpressionSpace.of(RandomSpace(hp, scope, seed).build())
        study = created(connection, f"random-{seed}", space)
        request = trial_pb2.AskTrialsRequest(study=study, client_id="test", count=8)
        asked = connection.call(connection.trials.AskTrials, request)
        assert len(asked.assignments) == 8
        for assignment in asked.assignments:
            point = from_point(assignment.point)
            vals = space.to_vals(point)
            assert space.active(vals) == set(vals)
            assert space.to_point(vals) == point
            space.evaluate(vals)
            enqueue(connection, study, space.to_point(vals))


FLOATS = [
    1e-5,
    1e-6,
    9.999e-6,
    0.0001,
    1e15,
    123456789012345680.0,
    1e16,
    1.5e20,
    -0.0,
    5e-324,
    1e308,
    0.1,
    2.0,
]
NUMBERS = [0, -7, 2**63 - 1, -(2**63), 2**63, float("inf"), float("nan")]
TEXTS = ["ä", "with space", "a\tb", "x" * 300, "", "null", "1"]


@pytest.mark.parametrize(
    "options",
    [FLOATS, [-number for number in FLOATS], NUMBERS, [None, True, False], TEXTS[:2], TEXTS, ["1", 1, 1.0]],
    ids=["floats", "negative floats", "numbers", "words", "texts", "odd texts", "alike"],
)
def test_options_have_the_names_that_the_server_gives_them(
    connection: Connection, options: list[Any]
) -> None:
    space = ExpressionSpace.of(
        {"x": hp.choice("x", options), "y": hp.choice("y", [[option] for option in options])}
    )
    study = created(connection, "names", space)
    for position in range(len(options)):
        enqueue(connection, study, space.to_point({"x": position}))


def test_a_bound_of_a_log_kind_may_be_enqueued(connection: Connection) -> None:
    for at, (low, high) in enumerate([(-11.5, -2.3), (-7, 3.7), (math.log(1e-5), math.log(0.1))]):
        space = ExpressionSpace.of(hp.loguniform("x", low, high))
        study = created(connection, f"log-{at}", space)
        for bound in (low, high):
            for off in (0.0, -1e-15, 1e-15):
                enqueue(connection, study, space.to_point({"x": math.exp(bound) * (1 + off)}))
