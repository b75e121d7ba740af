"""Parameters as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Float:
    """A float from `low` to `high`, both included. With `step` one of `low`, `low + step`, ...; with `log`
    spread evenly over orders of magnitude (`low` > 0, and no `step`). Places that share a `label` are one
    parameter.
    """

    low: float
    high: float
    log: bool = False
    step: float | None = None
    label: str | None = None


@dataclass(frozen=True)
class Int:
    """An integer from `low` to `high`, both included. With `step` one of `low`, `low + step`, ...; with `log`
    spread evenly over orders of magnitude (`low` >= 1, and no `step`). Places that share a `label` are one
    parameter.
    """

    low: int
    high: int
    log: bool = False
    step: int | None = None
    label: str | None = None


@dataclass(frozen=True)
class Choice:
    """One of several options: any Python objects, or spaces of their own, whose parameters are there only
    while their option is chosen. `params` has the very option.

    Options by name, in a dict, give `{"name": NAME, ...}` with the entries of the option beside the name.
    `weights`: how likely each option is at first, as numbers > 0, in order or by name.
    """

    options: Sequence[object] | Mapping[str, object]
    weights: Sequence[float] | Mapping[str, float] | None = None
    label: str | None = None
