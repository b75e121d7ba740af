"""`trials_save_file`: the trials as a pickle that is brought up to date while they run."""

from __future__ import annotations

import os
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

_SHARE = 5
"""Saving takes at most about one part in so many of the time."""
_LAST = 3
"""The quickest of so many saves says how long one takes, as a machine may stand still for a moment."""


class SaveFile:
    """Pickles trials into a file, which is always a whole one; an empty path saves nothing."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path) if os.fspath(path) else None
        self._next = 0.0
        self._took: deque[float] = deque(maxlen=_LAST)

    def save(self, trials: Any, *, now: bool = False) -> None:
        """Saves, unless that was done so lately that it would slow the search; `now`: in any case."""
        if self._path is None or (not now and time.monotonic() < self._next):
            return
        import cloudpickle

        begun = time.monotonic()
        content = cloudpickle.dumps(trials)
        folder = self._path.parent
        handle, name = tempfile.mkstemp(dir=folder, prefix=self._path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(name, self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        ended = time.monotonic()
        self._took.append(ended - begun)
        self._next = ended + _SHARE * min(self._took)
