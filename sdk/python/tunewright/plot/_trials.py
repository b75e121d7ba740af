"""What the plots draw, from whatever holds trials."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Ending = Literal["completed", "pruned", "failed", "unfinished"]


@dataclass(frozen=True)
class PlottedTrial:
    """One trial: its number, the values of its active parameters by label, its loss if it has one."""

    number: int
    values: Mapping[str, Any]
    loss: float | None
    ending: Ending
    #: Whether it violates no constraint; only such a trial is the best.
    is_feasible: bool = True


def read_trials(source: Any) -> list[PlottedTrial]:
    """The trials of a study (`.trials`), of Hyperopt-style `Trials`, or of `(parameters, loss)` pairs, in
    order.

    A loss of `None`, NaN or infinity in a pair says that the trial failed. Raises `TypeError` for anything
    else.
    """
    if hasattr(source, "miscs") and hasattr(source, "losses"):
        # Hyperopt hides failed trials from `.trials`; they are drawn, too.
        docs = getattr(source, "_dynamic_trials", None)
        return [_of_document(doc) for doc in (source.trials if docs is None else docs)]
    trials = getattr(source, "trials", source)
    if callable(trials):
        trials = trials()
    if isinstance(trials, (str, bytes, Mapping)) or not isinstance(trials, Iterable):
        raise TypeError(
            "plots take a study, `Trials`, a list of trials or a list of `(parameters, loss)`, "
            f"not `{type(source).__name__}`"
        )
    return [_of_anything(number, trial) for number, trial in enumerate(trials)]


def _of_anything(number: int, trial: Any) -> PlottedTrial:
    if isinstance(trial, Mapping) and "misc" in trial:
        return _of_document(trial)
    if hasattr(trial, "number") and hasattr(trial, "state"):
        return _of_record(trial)
    if isinstance(trial, (tuple, list)) and len(trial) == 2 and isinstance(trial[0], Mapping):
        loss = _finite(trial[1])
        return PlottedTrial(number, flat(trial[0]), loss, "failed" if loss is None else "completed")
    raise TypeError(
        f"trial {number} must be a trial of a study, a document of `Trials` or `(parameters, loss)`, "
        f"not `{type(trial).__name__}`"
    )


def _of_record(trial: Any) -> PlottedTrial:
    state = str(getattr(trial.state, "value", trial.state)).lower()
    loss = _finite(trial.loss)
    ending: Ending = "unfinished"
    if state == "completed":
        ending = "completed" if loss is not None else "failed"
    elif state == "pruned":
        ending = "pruned"
    elif state == "failed":
        ending = "failed"
    point = getattr(trial, "point", None)
    values = dict(point) if point is not None else flat(trial.params or {})
    return PlottedTrial(int(trial.number), values, loss, ending, getattr(trial, "is_feasible", True))


def _of_document(doc: Mapping[str, Any]) -> PlottedTrial:
    values = {label: held[0] for label, held in doc["misc"]["vals"].items() if len(held) > 0}
    result = doc["result"]
    loss = _finite(result.get("loss"))
    new_or_running = doc["state"] in (0, 1)
    ok = doc["state"] == 2 and result.get("status") == "ok" and loss is not None
    ending: Ending = "unfinished" if new_or_running else "completed" if ok else "failed"
    return PlottedTrial(int(doc["tid"]), values, loss if ok else None, ending)


def flat(params: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested parameters under dotted labels; what is no number, text or bool is shown as its text."""
    values: dict[str, Any] = {}
    for key, value in params.items():
        label = f"{prefix}{key}"
        if isinstance(value, Mapping):
            values.update(flat(value, f"{label}."))
        elif isinstance(value, (bool, str, int, float)) or hasattr(value, "__float__"):
            values[label] = value
        else:
            values[label] = str(value)
    return values


def _finite(loss: Any) -> float | None:
    if loss is None:
        return None
    number = float(loss)
    return number if math.isfinite(number) else None
