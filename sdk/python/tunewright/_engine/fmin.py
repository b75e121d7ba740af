"""`fmin` as a function: finds the trials to run on."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any


def minimize(
    new_trials: Callable[[], Any],
    trials: Any,
    fn: Any,
    space: Any,
    *,
    trials_save_file: str | os.PathLike[str] = "",
    points_to_evaluate: list[dict[str, Any]] | None = None,
    **arguments: Any,
) -> Any:
    """Runs on `trials`, or on those of the save file if it exists, or on new ones."""
    path = os.fspath(trials_save_file)
    if trials is None and path and Path(path).exists():
        trials = pickle.loads(Path(path).read_bytes())
        points_to_evaluate = None
    if trials is None:
        trials = new_trials()
    if points_to_evaluate is not None:
        arguments["points_to_evaluate"] = points_to_evaluate
    return trials.fmin(fn, space, trials_save_file=path, **arguments)
