"""Hyperopt's `progress` module: context managers of `initial` and `total` that yield what has `update(n)`.

They can be given to `fmin(show_progressbar=...)`. `default_callback` is what is used for `True`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tunewright._tqdm_bar import TqdmBar


class _NoProgress:
    postfix = ""

    def update(self, n: int) -> None:
        """Shows nothing."""


@contextmanager
def no_progress_callback(initial: int, total: int | None) -> Iterator[_NoProgress]:
    """Shows nothing."""
    yield _NoProgress()


def tqdm_progress_callback(initial: int, total: int | None) -> AbstractContextManager[Any]:
    """A tqdm bar on stderr, wherever that leads; needs tqdm. Prints go above it.

    Raises `ImportError` on entering if tqdm is not installed.
    """
    return TqdmBar(initial, total)


default_callback = tqdm_progress_callback
