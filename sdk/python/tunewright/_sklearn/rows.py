"""The rows of `cv_results_`: those of this fit, those of a study's earlier fits, and those that failed as a
whole."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Split = dict[str, Any]
"""What scikit-learn knows of one fit on one split: scores, times, size."""

_KEPT = ("test_scores", "train_scores", "n_test_samples", "fit_time", "score_time")


class Rows:
    """Rows by the number of their trial. A row without splits failed in all of them."""

    def __init__(self, n_splits: int, error_score: float) -> None:
        self._n_splits = n_splits
        self._error_score = error_score
        self._rows: dict[int, tuple[dict[str, Any], list[Split] | None]] = {}
        self.like: Split = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the trials, in order."""
        return sorted(self._rows)

    def restore(self, number: int, params: dict[str, Any], result: Any, study: str) -> None:
        """Adds a row of an earlier fit from what was kept of it.

        Raises `ValueError` if it was cross-validated with another number of splits.
        """
        splits = result.get("splits") if isinstance(result, Mapping) else None
        if splits is not None and len(splits) != self._n_splits:
            raise ValueError(
                f"study `{study}` has trials of {len(splits)} splits, and this search has {self._n_splits}: "
                "take the same `cv`, or another `study`"
            )
        self._rows[number] = params, None if splits is None else [dict(split) for split in splits]

    def add(self, number: int, params: dict[str, Any], splits: Sequence[Split] | None) -> None:
        """Adds a row of this fit."""
        self._rows[number] = params, None if splits is None else list(splits)

    def in_order(self) -> tuple[list[dict[str, Any]], int, list[Split]]:
        """The parameters of each row, how many splits each has, and the splits of all rows one after the
        other.

        All have the keys of `like`; what a row does not know of them (train scores that an earlier fit did
        not want) is NaN.
        """
        params, flat = [], []
        for number in self.numbers:
            row, splits = self._rows[number]
            params.append(row)
            for position in range(self._n_splits):
                known = splits[position] if splits else {}
                flat.append({key: known.get(key, self._missing(key)) for key in self.like})
        return params, self._n_splits, flat

    def splits(self, number: int) -> list[Split] | None:
        """What is known of a trial's splits; `None` if it failed in all of them."""
        return self._rows[number][1]

    def best(self, refit: object) -> dict[str, Any]:
        """The parameters of the row with the best mean of what is optimized; any row if none has one."""
        scored = []
        for params, splits in self._rows.values():
            means = self.means(splits) if splits else {"score": -math.inf}
            mean = means[optimized(means, refit)]
            scored.append((mean if math.isfinite(mean) else -math.inf, params))
        return max(scored, key=lambda pair: pair[0])[1]

    @staticmethod
    def means(splits: Sequence[Split]) -> dict[str, float]:
        """The mean test score over the splits, by metric; a single metric is called `score`."""
        scores = [split["test_scores"] for split in splits]
        named = [score if isinstance(score, Mapping) else {"score": score} for score in scores]
        return {name: sum(float(score[name]) for score in named) / len(named) for name in named[0]}

    @staticmethod
    def kept(splits: Sequence[Split]) -> dict[str, Any]:
        """What of the splits is kept with the trial, as plain numbers."""
        return {"splits": [{key: _plain(split[key]) for key in _KEPT if key in split} for split in splits]}

    def _missing(self, key: str) -> Any:
        if key == "fit_error":
            return None
        if key in ("test_scores", "train_scores"):
            value = self._error_score if key == "test_scores" else math.nan
            like = self.like[key]
            return dict.fromkeys(like, value) if isinstance(like, Mapping) else value
        return 0 if key == "n_test_samples" else math.nan


def optimized(means: Mapping[str, float], refit: object) -> str:
    """Which metric is optimized: the one that `refit` names, or the first."""
    return refit if isinstance(refit, str) and refit in means else next(iter(means))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: float(score) for name, score in value.items()}
    return int(value) if isinstance(value, int) else float(value)
