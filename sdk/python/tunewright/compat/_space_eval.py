"""What a point of a space means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._spaces.program import Program
from ._spaces.source import Source


def space_eval(space: object, hp_assignment: Mapping[str, Any]) -> Any:
    """The value of a space, ours or Hyperopt's, at a point: `{label: stored value}`, as `fmin` returns it,
    or `{label: [stored value]}`, as a trial's `misc.vals` has it. A choice is given by the position of its
    option.

    `MissingValue` names a label that the point lacks.
    """
    return Program(Source.of(space)).run(hp_assignment)
