"""Objectives that travel with their study."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worker.conftest import RunningWorker, Studies
from tunewright._transport.attachments import get_attachment, put_attachment
from tunewright.v1 import trial_pb2 as pb
from tunewright.v1.study_pb2 import Objective, PickledFunction, StudyRef, UpdateStudyRequest
from tunewright.worker.pickling import Pickled, pickle_objective

Start = Callable[..., RunningWorker]
PICKLED = "--allow-pickled-objectives"


def create(studies: Studies, pickled: Pickled, objective: Objective | None = None, **spec: Any) -> StudyRef:
    """A study whose objective is this pickle."""
    study = studies.create(**spec)
    put_attachment(studies.connection, study, None, pickled.attachment, pickled.data)
    request = UpdateStudyRequest(study=study, objective=objective or pickled.objective())
    studies.connection.call(studies.connection.studies.UpdateStudy, request)
    return study


def paused(studies: Studies, study: StudyRef) -> None:
    """Nothing of the study runs for a while."""
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        assert not studies.trials(study)
        time.sleep(0.05)


def test_a_pickled_function_runs_with_what_it_closes_over(studies: Studies, start_worker: Start) -> None:
    offset = 10

    def objective(trial: Any) -> float:
        print("pid", os.getpid())
        return float(trial.params["x"] ** 2 + offset)

    study = create(studies, pickle_objective(objective), trials=8)
    start_worker(PICKLED, "--slots", "2")
    for trial in studies.ended(study, 8):
        assert trial.state == pb.TRIAL_STATE_COMPLETED
        assert trial.loss == trial.point.values["x"].double_value ** 2 + 10


def test_a_study_can_have_a_new_objective(studies: Studies, start_worker: Start) -> None:
    study = create(studies, pickle_objective(lambda trial: 1.0), trials=2, parallelism=1)
    start_worker(PICKLED)
    studies.ended(study, 2)
    later = pickle_objective(lambda trial: 2.0)
    put_attachment(studies.connection, study, None, later.attachment, later.data)
    request = UpdateStudyRequest(study=study, objective=later.objective(), max_trials=4)
    studies.connection.call(studies.connection.studies.UpdateStudy, request)
    assert [trial.loss for trial in studies.ended(study, 4)] == [1.0, 1.0, 2.0, 2.0]


def test_pickles_only_come_to_workers_that_allow_them(studies: Studies, start_worker: Start) -> None:
    study = create(studies, pickle_objective(lambda trial: 1.0))
    start_worker().told("slot_ready")
    start_worker(objective="square").told("slot_ready")
    paused(studies, study)
    start_worker(PICKLED)
    assert studies.ended(study)[0].loss == 1.0


def test_pickles_of_another_python_never_come(studies: Studies, start_worker: Start) -> None:
    pickled = pickle_objective(lambda trial: 1.0)
    told = pickled.objective().pickled
    other = PickledFunction(
        sha256=told.sha256,
        size=told.size,
        python_version="3.9",
        cloudpickle_version=told.cloudpickle_version,
    )
    study = create(studies, pickled, Objective(pickled=other))
    start_worker(PICKLED).told("slot_ready")
    paused(studies, study)


def test_a_function_by_name_needs_no_flag(studies: Studies, start_worker: Start) -> None:
    study = studies.create(trials=2, objective=Objective(function="sample:square"))
    start_worker()
    assert [trial.state for trial in studies.ended(study, 2)] == [pb.TRIAL_STATE_COMPLETED] * 2


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("no_such_module:f", "cannot import `no_such_module:f`: No module named 'no_such_module'"),
        ("sample:absent", "has no attribute 'absent'"),
        ("broken_module:f", "importing `broken_module:f` failed: RuntimeError: at import"),
    ],
)
def test_an_objective_that_cannot_be_loaded_fails_its_trial_only(
    studies: Studies, start_worker: Start, tmp_path: Path, function: str, message: str
) -> None:
    # The worker's directory is where it looks first.
    (tmp_path / "broken_module.py").write_text("raise RuntimeError('at import')\n")
    study = studies.create("broken", objective=Objective(function=function))
    start_worker()
    trial = studies.ended(study)[0]
    assert (trial.state, trial.reason) == (pb.TRIAL_STATE_FAILED, pb.END_REASON_START_FAILED)
    assert message in trial.message
    well = studies.create("well", objective=Objective(function="sample:square"))
    assert studies.ended(well)[0].state == pb.TRIAL_STATE_COMPLETED


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"not a pickle", "the objective does not unpickle"),
        (b"cno_such_module\nf\n.", "needs a module that this worker does not have"),
        (b"N.", "must be callable, and is a `NoneType`"),
    ],
)
def test_a_pickle_that_is_none_fails_its_trial_only(
    studies: Studies, start_worker: Start, data: bytes, message: str
) -> None:
    import cloudpickle

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    pickled = Pickled(data, hashlib.sha256(data).hexdigest(), version, cloudpickle.__version__)
    study = create(studies, pickled)
    start_worker(PICKLED)
    trial = studies.ended(study)[0]
    assert (trial.state, trial.reason) == (pb.TRIAL_STATE_FAILED, pb.END_REASON_START_FAILED)
    assert message in trial.message


def test_a_pickle_with_another_digest_is_not_run(
    studies: Studies, start_worker: Start, tmp_path: Path
) -> None:
    pickled = pickle_objective(lambda trial: 1.0)
    evil = pickle_objective(lambda trial: (tmp_path / "ran").write_text("yes"))
    study = create(studies, pickled)
    put_attachment(studies.connection, study, None, pickled.attachment, evil.data)
    start_worker(PICKLED)
    trial = studies.ended(study)[0]
    assert trial.reason == pb.END_REASON_START_FAILED
    assert "its digest is another" in trial.message
    assert not (tmp_path / "ran").exists()


def test_all_that_an_objective_tells_travels(studies: Studies, start_worker: Start) -> None:
    study = studies.create(objective=Objective(function="sample:tells_more"))
    start_worker()
    trial = studies.ended(study)[0]
    assert (trial.loss, dict(trial.metrics)) == (0.5, {"accuracy": 0.9})
    curve = trial.result.map_value.entries["curve"].list_value.items
    assert [item.WhichOneof("kind") for item in curve] == ["int_value", "double_value", "null_value"]
    assert get_attachment(studies.connection, study, 0, "model") == b"\x00weights"
    assert get_attachment(studies.connection, study, 0, "log") == b"early"
    (report,) = studies.get(study).reports
    assert (report.HasField("loss"), dict(report.metrics)) == (False, {"only": 1.0})
