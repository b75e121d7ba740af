"""Instants and spans of time as the wire has them: whole milliseconds."""

from __future__ import annotations

import math
from datetime import datetime, timezone

from tunewright.errors import Invalid


def to_datetime(ms: int) -> datetime | None:
    """The instant of milliseconds since the Unix epoch, in UTC; None for 0, which means not yet."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc) if ms else None


def to_ms(seconds: float, field: str) -> int:
    """Whole milliseconds of seconds, at least 1."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise Invalid(f"must be a number of seconds, not `{type(seconds).__name__}`", field=field)
    if not math.isfinite(seconds) or seconds <= 0:
        raise Invalid(f"must be a number of seconds > 0, not `{seconds}`", field=field)
    return max(1, round(seconds * 1000))
