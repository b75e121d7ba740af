"""The library says nothing by itself: what it logs is seen when a program sets logging up, and not before."""

from __future__ import annotations

import ast
import logging
import subprocess
import sys
from pathlib import Path

import tunewright

PACKAGE = Path(tunewright.__file__).parent

LOST_TRIAL = """
import logging, sys
if sys.argv[1:] == ["logging"]:
    logging.basicConfig(format="%(name)s: %(message)s")
import tunewright
logging.getLogger("tunewright.worker").warning("a lease was lost")
"""

SEARCH = """
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from tunewright.sklearn import TunewrightSearchCV
search = TunewrightSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0, 10.0]}, n_iter=3)
search.fit(*load_iris(return_X_y=True))
assert len(search.cv_results_["params"]) == 3
"""


def run(code: str, env: dict[str, str], *arguments: str) -> tuple[str, str]:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_warnings_are_not_written_unless_logging_is_set_up(child_env: dict[str, str]) -> None:
    assert run(LOST_TRIAL, child_env) == ("", "")
    assert run(LOST_TRIAL, child_env, "logging") == ("", "tunewright.worker: a lease was lost\n")


def test_a_search_with_an_embedded_server_writes_nothing(child_env: dict[str, str]) -> None:
    assert run(SEARCH, child_env) == ("", "")


def test_all_loggers_are_below_ours() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("getLogger"):
                name = ast.unparse(node.args[0]) if node.args else "the root logger"
                assert name == "__name__" or name.strip("'").startswith("tunewright"), f"{path}: {name}"
    assert any(isinstance(h, logging.NullHandler) for h in logging.getLogger("tunewright").handlers)
