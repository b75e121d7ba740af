"""A search ever closer around the best trials.

Give `suggest`, or a `functools.partial` of it, to `fmin` as `algo`.
"""

from __future__ import annotations

import functools
from typing import Any

from tunewright._engine.direct import suggest_docs


def suggest(
    new_ids: Any, domain: Any, trials: Any, seed: Any, avg_best_idx: float = 2.0, shrink_coef: float = 0.1
) -> list[Any]:
    """New documents for `new_ids`, proposed from what `trials` has seen.

    `fmin` knows this function and has the server propose; called directly it asks a server of this process.
    """
    return suggest_docs(
        functools.partial(suggest, avg_best_idx=avg_best_idx, shrink_coef=shrink_coef),
        new_ids,
        domain,
        trials,
        seed,
    )
