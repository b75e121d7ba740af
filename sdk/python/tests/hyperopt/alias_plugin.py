"""A pytest plug-in under which `hyperopt` is `tunewright`: Hyperopt's own tests then test us; see
test_aliased.py.

All modules of ours stand in `sys.modules` under Hyperopt's names before a test is collected, so that
whatever a test imports is ours, and what we do not have cannot be imported.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import pytest

import tunewright.compat

EXCEPTIONS = {
    "test_pyll_utils.py::TestDistributionsWithRangeValidateBoundries::"
    "test_hp_loguniform_raises_error_when_range_is_zero": (
        "gives `hp.loguniform` an argument that it does not have, which is a TypeError here and no ValueError"
    ),
}
"""Tests of Hyperopt that do not pass, by `file::name`, with the reason; one that passes here is an error."""

LUCK = {
    "test_domains.py::many_distsTester::test_basic": (
        "one of 500 random points must have a loss below 0.2, which 2 in 10,000 have: 9% of all seeds pass, "
        "whoever draws, and the seed of the test is one of them with Hyperopt's generator"
    ),
    "test_domains.py::braninTester::test_basic": (
        "one of 500 random points must come within 0.2 of the minimum, which 38 in 10,000 do: 85% of all "
        "seeds pass, whoever draws"
    ),
}
"""Tests of random search whose one assertion is a matter of the seed, with the share of seeds that pass; they
may pass or not, but must get as far as the assertion. The other tests of their file pass with 99.99% or more.
"""


def alias() -> None:
    """From now on `import hyperopt` is `import tunewright`, and its modules are those of
    `tunewright.compat`.
    """
    if "hyperopt" in sys.modules:
        raise RuntimeError("hyperopt was imported before the plug-in was loaded")
    package = tunewright.compat
    sys.modules["hyperopt"] = tunewright
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            name = found.name.replace(package.__name__, "hyperopt", 1)
            sys.modules[name] = importlib.import_module(found.name)


def pytest_configure() -> None:
    alias()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        name = item.nodeid.split("/")[-1]
        if name in EXCEPTIONS:
            item.add_marker(pytest.mark.xfail(reason=EXCEPTIONS[name], strict=True))
        if name in LUCK:
            item.add_marker(pytest.mark.xfail(reason=LUCK[name], raises=AssertionError, strict=False))
