"""`TunewrightSearchCV`: a drop-in for scikit-learn's `RandomizedSearchCV` that learns from what it has tried.

Needs scikit-learn (`pip install 'tunewright[sklearn]'`).
"""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

try:
    import numpy as np
    from joblib import effective_n_jobs
    from sklearn.model_selection._search import BaseSearchCV
    from sklearn.utils import check_random_state
    from sklearn.utils._param_validation import Interval, StrOptions
except ImportError as error:
    raise ImportError(
        "`tunewright.sklearn` needs scikit-learn: `pip install 'tunewright[sklearn]'`"
    ) from error

from tunewright._sklearn.rows import Rows, Split, optimized
from tunewright._sklearn.search_space import SearchSpace
from tunewright._sklearn.session import SearchSession
from tunewright.trial import Trial

_SEEDS = 2**31 - 1
_ALGORITHMS = ("auto", "gp", "tpe", "cmaes", "qmc", "grid", "anneal", "random")

_ALL_FAILED = "All the "
"""How scikit-learn begins, after a line break, when no fit of a batch succeeded."""


class TunewrightSearchCV(BaseSearchCV):  # type: ignore[misc]  # scikit-learn has no types
    """Searches an estimator's parameters with cross-validation, a batch at a time, each batch learning from
    all before.

    As `RandomizedSearchCV`, with its arguments, attributes and `cv_results_`. What differs:

    `param_distributions`: dict (or list of dicts, of which each trial takes one) from a parameter's name to a
    list of values, a scipy distribution, a `Float`, `Int` or `Choice`, or an expression of `hp`.
    `n_iter`: how many candidates there are in all; of a finite space, no candidate comes twice.
    `n_jobs`: with k jobs, k candidates are asked for at a time and evaluated with joblib.
    `random_state`: seeds the suggestions; with an existing study, that of the study stays.
    `refit`: with several metrics the one that is named is optimized; the first one if none is.
    `algorithm`: `auto`, `gp`, `tpe`, `cmaes`, `qmc`, `grid`, `anneal` or `random`.
    `study`, `address`, `data_dir`: with a name the study is kept, on the server at `address` or in `data_dir`
    (`.tunewright` if not given), and fitting again goes on with it: `n_iter` counts the trials of before,
    which have their rows in `cv_results_`. Give the same data: a study's trials are compared by their scores
    alone.

    Attributes besides those of `RandomizedSearchCV`: `trial_numbers_`, the study's trial of each row;
    `study_name_`.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSearchCV._parameter_constraints,
        "param_distributions": [dict, list],
        "n_iter": [Interval(numbers.Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
        "algorithm": [StrOptions(set(_ALGORITHMS))],
        "study": [str, None],
        "address": [str, None],
        "data_dir": [str, os.PathLike, None],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        *,
        n_iter: int = 10,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: bool = False,
        algorithm: str = "auto",
        study: str | None = None,
        address: str | None = None,
        data_dir: Any = None,
    ) -> None:
        self.param_distributions = param_distributions
        self.n_iter = n_iter
        self.random_state = random_state
        self.algorithm = algorithm
        self.study = study
        self.address = address
        self.data_dir = data_dir
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )

    def _run_search(self, evaluate_candidates: Callable[[list[dict[str, Any]]], Any]) -> None:
        """Called by `fit` with what cross-validates a batch of candidates."""
        space = SearchSpace(self.param_distributions)
        seed = int(check_random_state(self.random_state).randint(_SEEDS))
        error_score = math.nan if self.error_score == "raise" else float(self.error_score)
        self._run = run = _Run(Rows(self.n_splits_, error_score))
        session = SearchSession(study=self.study, address=self.address, data_dir=self.data_dir)
        try:
            with session:
                session.create(space.space, self.algorithm, seed)
                for record in session.ended():
                    params = space.params(record.point)
                    run.rows.restore(record.number, params, record.result, session.name)
                self._search(run, session, space, evaluate_candidates)
            run.results.update(super()._format_results(*run.rows.in_order()))
        finally:
            del self._run
        self.trial_numbers_ = np.array(run.rows.numbers)
        self.study_name_ = session.name

    def _search(
        self, run: _Run, session: SearchSession, space: SearchSpace, evaluate: Callable[[list[Any]], Any]
    ) -> None:
        batch_size = max(1, effective_n_jobs(self.n_jobs))
        evaluated, failure = False, None
        while len(run.rows) < self.n_iter:
            asked = session.ask(min(batch_size, self.n_iter - len(run.rows)))
            if not asked:
                break
            run.batch = [trial.number for trial in asked]
            batch = [space.params(trial.point) for trial in asked]
            try:
                evaluate(batch)
                evaluated = True
            except ValueError as error:
                # A batch is not the search: the next candidates may do better.
                if not str(error).lstrip().startswith(_ALL_FAILED):
                    raise
                failure = error
                for number, params in zip(run.batch, batch, strict=True):
                    run.rows.add(number, params, None)
            for trial in asked:
                self._tell(session, trial, run.rows, str(failure))
        if not evaluated:
            if failure is not None:
                raise failure
            # All was known already. `fit` needs one evaluation of its own, which is not recorded.
            run.batch = []
            evaluate([run.rows.best(self.refit)])

    def _tell(self, session: SearchSession, trial: Trial, rows: Rows, failure: str) -> None:
        splits = rows.splits(trial.number)
        if splits is None:
            session.fail(trial, failure.strip(), {})
            return
        means = rows.means(splits)
        mean = means[optimized(means, self.refit)]
        if math.isfinite(mean):
            metrics = {f"mean_test_{name}": value for name, value in means.items() if math.isfinite(value)}
            session.complete(trial, -mean, metrics, rows.kept(splits))
        else:
            errors = [str(split["fit_error"]) for split in splits if split.get("fit_error")]
            message = errors[0] if errors else f"the mean test score is {mean}"
            session.fail(trial, message, rows.kept(splits))

    def _format_results(
        self,
        candidate_params: list[dict[str, Any]],
        n_splits: int,
        out: list[Split],
        more_results: Any = None,
    ) -> dict[str, Any]:
        """Called after each batch with all that this fit has evaluated; the rows are formatted once, in the
        end."""
        run, known = self._run, len(candidate_params)
        run.rows.like = out[-1]
        for position, number in enumerate(run.batch, start=known - len(run.batch)):
            splits = out[position * n_splits : (position + 1) * n_splits]
            run.rows.add(number, candidate_params[position], splits)
        run.results = {}
        return run.results

    def __getstate__(self) -> dict[str, Any]:
        # Goes with each fit to joblib's processes.
        state = dict(super().__getstate__())
        state.pop("_run", None)
        return state


@dataclass
class _Run:
    """What one call of `fit` has so far."""

    rows: Rows
    batch: list[int] = field(default_factory=list)
    """The numbers of the trials under evaluation."""

    results: dict[str, Any] = field(default_factory=dict)
    """What `fit` will keep as `cv_results_`."""
