"""Stubs of the server in use at the moment of each call, which say who calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Metadata = tuple[tuple[str, str], ...] | None


class Stubs:
    """The methods of one service. A method that is kept calls another server once the connection has moved
    on.
    """

    def __init__(self, current: Callable[[], Any], metadata: Metadata) -> None:
        self._current = current
        self._metadata = metadata

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        current, metadata = self._current, self._metadata

        def method(request: object, *, timeout: float | None = None) -> Any:
            return getattr(current(), name)(request, timeout=timeout, metadata=metadata)

        # The next time it is found without this.
        setattr(self, name, method)
        return method
