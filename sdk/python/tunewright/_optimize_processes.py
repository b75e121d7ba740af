"""Evaluating a study's trials in child processes of this one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc

from tunewright._embedded.worker import LocalWorker
from tunewright._optimize_share import Share
from tunewright._watch import watch
from tunewright.errors import Closed, TunewrightError
from tunewright.spaces.space import Space
from tunewright.worker.pickling import pickle_objective

if TYPE_CHECKING:
    from tunewright._optimize import Run
    from tunewright._study.records import TrialRecord
    from tunewright.study import Study

# After the run's timeout, what runs is finished; so long at most, in seconds.
_FINISH = 3600.0


class SpaceObjective:
    """The user's function as it is pickled: with the space, so that `params` has the very options there."""

    def __init__(self, fn: Callable[[Any], object], space: Space) -> None:
        self.fn = fn
        self.space = space

    def __call__(self, trial: Any) -> object:
        """What the function returns for a worker's trial."""
        trial.params = self.space.params(trial.point)
        return self.fn(trial)


def in_processes(run: Run, n_jobs: int) -> None:
    """Runs a worker of `n_jobs` slots until the run is over."""
    study = run.study
    if run.n_trials == 0:
        return
    pickled = pickle_objective(SpaceObjective(run.fn, study.space))
    study.put_attachment(pickled.attachment, pickled.data)
    study.update(objective=pickled.objective())
    share = Share(study, run.n_trials)
    worker = LocalWorker(
        study.client.address,
        slots=n_jobs,
        study=f"{study.project}/{study.name}",
        most_trials=share.left,
        on_event=share.heard,
    )
    study_over = threading.Event()
    with run.bar(), _watched(study, share, study_over):
        try:
            worker.start()
            _follow(run, worker, share, study_over)
        except BaseException:
            share.abandon()
            # The running trials are given back at once.
            worker.stop(0.0)
            raise
        finally:
            worker.stop(_FINISH)


def _follow(run: Run, worker: LocalWorker, share: Share, study_over: threading.Event) -> None:
    """Takes note of every end until nothing more is to come."""
    done = 0
    while run.n_trials is None or done < run.n_trials:
        if (failure := worker.failure()) is not None:
            raise failure
        if run.budget.is_over() or study_over.is_set():
            # What runs is finished, and known of once the worker has ended.
            share.close()
            worker.stop(_FINISH)
            while not share.ended.empty():
                _note(run, share.ended.get())
            return
        try:
            ended = share.ended.get(timeout=0.1)
        except queue.Empty:
            continue
        _note(run, ended)
        done += 1


def _note(run: Run, ended: TrialRecord | TunewrightError) -> None:
    if isinstance(ended, TunewrightError):
        raise ended
    loss = ended.loss if ended.state == "completed" and ended.is_feasible else None
    run.ended(ended.number, loss, ended.state == "failed", 0)


@contextmanager
def _watched(study: Study, share: Share, study_over: threading.Event) -> Iterator[None]:
    """Has a thread say that the study is over, or why it cannot be watched."""
    streams: list[grpc.Call] = []
    over = threading.Event()

    def note(stream: grpc.Call) -> None:
        streams[:] = [stream]
        if over.is_set():
            stream.cancel()
            raise Closed("the run is over")

    def listen() -> None:
        try:
            for _ in watch(study.client.connection, study._ref, opened=note):
                continue
            study_over.set()
        except TunewrightError as error:
            if not over.is_set():
                share.ended.put(error)

    thread = threading.Thread(target=listen, name="tunewright-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        for stream in streams:
            stream.cancel()
