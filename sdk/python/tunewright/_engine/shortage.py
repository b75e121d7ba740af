"""Why no worker takes the trials of a study."""

from __future__ import annotations

import sys
import time

import cloudpickle

from tunewright._engine.session import Session
from tunewright.errors import TunewrightError
from tunewright.v1 import worker_pb2 as pb

_PATIENCE = 5.0
_AGAIN = 60.0


class Shortage:
    """Says after a few seconds without a running trial what is missing, and again from time to time."""

    def __init__(self, session: Session, pool: str) -> None:
        self._session = session
        self._pool = pool
        self._next = time.monotonic() + _PATIENCE

    def progressed(self) -> None:
        """A trial runs or has ended: all is well for now."""
        self._next = time.monotonic() + _PATIENCE

    def look(self) -> str | None:
        """What to warn of, if it is time to."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + _AGAIN
        try:
            request = pb.ListWorkersRequest(pool=self._pool)
            workers = self._session.connection.call(
                self._session.connection.workers.ListWorkers, request, timeout=5
            ).workers
        except TunewrightError as error:
            return f"the server does not answer: {error}"
        return reason(list(workers), self._pool or "default")


def reason(workers: list[pb.Worker], pool: str) -> str | None:
    """What keeps these workers from trials with a pickled objective of this process; None if nothing does."""
    if not workers:
        return (
            f"no worker is attached to the pool `{pool}`; start some with `python -m tunewright.worker "
            "--server ADDRESS --allow-pickled-objectives`"
        )
    running = [worker for worker in workers if worker.HasField("runtime")]
    if not running:
        return (
            f"the workers of the pool `{pool}` run commands of their own; start some with `tunewright-worker`"
        )
    willing = [worker for worker in running if worker.runtime.pickled]
    if not willing:
        return f"the workers of the pool `{pool}` were not started with `--allow-pickled-objectives`"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    same = [worker for worker in willing if worker.runtime.python_version == python]
    if not same:
        others = ", ".join(sorted({worker.runtime.python_version for worker in willing}))
        return f"the objective was pickled by Python {python}, the workers of the pool `{pool}` have {others}"
    major = cloudpickle.__version__.split(".")[0]
    fitting = [worker for worker in same if worker.runtime.cloudpickle_version.split(".")[0] == major]
    if not fitting:
        others = ", ".join(sorted({worker.runtime.cloudpickle_version for worker in same}))
        return (
            f"the objective was pickled by cloudpickle {cloudpickle.__version__}, the workers have {others}"
        )
    if all(worker.draining for worker in fitting):
        return f"all workers of the pool `{pool}` are about to end"
    if all(worker.busy >= worker.slots for worker in fitting if not worker.draining):
        return f"all workers of the pool `{pool}` are busy with other trials"
    return None
