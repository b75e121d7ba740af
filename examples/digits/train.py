#!/usr/bin/env python3
"""Classifies handwritten digits: one trial of the study in study.yaml.

The loss is the error of a 5-fold stratified cross-validation on scikit-learn's bundled digits (1797 images of
8 x 8 pixels), shuffled with a fixed seed, so that a configuration always has the same loss.

Tunewright hands the configuration over as JSON in TUNEWRIGHT_PARAMS and reads JSON lines from the file named by
TUNEWRIGHT_RESULT. Run by hand, without either, this evaluates an untuned SVM and prints the lines instead:

    python examples/digits/train.py
    TUNEWRIGHT_PARAMS='{"model": {"name": "knn", "neighbors": 3}}' python examples/digits/train.py
"""

import json
import os
import sys
import time
import warnings
from contextlib import nullcontext

# A worker runs one trial a slot, and each is to use one core. BLAS reads this when it is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

FOLDS = 5
SEED = 0
BRIGHTEST = 16.0
UNTUNED = {"model": {"name": "svm"}}


def svm(C=1.0, kernel=None):
    settings = dict(kernel or {"name": "rbf"})
    return SVC(C=C, kernel=settings.pop("name"), **settings)


def forest(trees=100, max_depth=None, max_features=0.125, min_leaf=1):
    return RandomForestClassifier(
        n_estimators=trees,
        max_depth=max_depth,
        max_features=max_features,
        min_samples_leaf=min_leaf,
        random_state=SEED,
    )


def knn(neighbors=5, weights="uniform", metric="euclidean"):
    return KNeighborsClassifier(n_neighbors=neighbors, weights=weights, metric=metric)


def mlp(units=64, layers=1, learning_rate=1e-3, alpha=1e-4, epochs=30):
    return MLPClassifier(
        hidden_layer_sizes=(units,) * layers,
        learning_rate_init=learning_rate,
        alpha=alpha,
        max_iter=epochs,
        random_state=SEED,
    )


MODELS = {"svm": svm, "forest": forest, "knn": knn, "mlp": mlp}


def build(config):
    """The pipeline that a configuration describes: a classifier, after a projection if one is asked for."""
    settings = dict(config["model"])
    model = MODELS[settings.pop("name")](**settings)
    components = config.get("components")
    return make_pipeline(PCA(components, random_state=SEED), model) if components else make_pipeline(model)


def cross_validate(config, report):
    """The error over all images, each predicted by a model that has not seen it; reports after each fold."""
    images, digits = load_digits(return_X_y=True)
    images = images / BRIGHTEST
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    wrong = seen = 0
    for step, (train, test) in enumerate(folds.split(images, digits), start=1):
        predicted = build(config).fit(images[train], digits[train]).predict(images[test])
        wrong += int(np.count_nonzero(predicted != digits[test]))
        seen += len(test)
        report({"step": step, "loss": wrong / seen})
    return wrong, wrong / seen


def main():
    # Training stops after a number of epochs that the study chose: not having converged is a result, not a fault.
    warnings.simplefilter("ignore", ConvergenceWarning)
    config = json.loads(os.environ.get("TUNEWRIGHT_PARAMS", "null")) or UNTUNED
    path = os.environ.get("TUNEWRIGHT_RESULT")
    started = time.monotonic()
    with open(path, "a", encoding="utf-8") if path else nullcontext(sys.stdout) as result:

        def report(line):
            print(json.dumps(line), file=result, flush=True)

        wrong, loss = cross_validate(config, report)
        report({"loss": loss, "status": "ok", "wrong": wrong, "seconds": time.monotonic() - started})


if __name__ == "__main__":
    main()
