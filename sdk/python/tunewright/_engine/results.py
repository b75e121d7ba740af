"""Hyperopt's results and the server's outcomes, in both directions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tunewright._outcome import Outcome
from tunewright._wire.values import from_value
from tunewright.compat._states import (
    JOB_STATE_CANCEL,
    JOB_STATE_DONE,
    JOB_STATE_ERROR,
    JOB_STATE_NEW,
    JOB_STATE_RUNNING,
    STATUS_FAIL,
    STATUS_NEW,
    STATUS_OK,
)
from tunewright.v1 import trial_pb2 as pb

MARK = "tunewright"
"""The key of a result under which we keep what is not the objective's: `status`, `attachments` and `text`."""

_UNFINISHED = {pb.TRIAL_STATE_QUEUED: JOB_STATE_NEW, pb.TRIAL_STATE_RUNNING: JOB_STATE_RUNNING}
TERMINAL = (
    pb.TRIAL_STATE_COMPLETED,
    pb.TRIAL_STATE_FAILED,
    pb.TRIAL_STATE_PRUNED,
    pb.TRIAL_STATE_CANCELLED,
)


def marked(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result with what would be lost on the way in its mark: a status that is not `ok`, texts among
    attachments.
    """
    told = dict(result)
    mark: dict[str, Any] = {}
    status = told.get("status", STATUS_OK)
    if status != STATUS_OK:
        # Only a trial with status `ok` may teach the model.
        told["status"] = STATUS_FAIL
        mark["status"] = status
    attachments = told.get("attachments")
    if isinstance(attachments, Mapping):
        kept = {name: item for name, item in attachments.items() if isinstance(item, (bytes, bytearray, str))}
        mark["attachments"] = [str(name) for name in kept]
        mark["text"] = [str(name) for name, item in kept.items() if isinstance(item, str)]
    if mark:
        told[MARK] = mark
    return told


def outcome_of(result: Mapping[str, Any]) -> Outcome:
    """The outcome of a result with Hyperopt's keys."""
    return Outcome.from_return(marked(result))


def outcome_of_doc(doc: Mapping[str, Any]) -> Outcome:
    """The outcome of an ended trial that another study or program has evaluated."""
    if doc["state"] == JOB_STATE_ERROR:
        kind, text = (*doc["misc"].get("error", ("", "")), "")[:2]
        error = {"type": str(kind), "message": str(text)}
        return replace(Outcome.failed("objective_error", f"{kind}: {text}"), result={"exception": error})
    return outcome_of({key: value for key, value in doc["result"].items() if key != MARK})


def state_of(trial: pb.Trial) -> int:
    """The state of the document of a trial."""
    if trial.state in _UNFINISHED:
        return _UNFINISHED[trial.state]
    if trial.state == pb.TRIAL_STATE_CANCELLED:
        return JOB_STATE_CANCEL
    if trial.state == pb.TRIAL_STATE_FAILED and not _returned(trial):
        return JOB_STATE_ERROR
    return JOB_STATE_DONE


def result_of(trial: pb.Trial) -> dict[str, Any]:
    """What the objective returned, as far as it travelled."""
    told = from_value(trial.result) if trial.HasField("result") else {}
    result: dict[str, Any] = dict(told) if isinstance(told, dict) else {}
    mark = result.pop(MARK, {})
    if trial.metrics:
        result["metrics"] = {**trial.metrics, **result.get("metrics", {})}
    if trial.state == pb.TRIAL_STATE_COMPLETED:
        return {"loss": trial.loss, **result, "status": STATUS_OK}
    if trial.state == pb.TRIAL_STATE_PRUNED:
        pruned = {"pruned": True, **result, "status": STATUS_FAIL}
        return {"loss": trial.loss, **pruned} if trial.HasField("loss") else pruned
    if trial.state == pb.TRIAL_STATE_FAILED and _returned(trial):
        status = STATUS_OK if trial.reason == pb.END_REASON_NO_LOSS else STATUS_FAIL
        if isinstance(result.get("loss"), str):
            # JSON has no word for what is not finite.
            result["loss"] = float(result["loss"])
        return {**result, "status": mark.get("status", status)}
    return {"status": STATUS_FAIL if trial.state == pb.TRIAL_STATE_FAILED else STATUS_NEW}


def attachments_of(trial: pb.Trial) -> tuple[list[str], list[str]]:
    """The names of a trial's attachments, and which of them are text."""
    told = from_value(trial.result) if trial.HasField("result") else None
    mark = told.get(MARK) if isinstance(told, dict) else None
    if not isinstance(mark, dict):
        return [], []
    return list(mark.get("attachments", [])), list(mark.get("text", []))


def error_of(trial: pb.Trial) -> tuple[str, str] | None:
    """Type and text of what a failed trial died of, as Hyperopt's `misc.error` has them."""
    if state_of(trial) != JOB_STATE_ERROR:
        return None
    exception = exception_of(trial)
    if exception is not None:
        return f"<class '{exception.get('type', '?')}'>", str(exception.get("message", ""))
    return pb.EndReason.Name(trial.reason).removeprefix("END_REASON_").lower(), trial.message


def exception_of(trial: pb.Trial) -> dict[str, Any] | None:
    """`type`, `message` and `traceback` of what the objective raised; None if it did not."""
    told = from_value(trial.result) if trial.HasField("result") else None
    exception = told.get("exception") if isinstance(told, dict) else None
    return exception if isinstance(exception, dict) else None


def good_loss(doc: Mapping[str, Any]) -> float | None:
    """The loss of a trial that counts: done, with status `ok`, and a number."""
    result = doc["result"]
    loss = result.get("loss")
    if doc["state"] != JOB_STATE_DONE or result.get("status") != STATUS_OK or loss is None:
        return None
    number = float(loss)
    return None if math.isnan(number) else number


def _returned(trial: pb.Trial) -> bool:
    """Whether the objective of a failed trial returned something, instead of raising or being ended."""
    told = from_value(trial.result) if trial.HasField("result") else None
    if not isinstance(told, dict) or "exception" in told:
        return False
    return trial.reason == pb.END_REASON_NO_LOSS or MARK in told
