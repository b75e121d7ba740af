"""scikit-learn's own checks of estimators, on the instances with which it checks its `RandomizedSearchCV`."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.base import is_regressor
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from tunewright.sklearn import TunewrightSearchCV

REGRESSORS = {
    "check_supervised_y_2d": "a `y` of two dimensions goes on as it is, as with `RandomizedSearchCV`"
}
"""All that fails, and scikit-learn expects it of `RandomizedSearchCV`, too. Nothing fails for classifiers."""


def expected(estimator: Any) -> dict[str, str]:
    return REGRESSORS if is_regressor(estimator) else {}


def instance(estimator: Any, name: str) -> TunewrightSearchCV:
    space = {name: [0.1, 1.0]}
    return TunewrightSearchCV(estimator, space, cv=2, error_score="raise", random_state=0)


@parametrize_with_checks(
    [
        instance(Ridge(), "alpha"),
        instance(Pipeline([("pca", PCA()), ("logistic", LogisticRegression())]), "logistic__C"),
    ],
    expected_failed_checks=expected,
)
@pytest.mark.filterwarnings("ignore")
def test_checks_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)
