"""Objectives become bytes, or an error that names the part that does not."""

from __future__ import annotations

import functools
import hashlib
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tunewright.errors import Invalid, ObjectivePickleError
from tunewright.worker import pickling
from tunewright.worker.pickling import pickle_objective

GLOBAL_LOCK = threading.Lock()


def of_module(trial: Any) -> float:
    return float(trial) * 2


def uses_a_global(trial: Any) -> float:
    with GLOBAL_LOCK:
        return float(trial)


class Trainer:
    def __init__(self, path: Path) -> None:
        self.settings = {"log": path.open("w")}

    def objective(self, trial: Any) -> float:
        return 0.0


def in_a_fresh_interpreter(data: bytes, tmp_path: Path, argument: float) -> str:
    """What the pickled function returns in a process that has neither this module nor this directory."""
    file = tmp_path / "objective.pickle"
    file.write_bytes(data)
    code = f"import pickle; print(pickle.load(open({str(file)!r}, 'rb'))({argument}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_a_worker_could_not_import_travels_by_value(tmp_path: Path) -> None:
    factor = 3
    for objective, value in ((of_module, "4.0"), (lambda trial: trial * factor, "6")):
        pickled = pickle_objective(objective)
        assert in_a_fresh_interpreter(pickled.data, tmp_path, 2) == value
    assert pickled.sha256 == hashlib.sha256(pickled.data).hexdigest()
    assert pickled.python == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert pickled.attachment == f"objective/{pickled.sha256}"
    assert pickled.objective().pickled.size == len(pickled.data)


def test_modules_beside_the_program_travel_with_it(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("SCALE = 5\ndef scaled(x):\n    return x * SCALE\n")
    (tmp_path / "program.py").write_text(
        "import sys, beside\nfrom tunewright.worker.pickling import pickle_objective\n"
        "def objective(trial):\n    return beside.scaled(trial)\n"
        "sys.stdout.buffer.write(pickle_objective(objective).data)\n"
    )
    package = str(Path(pickling.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        capture_output=True,
        timeout=60,
        env={"PYTHONPATH": package},
        check=True,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert in_a_fresh_interpreter(done.stdout, elsewhere, 2) == "10"


def test_installed_packages_travel_by_name() -> None:
    data = pickle_objective(functools.partial(pickle.dumps, protocol=4)).data
    assert len(data) < 200
    assert b"tunewright.worker.pickling" in pickle_objective(pickle_objective).data


def test_a_lock_in_a_closure_is_named() -> None:
    lock = threading.Lock()

    def objective(trial: Any) -> float:
        with lock:
            return 0.0

    with pytest.raises(ObjectivePickleError) as raised:
        pickle_objective(objective)
    text = str(raised.value)
    assert "the variable `lock` of its closure" in text
    assert "a `_thread.lock`" in text
    assert "parallelism=1" in text and 'executor="thread"' in text and "module:function" in text
    assert isinstance(raised.value, Invalid) and raised.value.field == "objective"


def test_an_open_file_behind_a_bound_method_is_named(tmp_path: Path) -> None:
    trainer = Trainer(tmp_path / "log")
    with pytest.raises(ObjectivePickleError) as raised:
        pickle_objective(trainer.objective)
    trainer.settings["log"].close()
    text = str(raised.value)
    assert (
        "`Trainer.objective`, its object, its attribute `settings`, the item 'log' (a `_io.TextIOWrapper`)"
        in text
    )


def test_other_parts_are_named_too() -> None:
    lock = threading.Lock()

    def with_default(trial: Any, guard: Any = lock) -> float:
        return 0.0

    def guarded(trial: Any, guard: Any) -> float:
        return 0.0

    class Callable:
        def __init__(self) -> None:
            self.parts = [1, lock]

        def __call__(self, trial: Any) -> float:
            return 0.0

    expected = {
        "the global `GLOBAL_LOCK`": uses_a_global,
        "the default of `guard`": with_default,
        "its attribute `parts`, the item 1": Callable(),
        "its argument `guard`": functools.partial(guarded, guard=lock),
    }
    for words, objective in expected.items():
        with pytest.raises(ObjectivePickleError) as raised:
            pickle_objective(objective)
        assert words in str(raised.value)


def test_what_refuses_to_be_pickled_is_named_with_its_reason() -> None:
    class Handle:
        def __reduce__(self) -> Any:
            raise TypeError("sessions stay where they are")

    session = Handle()
    with pytest.raises(
        ObjectivePickleError, match=r"`session` of its closure .*sessions stay where they are"
    ):
        pickle_objective(lambda trial: session)


def test_too_large_an_objective_names_its_largest_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickling, "PICKLE_MAX", 100_000)
    data, small = bytes(200_000), [1, 2]
    with pytest.raises(ObjectivePickleError) as raised:
        pickle_objective(lambda trial: (data, small))
    assert "the variable `data` of its closure (a `bytes`)" in str(raised.value)
    assert "--setup module:function" in str(raised.value)


def test_only_what_can_be_called_is_an_objective() -> None:
    with pytest.raises(ObjectivePickleError, match="objective: must be a function or another callable"):
        pickle_objective(3)


def test_the_setting_of_cloudpickle_is_left_as_it_was() -> None:
    import cloudpickle

    before = cloudpickle.list_registry_pickle_by_value()
    pickle_objective(of_module)
    with pytest.raises(ObjectivePickleError):
        pickle_objective(uses_a_global)
    assert cloudpickle.list_registry_pickle_by_value() == before
