"""The process of a slot: `python -m tunewright.worker.slot_process`, started by a worker only.

It evaluates one trial after the other. It is a fresh interpreter without gRPC and, where the system allows,
without a thread of ours, so that an objective finds it as any program of its own: it may fork.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import os
import signal
import sys
import threading
import traceback
from typing import Any, cast

from tunewright._outcome import Outcome
from tunewright.worker._line import Line, WorkerGone
from tunewright.worker.loading import Function, LoadError, Objectives, import_function
from tunewright.worker.trial import WorkerTrial

_PR_SET_PDEATHSIG = 1
_POLL_PARENT = 1.0


def main() -> None:
    """Serves the worker until it ends the line, or is gone."""
    told = json.loads(sys.argv[1])
    end_with(told["parent"])
    sys.argv[1:] = []
    faulthandler.enable()
    for stream in (sys.stdout, sys.stderr):
        # What was printed before the process is killed is to be seen.
        cast(Any, stream).reconfigure(line_buffering=True, errors="backslashreplace")
    if logging.lastResort is not None:
        # The library is quiet; here its warnings are for whoever reads the trial's output.
        logging.getLogger("tunewright").addHandler(logging.lastResort)
    with contextlib.suppress(WorkerGone):
        serve(Line(told["fd"]), told)


def serve(line: Line, told: dict[str, Any]) -> None:
    """Sets up, and then evaluates what it is given."""
    objectives = Objectives()
    try:
        if told["objective"] is not None:
            objectives.get({"function": told["objective"]})
        resources = None if told["setup"] is None else _set_up(told["setup"])
    except LoadError as error:
        cause = error.__cause__ or error
        line.send({"kind": "refused", "message": str(error), "traceback": _shown(cause)})
        return
    line.send({"kind": "ready"})
    while True:
        message = line.receive(None)
        if message is None or message["kind"] != "trial":
            # An answer to a report of a trial that has ended.
            continue
        streams = sys.stdout, sys.stderr
        outcome = _evaluate(line, message, objectives, resources)
        if os.getpid() != line.pid:
            # A fork of the objective came back from it; only the original may go on.
            os._exit(0)
        _flush()
        # What one objective puts in their place is none of the next one's business.
        sys.stdout, sys.stderr = streams
        _tell(line, outcome)


def end_with(parent: int) -> None:
    """Has this process killed when the worker ends, even while an objective holds the interpreter's lock."""
    if sys.platform.startswith("linux"):
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            if os.getppid() != parent:
                os._exit(1)
            return
    watch = threading.Thread(target=_watch, args=(parent,), name="tunewright-parent", daemon=True)
    watch.start()


def _watch(parent: int) -> None:
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(_POLL_PARENT)
    os._exit(1)


def _set_up(name: str) -> object:
    function = import_function(name)
    try:
        return function()
    except BaseException as error:
        raise LoadError(f"`{name}` failed: {type(error).__name__}: {error}") from error


def _evaluate(line: Line, told: dict[str, Any], objectives: Objectives, resources: object) -> Outcome:
    try:
        function = objectives.get(told["objective"])
    except LoadError as error:
        outcome = Outcome.from_exception(error.__cause__ or error)
        outcome.reason, outcome.message = "start_failed", Outcome.failed("start_failed", str(error)).message
        return outcome
    trial = WorkerTrial(line, told, resources)
    outcome = _called(function, trial)
    outcome.attachments = {**trial.attached, **outcome.attachments}
    return outcome


def _called(function: Function, trial: WorkerTrial) -> Outcome:
    try:
        value = function(trial)
    except WorkerGone:
        raise
    except BaseException as error:
        if error.__traceback__ is not None:
            # This frame of ours tells nobody anything.
            error = error.with_traceback(error.__traceback__.tb_next)
        return Outcome.from_exception(error)
    try:
        return Outcome.from_return(value)
    except TypeError as error:
        return Outcome.failed("no_loss", str(error))
    except Exception as error:
        # Code of what was returned: its conversion to a number or to a list.
        return Outcome.from_exception(error)


def _tell(line: Line, outcome: Outcome) -> None:
    names = list(outcome.attachments)
    message = {
        "kind": "outcome",
        "status": outcome.status,
        "loss": outcome.loss,
        "metrics": outcome.metrics,
        "result": outcome.result,
        "reason": outcome.reason,
        "message": outcome.message,
        "attachments": names,
    }
    line.send(message, [outcome.attachments[name] for name in names])


def _flush() -> None:
    """Sends what was printed on its way, so that it belongs to this trial and not to the next."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            cast(Any, stream).flush()
    if "ctypes" in sys.modules:
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).fflush(None)


def _shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


if __name__ == "__main__":
    # Unpickled objectives may look at `__main__`; what they find there must not be run twice.
    sys.modules.setdefault("tunewright.worker.slot_process", sys.modules["__main__"])
    main()
