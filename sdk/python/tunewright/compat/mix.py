"""Several algorithms, one of them drawn for each trial.

Give `suggest`, or a `functools.partial` of it, to `fmin` as `algo`.
"""

from __future__ import annotations

import functools
from typing import Any

from tunewright._engine.direct import suggest_docs


def suggest(new_ids: Any, domain: Any, trials: Any, seed: Any, p_suggest: Any) -> list[Any]:
    """New documents for `new_ids`, proposed from what `trials` has seen.

    `fmin` knows this function and has the server propose; called directly it asks a server of this process.
    """
    return suggest_docs(functools.partial(suggest, p_suggest=p_suggest), new_ids, domain, trials, seed)
