"""Hyperopt's installed tests, run on `tunewright` under the name `hyperopt`."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.hyperopt.alias_plugin import EXCEPTIONS, LUCK

SDK = Path(__file__).resolve().parents[2]

TESTS = {
    "tests/unit/test_randint.py": 6,
    "tests/unit/test_pchoice.py": 9,
    "tests/unit/test_fmin.py": 19,
    "tests/unit/test_domains.py": 9,
    "tests/unit/test_pyll_utils.py": 12,
    "pyll/tests/test_stochastic.py": 5,
}
"""How many tests each file of Hyperopt 0.3.0 has."""

CONFIG = """
[pytest]
addopts = --import-mode=importlib --strict-markers
timeout = 900
xfail_strict = true
"""


def hyperopt_package() -> Path:
    """Where Hyperopt is installed; found without importing it."""
    spec = importlib.util.find_spec("hyperopt")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("file", TESTS)
def test_hyperopts_own_tests(file: str, tmp_path: Path, child_env: dict[str, str]) -> None:
    # A copy: beside the original, pytest would take it for a part of the package `hyperopt`.
    name = Path(shutil.copy(hyperopt_package() / file, tmp_path)).name
    (tmp_path / "pytest.ini").write_text(CONFIG)
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-p", "alias_plugin", "-p", "no:cacheprovider", name]
    path = f"{Path(__file__).parent}:{child_env['PYTHONPATH']}"
    result = subprocess.run(
        [*command, f"--junitxml={report}", "-q", "-rxX"],
        cwd=tmp_path,
        env={**child_env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=1_700,
    )
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-5_000:]
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    counted = {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors")}
    assert counted == {"tests": TESTS[file], "failures": 0, "errors": 0}
    # What is expected to fail is reported as skipped.
    failing, lucky = (
        [test for test in table if test.startswith(f"{name}::")] for table in (EXCEPTIONS, LUCK)
    )
    assert len(failing) <= int(suite.attrib["skipped"]) <= len(failing) + len(lucky)


def test_the_name_stands_for_ours(tmp_path: Path, child_env: dict[str, str]) -> None:
    """The alias is what it says, and nothing of the real package can get in."""
    program = """
import alias_plugin, sys
alias_plugin.alias()
import hyperopt, hyperopt.pyll.stochastic, hyperopt.hp, tunewright.compat.pyll.base
from hyperopt.pyll import scope
assert hyperopt is sys.modules["tunewright"]
assert scope is tunewright.compat.pyll.base.scope
files = [str(getattr(module, "__file__", "")) for module in sys.modules.values()]
assert not [file for file in files if "site-packages/hyperopt" in file]
try:
    import hyperopt.mongoexp
except ModuleNotFoundError:
    print("only ours")
"""
    env = {**child_env, "PYTHONPATH": f"{Path(__file__).parent}:{child_env['PYTHONPATH']}"}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60
    )
    assert result.stdout == "only ours\n", result.stderr
