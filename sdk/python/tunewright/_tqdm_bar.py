"""tqdm's bar as a run of trials needs it. tqdm is imported when a bar is entered, not before."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import ExitStack
from typing import Any, TextIO

from tunewright._bar_output import printed_above

_FALLBACK_COLUMNS = 100


class TqdmBar:
    """tqdm's bar, drawn at most ten times a second; outside of notebooks, what is printed goes above it."""

    def __init__(self, initial: int, total: int | None) -> None:
        self._initial = initial
        self._total = total
        self._stack = ExitStack()

    def __enter__(self) -> Any:
        with warnings.catch_warnings():
            # tqdm warns about missing notebook widgets and then shows a text bar, which is good enough.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm

            stream = sys.stderr
            if not in_notebook():

                def write_line(line: str, into: TextIO) -> None:
                    with tqdm.external_write_mode(file=stream):
                        into.write(line)

                self._stack.enter_context(printed_above(write_line))
            bar = tqdm(
                initial=self._initial,
                total=self._total,
                file=stream,
                unit="trial",
                postfix=postfix(None, 0, 0),
                ncols=_FALLBACK_COLUMNS if _has_no_width(stream) else None,
                dynamic_ncols=not _has_no_width(stream),
                # Drawn by time alone: what changes may be the number of running trials.
                miniters=0,
            )
        return self._stack.enter_context(_PostfixText(bar))

    def __exit__(self, *raised: Any) -> None:
        self._stack.__exit__(*raised)


class _PostfixText:
    """A tqdm bar whose `postfix` is a text and is shown with the next refresh."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self.postfix = postfix(None, 0, 0)

    def update(self, n: int) -> None:
        self._bar.set_postfix_str(self.postfix, refresh=False)
        self._bar.update(n)

    def refresh(self) -> None:
        self._bar.set_postfix_str(self.postfix, refresh=False)
        # A change without an ended trial: tqdm's own rule for how often it draws.
        self._bar.update(0)

    def __enter__(self) -> _PostfixText:
        return self

    def __exit__(self, *raised: Any) -> None:
        self._bar.set_postfix_str(self.postfix, refresh=True)
        self._bar.close()


def postfix(best_loss: float | None, failed: int, running: int) -> str:
    """What is shown behind the bar, for example `best loss: 0.25, 2 failed, 4 running`."""
    parts = ["best loss: " + ("?" if best_loss is None else str(float(best_loss)))]
    if failed:
        parts.append(f"{failed} failed")
    if running:
        parts.append(f"{running} running")
    return ", ".join(parts)


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs us. IPython is not imported for the question."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", {})


def _has_no_width(stream: TextIO) -> bool:
    """Whether a terminal says it has no columns, as in some containers, where tqdm draws nothing."""
    try:
        return os.get_terminal_size(stream.fileno()).columns == 0
    except (AttributeError, OSError, ValueError):
        return False
