"""Writes the same seeded trials into an Optuna SQLite file or into a Tunewright server.

10 parameters, of which `depth` is set only with booster `gbtree` and `drop` only with `dart`; 20 intermediate
losses; 20% pruned, after 7 to 19 of them; 3% failed. A loss is lower-is-better.
"""

from __future__ import annotations

import argparse
import math
import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

STEPS = 20
AT_ONCE = 100
THREADS = 8
LABELS = {"depth": "booster.gbtree.depth", "drop": "booster.dart.drop"}
BOOSTERS = ("gbtree", "dart", "gblinear")


@dataclass(frozen=True)
class Made:
    """One trial: its parameters by name, its losses after step 0, 1, ..., and how it ended."""

    params: dict[str, float | int | str]
    losses: list[float]
    state: str


def made_trials(count: int, seed: int) -> Iterator[Made]:
    """`count` trials, always the same for a seed."""
    rng = random.Random(seed)
    for _ in range(count):
        params: dict[str, float | int | str] = {
            "lr": 10 ** rng.uniform(-4, 0),
            "l1": 10 ** rng.uniform(-6, 1),
            "l2": 10 ** rng.uniform(-6, 1),
            "gamma": rng.uniform(0, 5),
            "subsample": rng.uniform(0.3, 1),
            "colsample": rng.uniform(0.3, 1),
            "rounds": rng.randint(50, 500),
            "booster": rng.choice(BOOSTERS),
        }
        if params["booster"] == "gbtree":
            params["depth"] = rng.randint(2, 12)
        if params["booster"] == "dart":
            params["drop"] = rng.uniform(0, 0.5)
        off = (math.log10(float(params["lr"])) + 2) ** 2 + (float(params["subsample"]) - 0.8) ** 2
        end = 0.05 + 0.1 * off + rng.uniform(0, 0.05)
        curve = [end + 0.8 * math.exp(-step / 5) + rng.uniform(0, 0.02) for step in range(STEPS)]
        luck = rng.random()
        if luck < 0.2:
            yield Made(params, curve[: rng.randint(7, STEPS - 1)], "pruned")
        else:
            yield Made(params, curve, "failed" if luck < 0.23 else "completed")


def write_optuna(path: str, count: int, seed: int) -> None:
    """Fills a study of a new SQLite file, a trial ended every ten seconds. Optuna makes the tables and the
    study; the rows are those that its `add_trials` writes, which needs 30 ms for each trial.
    """
    import optuna
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
        distribution_to_json,
    )

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = {
        "lr": FloatDistribution(1e-4, 1, log=True),
        "l1": FloatDistribution(1e-6, 10, log=True),
        "l2": FloatDistribution(1e-6, 10, log=True),
        "gamma": FloatDistribution(0, 5),
        "subsample": FloatDistribution(0.3, 1),
        "colsample": FloatDistribution(0.3, 1),
        "rounds": IntDistribution(50, 500),
        "booster": CategoricalDistribution(BOOSTERS),
        "depth": IntDistribution(2, 12),
        "drop": FloatDistribution(0, 0.5),
    }
    as_json = {name: distribution_to_json(distribution) for name, distribution in space.items()}
    states = {"completed": "COMPLETE", "failed": "FAIL", "pruned": "PRUNED"}
    began = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(seconds=10 * count)
    optuna.create_study(storage=f"sqlite:///{path}", study_name="compared", direction="minimize")
    trials, params, values, reports = [], [], [], []
    for number, made in enumerate(made_trials(count, seed)):
        row = number + 1
        start = began + timedelta(seconds=10 * number)
        end = start + timedelta(seconds=9)
        trials.append((row, number, 1, states[made.state], start.isoformat(" "), end.isoformat(" ")))
        for name, value in made.params.items():
            params.append((row, name, space[name].to_internal_repr(value), as_json[name]))
        if made.state != "failed":
            values.append((row, 0, made.losses[-1], "FINITE"))
        reports += [(row, step, loss, "FINITE") for step, loss in enumerate(made.losses)]
    with sqlite3.connect(path) as file:
        file.executemany("INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?)", trials)
        file.executemany("INSERT INTO trial_params VALUES (NULL, ?, ?, ?, ?)", params)
        file.executemany("INSERT INTO trial_values VALUES (NULL, ?, ?, ?, ?)", values)
        file.executemany("INSERT INTO trial_intermediate_values VALUES (NULL, ?, ?, ?, ?)", reports)


def write_tunewright(server: str, count: int, seed: int) -> None:
    """Fills a study of a server the way a worker would, as trials that are added whole have no curves."""
    from tunewright.client import Client
    from tunewright.spaces import Choice, Float, Int
    from tunewright.study import Study
    from tunewright.trial import Trial

    space = {
        "lr": Float(1e-4, 1, log=True),
        "l1": Float(1e-6, 10, log=True),
        "l2": Float(1e-6, 10, log=True),
        "gamma": Float(0, 5),
        "subsample": Float(0.3, 1),
        "colsample": Float(0.3, 1),
        "rounds": Int(50, 500),
        "booster": Choice({"gbtree": {"depth": Int(2, 12)}, "dart": {"drop": Float(0, 0.5)}, "gblinear": {}}),
    }

    def evaluate(trial: Trial, made: Made) -> None:
        for step, loss in enumerate(made.losses):
            trial.report(loss, step)
        if made.state == "failed":
            trial.fail("diverged")
        elif made.state == "pruned":
            trial.prune(made.losses[-1])
        else:
            trial.tell(made.losses[-1])

    all_made = list(made_trials(count, seed))
    with Client(server) as client, ThreadPoolExecutor(THREADS) as pool:
        study = Study.create("compared", space, client=client, algorithm="random", max_trials=count)
        for first in range(0, count, AT_ONCE):
            for made in all_made[first : first + AT_ONCE]:
                study.enqueue({LABELS.get(name, name): value for name, value in made.params.items()})
            trials = study.ask(count=min(AT_ONCE, count - first))
            for _ in pool.map(lambda trial: evaluate(trial, all_made[trial.number]), trials):
                pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=["optuna", "tunewright"])
    parser.add_argument("address", help="a new file for optuna, a server's address for tunewright")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write = write_optuna if given.side == "optuna" else write_tunewright
    write(given.address, given.trials, given.seed)


if __name__ == "__main__":
    main()
