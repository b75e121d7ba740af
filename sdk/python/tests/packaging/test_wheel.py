"""The wheel has what it should have, and works where it is installed."""

from __future__ import annotations

import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import tunewright
from tests.packaging.interpreters import Environment, interpreter

pytestmark = pytest.mark.timeout(600)

OLDEST = ("grpcio==1.72.1", "protobuf==6.30.0", "cloudpickle==3.0.0")
NEWEST = ("grpcio==1.85.1", "protobuf==7.36.2", "cloudpickle==3.1.2")
"""The ends of what the package says it works with; the other tests run with what lies between."""

VERSIONS_AND_DEPENDENCIES = [("3.10", OLDEST), ("3.11", NEWEST), ("3.12", OLDEST), ("3.13", NEWEST)]

FMIN = """
from tunewright import Trials, fmin, hp, tpe
trials = Trials()
best = fmin(lambda x: (x - 3) ** 2, hp.uniform("x", -5, 5), tpe.suggest, 15, trials=trials,
            show_progressbar=False, rstate=1)
assert len(trials) == 15 and abs(best["x"] - 3) < 2, best
print("found", best)
"""


def test_the_wheel_has_all_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        info = f"tunewright-{tunewright.__version__}.dist-info"
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        worker = archive.read(f"tunewright-{tunewright.__version__}.data/scripts/tunewright-worker")
    assert f"tunewright-{tunewright.__version__}.data/scripts/tunewright" in names
    assert worker.startswith(b"#!python\n"), "pip writes the interpreter in place of this line only"
    assert {"tunewright/__init__.py", "tunewright/py.typed", "tunewright/v1/study_pb2.pyi"} <= {*names}
    assert f"{info}/licenses/LICENSE" in names
    strange = [
        name
        for name in names
        if not name.startswith(("tunewright/", info, f"tunewright-{tunewright.__version__}.data/scripts/"))
        or "test" in name
        or "__pycache__" in name
    ]
    assert not strange
    assert metadata["Version"] == tunewright.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.10"
    assert "-py3-none-" in wheel.name


def _works(environment: Environment) -> None:
    version = environment.run("tunewright", "--version")
    assert version.split() == ["tunewright", tunewright.__version__]
    told = environment.run("python", "-W", "error", "-c", "import tunewright; print(tunewright.__version__)")
    assert told.strip() == tunewright.__version__
    assert environment.run("python", "-W", "error", "-c", FMIN).startswith("found")
    by_module = environment.run("python", "-m", "tunewright.worker", "--help")
    assert "--allow-pickled-objectives" in by_module
    assert environment.run("tunewright-worker", "--help") == by_module


@pytest.mark.parametrize(("version", "dependencies"), VERSIONS_AND_DEPENDENCIES)
def test_the_wheel_works_where_it_is_installed(
    version: str, dependencies: tuple[str, ...], wheel: Path, tmp_path: Path
) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    environment = Environment.create(tmp_path / "venv", python)
    environment.install(str(wheel), *dependencies)
    _works(environment)


MESSAGES = """
import google.protobuf, grpc, tunewright.v1.study_pb2_grpc, tunewright.v1.worker_pb2_grpc
from tunewright.v1 import attachment_pb2_grpc, trial_pb2, trial_pb2_grpc
lease = trial_pb2.LeaseRef.FromString(trial_pb2.LeaseRef(trial=7).SerializeToString())
assert lease.trial == 7
print(google.protobuf.__version__)
"""


@pytest.mark.parametrize("dependencies", [OLDEST, NEWEST], ids=["oldest", "newest"])
def test_the_messages_work_with_each_protobuf(
    dependencies: tuple[str, ...], wheel: Path, tmp_path: Path
) -> None:
    environment = Environment.create(tmp_path / "venv", sys.executable)
    environment.install(str(wheel), *dependencies)
    told = environment.run("python", "-W", "error", "-c", MESSAGES)
    assert f"protobuf=={told.strip()}" in dependencies
