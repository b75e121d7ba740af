"""The attachments of trials: those of this process, and those that the server keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

Fetch = Callable[[int, str], bytes]


class StudyAttachments(MutableMapping[str, Any]):
    """Attachments by their full name. Those on the server are fetched when they are first looked at.

    It pickles with all of them.
    """

    def __init__(self, own: MutableMapping[str, Any] | None = None) -> None:
        self._own: dict[str, Any] = dict(own or {})
        self._away: dict[str, tuple[Fetch, int, str, bool]] = {}

    def announce(self, full_name: str, fetch: Fetch, number: int, name: str, *, is_text: bool) -> None:
        """There is one on the server; what this process has of that name already stays."""
        if full_name not in self._own:
            self._away[full_name] = (fetch, number, name, is_text)

    def load_all(self) -> None:
        """Fetches all that are away."""
        for full_name in [*self._away]:
            self[full_name]

    def __getitem__(self, full_name: str) -> Any:
        if full_name not in self._own and full_name in self._away:
            fetch, number, name, is_text = self._away[full_name]
            content = fetch(number, name)
            self._own[full_name] = content.decode("utf-8", "surrogateescape") if is_text else content
            del self._away[full_name]
        return self._own[full_name]

    def __setitem__(self, full_name: str, value: Any) -> None:
        self._away.pop(full_name, None)
        self._own[full_name] = value

    def __delitem__(self, full_name: str) -> None:
        if self._away.pop(full_name, None) is None:
            del self._own[full_name]

    def __contains__(self, full_name: object) -> bool:
        return full_name in self._own or full_name in self._away

    def __iter__(self) -> Iterator[str]:
        return iter([*self._own, *self._away])

    def __len__(self) -> int:
        return len(self._own) + len(self._away)

    def __repr__(self) -> str:
        return f"StudyAttachments({[*self]!r})"

    def __getstate__(self) -> dict[str, Any]:
        self.load_all()
        return {"_own": self._own, "_away": {}}
