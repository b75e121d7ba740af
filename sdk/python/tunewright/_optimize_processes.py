"""Evaluating a study's trials in child processes of this one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc

from tunewright._embedded.worker import LocalWorker
from tunewright._study.events import Event, Gap, StudyChanged, TrialChanged
from tunewright._watch import watch
from tunewright.errors import Closed, TunewrightError
from tunewright.spaces.space import Space
from tunewright.worker.pickling import pickle_objective

if TYPE_CHECKING:
    from tunewright._optimize import Run
    from tunewright.study import Study

# After the run's timeout, what runs is finished; so long at most, in seconds.
_FINISH = 3600.0

_ENDED = ("completed", "failed", "pruned", "cancelled")


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
    pickled = pickle_objective(SpaceObjective(run.fn, study.space))
    study.put_attachment(pickled.attachment, pickled.data)
    study.update(objective=pickled.objective())
    before = {record.number for record in study.list_trials(*_ENDED)}
    worker = LocalWorker(study.client.address, slots=n_jobs, study=f"{study.project}/{study.name}")
    with run.bar(), _limited(study, run.n_trials), _events(study) as events:
        try:
            worker.start()
            _follow(run, worker, events, before)
        except BaseException:
            # The running trials are given back at once.
            worker.stop(0.0)
            raise
        finally:
            worker.stop(_FINISH)


@contextmanager
def _limited(study: Study, n_trials: int | None) -> Iterator[None]:
    """Lets the study begin only so many trials more, for as long as this lasts."""
    if n_trials is None:
        yield
        return
    info = study.info
    own = info.max_trials
    total = sum(info.counts.values()) - info.counts["queued"] - info.counts["running"] + n_trials
    if n_trials == 0 or (own is not None and own <= total):
        yield
        return
    study.update(max_trials=total)
    try:
        yield
    finally:
        study.update(max_trials=own)


def _follow(run: Run, worker: LocalWorker, events: queue.Queue[Event | Exception], seen: set[int]) -> None:
    """Takes note of every end until nothing more is to come."""
    done = 0
    while run.n_trials is None or done < run.n_trials:
        failure = worker.failure()
        if failure is not None:
            raise failure
        if run.budget.is_over():
            worker.stop(_FINISH)
            return
        try:
            event = events.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(event, Exception):
            raise event
        for number, state, loss in _ends(run.study, event):
            if number not in seen:
                seen.add(number)
                done += 1
                run.ended(number, loss, state == "failed", 0)
        if isinstance(event, StudyChanged) and event.study.has_ended:
            return


def _ends(study: Study, event: Event) -> list[tuple[int, str, float | None]]:
    """The ends that an event tells of."""
    if isinstance(event, TrialChanged):
        return [(event.number, event.state, event.loss)] if event.state in _ENDED else []
    ended = isinstance(event, StudyChanged) and event.study.has_ended
    if isinstance(event, Gap) or ended:
        return [(record.number, record.state, record.loss) for record in study.list_trials(*_ENDED)]
    return []


@contextmanager
def _events(study: Study) -> Iterator[queue.Queue[Event | Exception]]:
    """The study's events, as a thread hears them."""
    heard: queue.Queue[Event | Exception] = queue.Queue(maxsize=10_000)
    streams: list[grpc.Call] = []
    over = threading.Event()

    def note(stream: grpc.Call) -> None:
        streams[:] = [stream]
        if over.is_set():
            stream.cancel()
            raise Closed("the run is over")

    def listen() -> None:
        try:
            for event in watch(study.client.connection, study._ref, opened=note):
                heard.put(event)
        except TunewrightError as error:
            if not over.is_set():
                heard.put(error)

    thread = threading.Thread(target=listen, name="tunewright-watch", daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        over.set()
        for stream in streams:
            stream.cancel()
