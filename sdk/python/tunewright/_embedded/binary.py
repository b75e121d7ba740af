"""Where the `tunewright` binary is."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path

from tunewright.errors import NotFound

_NAME = "tunewright.exe" if os.name == "nt" else "tunewright"
_HINT = "install the wheel with `pip install tunewright`, or set TUNEWRIGHT_BINARY to the path of the binary"


def find_binary() -> Path:
    """The binary that the environment variable TUNEWRIGHT_BINARY names, else the one installed beside this
    package, else the one on PATH. Raises `NotFound` that says where it was looked for."""
    named = os.environ.get("TUNEWRIGHT_BINARY")
    if named:
        if _is_binary(Path(named)):
            return Path(named)
        raise NotFound(f"TUNEWRIGHT_BINARY must be the path of an executable file, not `{named}`", hint=_HINT)
    looked = []
    for folder in _script_folders():
        candidate = folder / _NAME
        if _is_binary(candidate):
            return candidate
        looked.append(str(folder))
    on_path = shutil.which(_NAME)
    if on_path:
        return Path(on_path)
    raise NotFound(f"the `tunewright` binary is neither in {', '.join(looked)} nor on PATH", hint=_HINT)


def _script_folders() -> list[Path]:
    """Where pip puts scripts: of this environment, beside the interpreter, of the user."""
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    user_scheme = sysconfig.get_preferred_scheme("user")
    folders.append(sysconfig.get_path("scripts", scheme=user_scheme))
    return [Path(folder) for folder in dict.fromkeys(folders) if folder]


def _is_binary(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
