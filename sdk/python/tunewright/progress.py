"""A progress bar over the trials of a run: best loss, failures, running trials.

The bar is tqdm's, in terminals and in notebooks. tqdm is imported only when a bar is shown.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Literal

from tunewright._tqdm_bar import TqdmBar, in_notebook, postfix

Factory = Callable[..., AbstractContextManager[Any]]
"""Hyperopt's kind: called with `initial` and `total`; it yields what has `update(n)` and a `postfix`."""

Show = bool | Literal["always"] | Factory | None


class Progress:
    """Shows how far a run is. A context manager; whatever goes wrong with the bar never ends the run."""

    def __init__(self, factory: Factory | None, *, initial: int, total: int | None) -> None:
        self._factory = factory
        self._initial = initial
        self._total = total
        self._stack = ExitStack()
        self._bar: Any = None
        self._done = initial

    @classmethod
    def of(cls, show: Show = True, *, initial: int = 0, total: int | None = None) -> Progress:
        """The progress that `show` asks for.

        `show`: `True` or `None` shows a bar where somebody can see it, which is a terminal or a notebook, and
        nothing where tqdm is not installed; `"always"` shows one into files, too, and warns without tqdm;
        `False` shows none; anything callable is a context-manager factory as Hyperopt's `show_progressbar`
        takes it. `initial`: how many trials had ended before this run. `total`: how many in all,
        `None` if nobody knows.
        """
        if total is not None and total >= sys.maxsize:
            total = None
        if callable(show):
            return cls(show, initial=initial, total=total)
        if show is not None and not isinstance(show, bool) and show != "always":
            raise ValueError(f"`show` must be a bool, `'always'` or a context-manager factory, not {show!r}")
        wanted = show == "always" or (show is not False and _somebody_sees_stderr())
        if not wanted:
            return cls(None, initial=initial, total=total)
        try:
            import tqdm  # noqa: F401
        except ImportError:
            if show == "always":
                warnings.warn(
                    "no progress bar, because `tqdm` is not installed (`pip install tqdm`)", stacklevel=2
                )
            return cls(None, initial=initial, total=total)
        return cls(TqdmBar, initial=initial, total=total)

    def __enter__(self) -> Progress:
        if self._factory is not None:
            try:
                manager = self._factory(initial=self._initial, total=self._total)
                self._bar = self._stack.enter_context(manager)
            except Exception as error:
                self._give_up(error)
        return self

    def update(self, best_loss: float | None, done: int, failed: int = 0, running: int = 0) -> None:
        """Shows the state of now. `done` counts all ended trials, failed ones and those before it, too."""
        if self._bar is None:
            return
        try:
            self._bar.postfix = postfix(best_loss, failed, running)
            step, self._done = done - self._done, done
            if step > 0:
                self._bar.update(step)
            elif hasattr(self._bar, "refresh"):
                self._bar.refresh()
        except Exception as error:
            self._give_up(error)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar = None
        try:
            self._stack.__exit__(kind, error, traceback)
        except Exception as raised:
            if raised is not error:
                self._give_up(raised)

    def _give_up(self, error: Exception) -> None:
        self._bar = None
        warnings.warn(f"no progress bar from here on: {type(error).__name__}: {error}", stacklevel=3)


def _somebody_sees_stderr() -> bool:
    try:
        return in_notebook() or bool(sys.stderr.isatty())
    except (AttributeError, ValueError):
        # No stream at all (`pythonw`), or a closed one.
        return False
