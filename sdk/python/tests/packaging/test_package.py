"""What `import tunewright` promises: a version, names that are there, and nothing heavy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import tunewright

SDK = Path(__file__).resolve().parents[2]


def test_version_is_that_of_the_workspace() -> None:
    manifest = (SDK.parent.parent / "Cargo.toml").read_text(encoding="utf-8")
    version = re.search(r'^\[workspace\.package\]\nversion = "([^"]+)"', manifest, re.MULTILINE)
    assert version is not None
    assert tunewright.__version__ == version[1]


def test_every_public_name_is_there() -> None:
    assert sorted(tunewright.__all__) == sorted({"__version__", *tunewright._HOMES})
    for name in tunewright.__all__:
        assert getattr(tunewright, name) is not None, name
        assert name in dir(tunewright)


def test_import_brings_in_nothing_heavy() -> None:
    program = "import sys; before = set(sys.modules); import tunewright; print(*set(sys.modules) - before)"
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=SDK, capture_output=True, text=True, timeout=60, check=True
    )
    imported = set(told.stdout.split())
    heavy = {
        "numpy",
        "pandas",
        "hyperopt",
        "scipy",
        "sklearn",
        "matplotlib",
        "tqdm",
        "grpc",
        "google.protobuf",
    }
    assert not imported & heavy
    # `logging` and what it needs is most of the rest.
    assert len(imported) < 50, sorted(imported)
    assert {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names} == {
        "tunewright"
    }
