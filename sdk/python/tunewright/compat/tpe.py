"""Tree-structured Parzen estimators.

Give `suggest`, or a `functools.partial` of it, to `fmin` as `algo`.
"""

from __future__ import annotations

import functools
from typing import Any

from tunewright._engine.direct import suggest_docs


def suggest(
    new_ids: Any,
    domain: Any,
    trials: Any,
    seed: Any,
    prior_weight: float = 1.0,
    n_startup_jobs: int = 20,
    n_EI_candidates: int = 24,
    gamma: float = 0.25,
    verbose: bool = True,
) -> list[Any]:
    """New documents for `new_ids`, proposed from what `trials` has seen.

    `fmin` knows this function and has the server propose; called directly it asks a server of this process.
    """
    return suggest_docs(
        functools.partial(
            suggest,
            prior_weight=prior_weight,
            n_startup_jobs=n_startup_jobs,
            n_EI_candidates=n_EI_candidates,
            gamma=gamma,
        ),
        new_ids,
        domain,
        trials,
        seed,
    )
