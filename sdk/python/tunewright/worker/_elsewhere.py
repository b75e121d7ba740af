"""Which modules another process, perhaps on another machine, can import by their names."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

_OURS = __name__.partition(".")[0]


def is_found_elsewhere(name: str, module: object) -> bool:
    """Whether workers have this module: those of Python, of installed packages, and of `PYTHONPATH`.

    What was only found because it lies beside the program, or was made by a notebook or a test runner, is not
    among them.
    """
    top = name.partition(".")[0]
    if top in (_OURS, "__main__") or top in sys.stdlib_module_names:
        # cloudpickle takes `__main__` by value in any case.
        return True
    if getattr(module, "__name__", None) != name:
        return True
    file = getattr(module, "__file__", None)
    if not isinstance(file, str):
        # Built in, a namespace package, or made by somebody without a file, and cloudpickle knows the latter.
        return True
    return is_importable_from(file)


def is_importable_from(file: str) -> bool:
    """Whether a fresh interpreter finds modules where this file is."""
    return os.path.abspath(file).startswith(_roots(os.environ.get("PYTHONPATH", "")))


@lru_cache(maxsize=8)
def _roots(pythonpath: str) -> tuple[str, ...]:
    """Where every interpreter of this installation finds modules, each with a separator at its end."""
    paths = sysconfig.get_paths()
    sites = {paths[name] for name in ("purelib", "platlib")} | set(site.getsitepackages())
    if site.ENABLE_USER_SITE:
        sites.add(site.getusersitepackages())
    roots = {paths["stdlib"], paths["platstdlib"], *sites}
    for directory in sites:
        roots.update(_added_by_path_files(Path(directory)))
    # A relative one is another directory for a process that is started elsewhere.
    roots.update(part for part in pythonpath.split(os.pathsep) if os.path.isabs(part))
    every = {os.path.abspath(root) for root in roots} | {os.path.realpath(root) for root in roots}
    return tuple(sorted(os.path.join(root, "") for root in every))


def _added_by_path_files(directory: Path) -> set[str]:
    """What the `.pth` files of a site directory add, as editable installations do."""
    added: set[str] = set()
    for file in directory.glob("*.pth"):
        try:
            lines = file.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        candidates = (line.strip() for line in lines if line.strip() and not line.startswith(("import", "#")))
        added.update(path for line in candidates if os.path.isdir(path := os.path.join(directory, line)))
    return added
