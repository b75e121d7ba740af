"""`TunewrightSearchCV` beside scikit-learn's own `RandomizedSearchCV`."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris, make_regression
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import RandomizedSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from tunewright import hp
from tunewright._embedded.server import EmbeddedServer
from tunewright._sklearn.distributions import converted
from tunewright._sklearn.search_space import SearchSpace
from tunewright.errors import AlreadyExists
from tunewright.sklearn import TunewrightSearchCV
from tunewright.spaces import Choice, Float, Int

X, Y = load_iris(return_X_y=True)


def search(estimator: Any = None, space: Any = None, **arguments: Any) -> TunewrightSearchCV:
    given = {"n_iter": 6, "cv": 3, "random_state": 0, **arguments}
    return TunewrightSearchCV(estimator or SVC(), space or {"C": stats.loguniform(1e-3, 1e3)}, **given)


class Picky(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Cannot be fitted with `level` over a half."""

    def __init__(self, level: float = 0.0, interrupt: bool = False) -> None:
        self.level = level
        self.interrupt = interrupt

    def fit(self, X: Any, y: Any) -> Picky:
        if self.interrupt:
            raise KeyboardInterrupt
        if self.level > 0.5:
            raise RuntimeError(f"the level {self.level} is too high")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return np.full(len(X), self.classes_[0])

    def score(self, X: Any, y: Any) -> float:
        return 1.0 - abs(self.level - 0.3)


def test_results_have_the_keys_and_types_of_randomized_search() -> None:
    space = {"C": stats.loguniform(1e-3, 1e3), "kernel": ["rbf", "linear"]}
    arguments: dict[str, Any] = {"n_iter": 5, "cv": 3, "random_state": 0, "return_train_score": True}
    ours = TunewrightSearchCV(SVC(), space, **arguments).fit(X, Y)
    theirs = RandomizedSearchCV(SVC(), space, **arguments).fit(X, Y)
    assert list(ours.cv_results_) == list(theirs.cv_results_)
    for key, value in theirs.cv_results_.items():
        assert type(ours.cv_results_[key]) is type(value), key
        assert getattr(ours.cv_results_[key], "dtype", None) == getattr(value, "dtype", None), key
        assert len(ours.cv_results_[key]) == 5
    for name in ("best_params_", "best_score_", "best_index_", "best_estimator_", "scorer_", "n_splits_"):
        assert type(getattr(ours, name)) is type(getattr(theirs, name)), name
    assert set(vars(theirs)) <= set(vars(ours))


def test_scores_are_those_of_cross_validation_and_the_best_is_refitted() -> None:
    found = search().fit(X, Y)
    row = found.cv_results_["params"][found.best_index_]
    assert found.best_params_ == row
    expected = cross_val_score(SVC(**row), X, Y, cv=3)
    assert [found.cv_results_[f"split{i}_test_score"][found.best_index_] for i in range(3)] == pytest.approx(
        list(expected)
    )
    assert found.best_score_ == max(found.cv_results_["mean_test_score"])
    assert (found.predict(X) == SVC(**row).fit(X, Y).predict(X)).all()
    assert found.score(X, Y) == found.best_estimator_.score(X, Y)


def test_it_learns_from_what_it_has_tried() -> None:
    data, target = make_regression(60, 3, noise=1.0, random_state=0)

    class Valley(Ridge):  # type: ignore[misc]  # scikit-learn has no types
        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
            return -abs(math.log10(self.alpha) - 2.0)

    space = {"alpha": stats.loguniform(1e-6, 1e6)}
    ours, theirs = [], []
    for seed in range(5):
        arguments: dict[str, Any] = {"n_iter": 60, "cv": 2, "random_state": seed, "refit": False}
        scores = TunewrightSearchCV(Valley(), space, **arguments).fit(data, target).cv_results_
        ours.append(np.mean(scores["mean_test_score"][30:]))
        scores = RandomizedSearchCV(Valley(), space, **arguments).fit(data, target).cv_results_
        theirs.append(np.mean(scores["mean_test_score"][30:]))
    # A random draw is 3.3 decades off on average with a deviation of 2.1, so a mean of 150 has one of 0.17.
    assert np.mean(ours) > np.mean(theirs) + 0.5


def test_the_same_random_state_gives_the_same_search() -> None:
    first, second = search().fit(X, Y), search().fit(X, Y)
    other = search(random_state=1).fit(X, Y)
    assert first.cv_results_["params"] == second.cv_results_["params"]
    assert first.cv_results_["params"] != other.cv_results_["params"]


def test_jobs_evaluate_a_batch_at_a_time() -> None:
    found = search(n_jobs=2, n_iter=5).fit(X, Y)
    assert len(found.cv_results_["params"]) == 5
    assert list(found.trial_numbers_) == [0, 1, 2, 3, 4]


def test_several_metrics_with_refit() -> None:
    scoring = {"accuracy": "accuracy", "loss": "neg_log_loss"}
    estimator = LogisticRegression(max_iter=500)
    found = search(estimator, scoring=scoring, refit="loss").fit(X, Y)
    assert found.multimetric_
    assert {"mean_test_accuracy", "mean_test_loss", "rank_test_loss"} <= set(found.cv_results_)
    assert found.best_index_ == int(np.argmax(found.cv_results_["mean_test_loss"]))
    without = search(estimator, scoring=scoring, refit=False).fit(X, Y)
    assert not hasattr(without, "best_index_") and not hasattr(without, "best_estimator_")
    chosen = search(estimator, scoring=scoring, refit=lambda results: 2).fit(X, Y)
    assert chosen.best_index_ == 2 and not hasattr(chosen, "best_score_")


def test_conditional_spaces_have_masked_columns() -> None:
    space = [
        {"kernel": ["linear"], "C": stats.uniform(0.1, 1)},
        {"kernel": ["rbf"], "gamma": stats.uniform(0.1, 1)},
    ]
    found = search(space=space, n_iter=12).fit(X, Y)
    kernels = found.cv_results_["param_kernel"]
    masked = np.ma.getmaskarray(found.cv_results_["param_C"])
    assert set(kernels) == {"linear", "rbf"}
    assert [kernel == "rbf" for kernel in kernels] == list(masked)


def test_expressions_are_parameters() -> None:
    space = {"C": hp.loguniform("C", -3, 3), "degree": hp.choice("degree", [2, 3]), "kernel": ["poly"]}
    found = search(space=space).fit(X, Y)
    assert all(math.exp(-3) <= row["C"] <= math.exp(3) for row in found.cv_results_["params"])
    assert set(found.cv_results_["param_degree"]) <= {2, 3}


def test_native_parameters_are_parameters() -> None:
    space = {
        "C": Float(1e-2, 1e2, log=True),
        "degree": Int(2, 4),
        "kernel": ["poly", "rbf"],
        "gamma": stats.uniform(1, 2),
    }
    rows = search(space=space, n_iter=12).fit(X, Y).cv_results_["params"]
    assert all(
        1e-2 <= row["C"] <= 1e2 and row["degree"] in (2, 3, 4) and 1 <= row["gamma"] <= 3 for row in rows
    )
    assert {row["kernel"] for row in rows} == {"poly", "rbf"}
    several = [
        {"kernel": ["linear"], "C": Float(0.1, 1.0)},
        {"kernel": Choice(["rbf", "poly"]), "degree": Int(2, 3)},
    ]
    rows = search(space=several, n_iter=12).fit(X, Y).cv_results_["params"]
    assert {tuple(row) for row in rows} == {("C", "kernel"), ("degree", "kernel")}
    with pytest.raises(TypeError, match="parameter `C`: expressions of `hp` and"):
        search(space={"C": hp.uniform("C", 0, 1), "degree": Int(2, 3)}).fit(X, Y)


def test_any_objects_are_values() -> None:
    pipeline = Pipeline([("reduce", PCA()), ("model", SVC())])
    models = [SVC(), DecisionTreeClassifier(max_depth=2), DecisionTreeClassifier(max_depth=3)]
    found = search(pipeline, {"model": models, "reduce": ["passthrough", PCA(2)]}, n_iter=20).fit(X, Y)
    assert len(found.cv_results_["params"]) == 6
    assert all(any(row["model"] is model for model in models) for row in found.cv_results_["params"])


def test_a_finite_space_is_tried_once() -> None:
    found = search(space={"C": [0.1, 1.0], "kernel": ["rbf", "linear"]}, n_iter=50).fit(X, Y)
    tried = {(row["C"], row["kernel"]) for row in found.cv_results_["params"]}
    assert len(tried) == len(found.cv_results_["params"]) == 4


def test_a_candidate_that_cannot_be_fitted_is_a_failed_row() -> None:
    with pytest.warns(UserWarning, match="non-finite"):
        found = search(Picky(), {"level": stats.uniform(0, 1)}, n_iter=12).fit(X, Y)
    levels = np.array(found.cv_results_["param_level"], dtype=float)
    scores = found.cv_results_["mean_test_score"]
    assert (np.isnan(scores) == (levels > 0.5)).all() and 0 < np.isnan(scores).sum() < 12
    assert found.best_params_["level"] <= 0.5


def test_a_score_for_what_cannot_be_fitted() -> None:
    found = search(Picky(), {"level": stats.uniform(0, 1)}, n_iter=12, error_score=-7.0).fit(X, Y)
    levels = np.array(found.cv_results_["param_level"], dtype=float)
    assert ((found.cv_results_["mean_test_score"] == -7.0) == (levels > 0.5)).all()


def test_nothing_that_can_be_fitted_is_an_error() -> None:
    with pytest.raises(ValueError, match="fits failed"):
        search(Picky(), {"level": [0.7, 0.8, 0.9]}).fit(X, Y)


def test_errors_can_be_raised() -> None:
    with pytest.raises(RuntimeError, match="is too high"):
        search(Picky(), {"level": stats.uniform(0.6, 0.1)}, error_score="raise").fit(X, Y)


def test_a_named_study_goes_on(server: EmbeddedServer) -> None:
    first = search(study="iris", address=server.address, n_iter=4).fit(X, Y)
    longer = search(study="iris", address=server.address, n_iter=9, random_state=5).fit(X, Y)
    assert list(longer.trial_numbers_) == list(range(9)) and longer.study_name_ == "iris"
    assert longer.cv_results_["params"][:4] == first.cv_results_["params"]
    for key in ("split1_test_score", "mean_fit_time", "std_score_time"):
        assert list(longer.cv_results_[key][:4]) == list(first.cv_results_[key])
    again = search(study="iris", address=server.address, n_iter=9).fit(X, Y)
    assert again.cv_results_["params"] == longer.cv_results_["params"]
    assert list(again.cv_results_["mean_test_score"]) == list(longer.cv_results_["mean_test_score"])
    assert again.best_params_ == longer.best_params_


def test_failed_rows_and_metrics_of_a_study_come_back(server: EmbeddedServer) -> None:
    arguments = {"study": "picky", "address": server.address, "return_train_score": False}
    with pytest.warns(UserWarning, match="non-finite"):
        first = search(Picky(), {"level": stats.uniform(0, 1)}, n_iter=10, **arguments).fit(X, Y)
    with pytest.warns(UserWarning, match="non-finite"):
        again = search(Picky(), {"level": stats.uniform(0, 1)}, n_iter=10, **arguments).fit(X, Y)
    np.testing.assert_array_equal(again.cv_results_["mean_test_score"], first.cv_results_["mean_test_score"])
    assert again.best_params_ == first.best_params_


def test_a_study_of_other_splits_or_another_space_is_refused(server: EmbeddedServer) -> None:
    search(study="iris", address=server.address, n_iter=2).fit(X, Y)
    with pytest.raises(ValueError, match="has trials of 3 splits, and this search has 4"):
        search(study="iris", address=server.address, cv=4).fit(X, Y)
    with pytest.raises(AlreadyExists):
        search(space={"C": [1.0, 2.0]}, study="iris", address=server.address).fit(X, Y)


def test_an_interrupt_gives_the_trials_back(server: EmbeddedServer) -> None:
    space = {"level": stats.uniform(0, 0.4)}
    search(Picky(), space, study="s", address=server.address, n_iter=2).fit(X, Y)
    with pytest.raises(KeyboardInterrupt):
        search(Picky(interrupt=True), space, study="s", address=server.address, n_iter=5).fit(X, Y)
    found = search(Picky(), space, study="s", address=server.address, n_iter=5).fit(X, Y)
    assert list(found.trial_numbers_) == [0, 1, 2, 3, 4]


def test_a_study_outlives_its_process(data_dir: Path, child_env: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "from sklearn.datasets import load_iris\n"
        "from sklearn.svm import SVC\n"
        "from tunewright.sklearn import TunewrightSearchCV\n"
        "space, n = {'C': [0.1, 1.0, 10.0, 100.0]}, int(sys.argv[2])\n"
        "s = TunewrightSearchCV(SVC(), space, n_iter=n, cv=3, study='iris', data_dir=sys.argv[1])\n"
        "s.fit(*load_iris(return_X_y=True))\n"
        "print(list(s.trial_numbers_.tolist()), list(s.cv_results_['param_C']))\n"
    )
    told = []
    for count in ("2", "4"):
        command = [sys.executable, "-c", code, str(data_dir), count]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=child_env)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        told.append(done.stdout)
    assert told[0].startswith("[0, 1] ") and told[1].startswith("[0, 1, 2, 3] ")


def test_clone_parameters_and_pickles() -> None:
    original = search(n_iter=3, study=None, algorithm="anneal")
    copied = clone(original)
    assert copied.get_params()["algorithm"] == "anneal" and copied.get_params()["estimator__C"] == 1.0
    copied.set_params(estimator__kernel="linear", n_iter=4)
    assert copied.estimator.kernel == "linear" and original.estimator.kernel == "rbf"
    fitted = pickle.loads(pickle.dumps(copied.fit(X, Y)))
    assert (fitted.predict(X) == copied.predict(X)).all()
    assert len(fitted.cv_results_["params"]) == 4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_iter": 0}, "n_iter"),
        ({"algorithm": "magic"}, "algorithm"),
        ({"space": {"C": 3}}, "parameter `C` must be a distribution"),
        ({"space": {"C": []}}, "parameter `C` must have at least one value"),
        ({"space": [3]}, "must be a dict or a list of dicts"),
        ({"scoring": ["accuracy", "f1_macro"]}, "refit"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        search(**wrong).fit(X, Y)


def test_nothing_is_printed_unless_asked(capfd: pytest.CaptureFixture[str]) -> None:
    search(n_iter=2).fit(X, Y)
    assert capfd.readouterr() == ("", "")


class Dice:
    """All that scikit-learn asks of a distribution."""

    def rvs(self, random_state: Any = None) -> int:
        return int(np.random.RandomState(random_state).randint(1, 7))


@pytest.mark.parametrize(
    ("distribution", "statistic"),
    [
        (stats.uniform(2, 3), stats.uniform(2, 3).cdf),
        (stats.loguniform(1e-3, 1e2), stats.loguniform(1e-3, 1e2).cdf),
        (stats.norm(5, 2), stats.norm(5, 2).cdf),
        (stats.gamma(2.0, scale=3), stats.gamma(2.0, scale=3).cdf),
        (stats.beta(2, 5), stats.beta(2, 5).cdf),
    ],
)
def test_distributions_stay_what_they_are(distribution: Any, statistic: Callable[..., Any]) -> None:
    expression, make = converted("x", "x", distribution)
    drawn = [make(value) for value in _draws(expression, 3_000)]
    assert all(type(value) is float for value in drawn)
    assert stats.kstest(drawn, statistic).pvalue > 0.001


@pytest.mark.parametrize("distribution", [stats.randint(3, 8), stats.binom(4, 0.5), Dice()])
def test_discrete_distributions_stay_what_they_are(distribution: Any) -> None:
    expression, make = converted("x", "x", distribution)
    drawn = [make(value) for value in _draws(expression, 3_000)]
    assert all(type(value) is int for value in drawn)
    values = sorted(set(drawn))
    pmf = distribution.pmf(values) if hasattr(distribution, "pmf") else np.full(6, 1 / 6)
    assert pmf.sum() == pytest.approx(1.0)
    assert stats.chisquare([drawn.count(v) for v in values], 3_000 * pmf).pvalue > 0.001


def _draws(expression: Any, count: int) -> list[Any]:
    from tunewright.compat.pyll import stochastic

    rng = np.random.default_rng(7)
    return [stochastic.sample(expression, rng) for _ in range(count)]


def test_a_list_of_lists_stays_one() -> None:
    space = SearchSpace({"layers": [[50], [100, 50]], "f": [np.sin, None]})
    node = space.space.node
    text = str(node)
    assert "0: [50]" in text and "1: [100, 50]" in text and "0x" not in text
    point = {"layers": _names(node, "layers")[1], "f": _names(node, "f")[0]}
    assert space.params(point) == {"layers": [100, 50], "f": np.sin}


def _names(node: Any, label: str) -> list[str]:
    for entry in node.map.entries:
        if entry.key == label:
            return [option.name for option in entry.node.choice.options]
    raise LookupError(label)


def test_the_module_says_what_it_needs(child_env: dict[str, str]) -> None:
    code = "import sys; sys.modules['sklearn'] = None\nimport tunewright.sklearn"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=child_env
    )
    assert done.returncode == 1 and "pip install 'tunewright[sklearn]'" in done.stderr
