"""How fast `fmin` is beside Hyperopt's own, in one run on one machine.

    python benchmarks/fmin.py [--trials N] [--repeats N]

The first table: wall time of trials with an objective of 1 ms, one after the other, with TPE. The second:
workers with an objective of 0.5 s, and which share of their time, from the first trial's beginning to the
last one's end, they spent in the objective. Figures of a debug build of the server mean nothing.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable
from typing import Any

import hyperopt
import numpy as np
from hyperopt import hp, tpe

from tunewright.hyperopt import TunewrightTrials

QUICK = 0.001
SLOW = 0.5


def space(parameters: int) -> dict[str, Any]:
    """So many parameters from -5 to 5."""
    return {f"x{at}": hp.uniform(f"x{at}", -5, 5) for at in range(parameters)}


def objective(point: dict[str, float], seconds: float) -> dict[str, Any]:
    """Takes so many seconds, and tells when."""
    begun = time.time()
    time.sleep(seconds)
    loss = sum((value - 3) ** 2 for value in point.values())
    return {"loss": loss, "status": "ok", "begun": begun, "ended": time.time()}


def seconds_of(trials: Callable[[], Any], parameters: int, count: int, seed: int) -> float:
    """The wall time of one search."""
    begun = time.perf_counter()
    hyperopt.fmin(
        functools.partial(objective, seconds=QUICK),
        space(parameters),
        algo=tpe.suggest,
        max_evals=count,
        trials=trials(),
        rstate=np.random.default_rng(seed),
        show_progressbar=False,
    )
    return time.perf_counter() - begun


def one_after_the_other(count: int, repeats: int) -> None:
    """The first table."""
    print(f"{count} trials of {QUICK * 1000:g} ms, one after the other, median of {repeats}:")
    print(f"{'parameters':>10} {'hyperopt':>10} {'tunewright':>10}")
    # The server starts once in the life of a process, not with each search.
    seconds_of(TunewrightTrials, 1, 2, 0)
    for parameters in (1, 5, 10, 20):
        medians = [
            statistics.median(seconds_of(kind, parameters, count, seed) for seed in range(repeats))
            for kind in (hyperopt.Trials, TunewrightTrials)
        ]
        print(f"{parameters:>10} {medians[0]:>8.3f} s {medians[1]:>8.3f} s")


def several_at_once(workers: int, count: int) -> None:
    """The second table."""
    trials = TunewrightTrials(parallelism=workers)
    begun = time.time()
    hyperopt.fmin(
        functools.partial(objective, seconds=SLOW),
        space(5),
        algo=tpe.suggest,
        max_evals=count,
        trials=trials,
        rstate=np.random.default_rng(1),
        show_progressbar=False,
    )
    ended = time.time()
    inside = sum(result["ended"] - result["begun"] for result in trials.results)
    first = min(result["begun"] for result in trials.results)
    last = max(result["ended"] for result in trials.results)
    print(f"{count} trials of {SLOW:g} s by {workers} workers:")
    print(f"  in the objective, of the time from first to last: {inside / workers / (last - first):.1%}")
    print(
        f"  in the objective, of all {ended - begun:.1f} s of fmin: {inside / workers / (ended - begun):.1%}"
    )


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    one_after_the_other(arguments.trials, arguments.repeats)
    several_at_once(4, 120)


if __name__ == "__main__":
    main()
