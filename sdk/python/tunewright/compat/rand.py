"""Independent draws from the space.

Give `suggest`, or a `functools.partial` of it, to `fmin` as `algo`.
"""

from __future__ import annotations

from typing import Any

from tunewright._engine.direct import suggest_docs


def suggest(new_ids: Any, domain: Any, trials: Any, seed: Any) -> list[Any]:
    """New documents for `new_ids`, proposed from what `trials` has seen.

    `fmin` knows this function and has the server propose; called directly it asks a server of this process.
    """
    return suggest_docs(suggest, new_ids, domain, trials, seed)
