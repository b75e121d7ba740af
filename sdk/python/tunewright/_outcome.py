"""What an objective returned or raised, as the server wants to hear it."""

from __future__ import annotations

import logging
import math
import numbers
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tunewright._plain import Plain, clean, fit, plain

if TYPE_CHECKING:
    from typing import Literal, TypeGuard

    from tunewright.v1.trial_pb2 import CompleteTrialRequest, FailTrialRequest, LeaseRef, PruneTrialRequest

log = logging.getLogger("tunewright")

MESSAGE_MAX = 4096
"""The longest message that the server keeps, in bytes."""

OUTPUT_MAX = 64 * 1024
"""The longest tail of an output that travels with a trial, in bytes."""

METRICS_MAX = 1000
"""The most metrics of one trial; what is beyond them stays in the result."""

ATTACHMENT_MAX = 64 * 1024 * 1024
"""The largest attachment, in bytes."""

ATTACHMENTS_MAX = 4 * ATTACHMENT_MAX
"""The largest attachments of one trial in all: they are held in memory until the server has them."""

CONSTRAINTS_MAX = 100
"""The most constraints of one trial."""

TRACEBACK_MAX = 24 * 1024
"""The longest traceback in a result, in characters; of a longer one the beginning and the end are kept."""

_RETURN_HINT = "return the loss as a number, or a dict such as `{'loss': 0.12, 'status': 'ok'}`"
_STATUSES = ("ok", "fail", "pruned", "infeasible")


@dataclass
class Outcome:
    """How one attempt of a trial ended."""

    status: Literal["completed", "pruned", "failed"]
    loss: float | None = None
    """Finite; set for every completed trial."""
    metrics: dict[str, float] = field(default_factory=dict)
    result: dict[str, object] = field(default_factory=dict)
    """What else there is to tell; plain values, at most 64 KiB as JSON."""
    attachments: dict[str, bytes] = field(default_factory=dict)
    """To be put beside the trial before its end is told."""
    reason: str = ""
    """Of a failed trial, the end reason's name, for example `objective_error`."""
    message: str = ""
    output: str = ""
    """The tail of what the objective printed."""

    @classmethod
    def from_return(cls, value: object) -> Outcome:
        """What an objective returned.

        A number is the loss. A dict has a `loss`, which may only be absent if its `status` is not `ok`, the
        default (others are `fail`, `pruned` and `infeasible`). It may have `metrics` (numbers by name),
        `attachments` (bytes or text by name) and `message`; everything else is kept in `result`, where tuples
        become lists, keys strings, and NumPy values plain ones. Of that the search heeds `loss_variance` (>=
        0) and `constraints` (a list of numbers, each <= 0 where the point is feasible).

        Raises TypeError for anything else.
        """
        if isinstance(value, Mapping):
            return _from_mapping({clean(str(key)): item for key, item in value.items()})
        if isinstance(value, numbers.Real):
            return _with_loss(float(value), {}, {}, {})
        raise TypeError(
            f"an objective must return a number or a dict with `loss`, not `{type(value).__name__}`; "
            + _RETURN_HINT
        )

    @classmethod
    def from_exception(cls, exc: BaseException) -> Outcome:
        """What an objective raised; its traceback is in `result`."""
        from tunewright.errors import TrialPruned

        if isinstance(exc, TrialPruned):
            return cls("pruned", message=_cut(str(exc)))
        name = type(exc).__name__
        text = _text(exc)
        starved = name.endswith(("MemoryError", "OutOfMemoryError")) or "CUDA out of memory" in text
        message = f"{name}: {text}" if text else name
        if isinstance(exc, SystemExit):
            message = f"the objective ended itself by `sys.exit({'' if exc.code is None else exc.code!r})`"
        shown = {
            "type": f"{type(exc).__module__}.{type(exc).__qualname__}",
            "message": _cut(text),
            "traceback": clean(_traceback(exc)),
        }
        return cls(
            "failed",
            result={"exception": shown},
            reason="out_of_memory" if starved else "objective_error",
            message=_cut(message),
        )

    @classmethod
    def failed(cls, reason: str, message: str, output: str = "") -> Outcome:
        """A failure that the objective itself did not tell."""
        return cls("failed", reason=reason, message=_cut(message), output=output)

    def requests(self, lease: LeaseRef) -> CompleteTrialRequest | PruneTrialRequest | FailTrialRequest:
        """The request that tells it to the server; attachments are put before it is sent."""
        from tunewright._wire.values import to_value
        from tunewright.v1 import trial_pb2 as pb

        output = tail(self.output)
        result = to_value(self.result) if self.result else None
        if self.status == "completed":
            if self.loss is None:
                raise ValueError("a completed trial must have a loss")
            return pb.CompleteTrialRequest(
                lease=lease, loss=self.loss, metrics=self.metrics, output=output, result=result
            )
        if self.status == "pruned":
            return pb.PruneTrialRequest(
                lease=lease, loss=self.loss, metrics=self.metrics, output=output, result=result
            )
        reason = f"END_REASON_{(self.reason or 'objective_error').upper()}"
        return pb.FailTrialRequest(
            lease=lease, reason=reason, message=self.message, output=output, result=result
        )


def is_feasible(result: Mapping[str, object]) -> bool:
    """Whether a result tells of no constraint that the point violates: of none above 0."""
    told = result.get("constraints")
    values = told if isinstance(told, list) else []
    return not any(isinstance(value, (int, float)) and value > 0 for value in values)


def tail(output: str) -> str:
    """The end of an output, as long as the server takes it."""
    data = output.encode("utf-8", "replace")
    return output if len(data) <= OUTPUT_MAX else data[-OUTPUT_MAX:].decode("utf-8", "ignore")


def _from_mapping(value: dict[str, object]) -> Outcome:
    rest = dict(value)
    status = rest.pop("status", "ok")
    if status not in _STATUSES:
        known = ", ".join(f"`{name}`" for name in _STATUSES)
        raise TypeError(f"the `status` that an objective returns must be one of {known}, not {status!r}")
    given = rest.pop("loss", None)
    if given is None and status == "ok":
        raise TypeError(f"the dict that an objective returns must have a `loss`; {_RETURN_HINT}")
    loss = None if given is None else _loss(given)
    metrics = _metrics(rest)
    attachments = _attachments(rest)
    if status == "ok" and loss is not None:
        return _with_loss(loss, metrics, rest, attachments)
    if status == "pruned":
        finite = loss if loss is not None and math.isfinite(loss) else None
        _check_heeded(rest)
        return Outcome("pruned", finite, metrics, _result(rest), attachments)
    message = rest.get("message") or f"returned the status `{status}`"
    if loss is not None:
        rest["loss"] = loss
    if metrics:
        left = rest.get("metrics")
        rest["metrics"] = {**metrics, **(left if isinstance(left, dict) else {})}
    return Outcome(
        "failed",
        result=_result(rest),
        attachments=attachments,
        reason="infeasible" if status == "infeasible" else "objective_error",
        message=_cut(str(message)),
    )


def _with_loss(
    loss: float, metrics: dict[str, float], rest: dict[str, object], attachments: dict[str, bytes]
) -> Outcome:
    if math.isfinite(loss):
        _check_heeded(rest)
        return Outcome("completed", loss, metrics, _result(rest), attachments)
    message = f"the loss must be a finite number, not `{loss}`"
    rest = {**rest, "loss": loss}
    return Outcome("failed", None, metrics, _result(rest), attachments, reason="no_loss", message=message)


def _check_heeded(rest: dict[str, object]) -> None:
    """Raises TypeError if what the search heeds of a result is not what it must be. A variance of NaN, as
    NumPy gives for a single value, is none.
    """
    variance = plain(rest.get("loss_variance"), "loss_variance")
    if variance == "nan" and not isinstance(rest["loss_variance"], str):
        log.warning("`loss_variance` of an objective's result is not kept: it is NaN")
        del rest["loss_variance"]
    elif variance is not None and not (_is_number(variance) and variance >= 0):
        raise TypeError(
            "the `loss_variance` that an objective returns must be a finite number >= 0, not "
            f"{_shown(rest['loss_variance'])}"
        )
    constraints = plain(rest.get("constraints"), "constraints")
    if constraints is None:
        return
    if not isinstance(constraints, list) or not all(_is_number(value) for value in constraints):
        raise TypeError(
            "the `constraints` that an objective returns must be a list of finite numbers, each <= 0 where "
            f"the point is feasible, not {_shown(rest['constraints'])}"
        )
    if len(constraints) > CONSTRAINTS_MAX:
        raise TypeError(
            f"the `constraints` that an objective returns must be at most {CONSTRAINTS_MAX}, "
            f"not {len(constraints)}"
        )


def _shown(value: object) -> str:
    return f"`{repr(value)[:80]}`"


def _is_number(value: Plain) -> TypeGuard[int | float]:
    """Whether it is a number; numbers that are not finite are texts by now."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _loss(given: object) -> float:
    try:
        return float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"the `loss` that an objective returns must be a number, not `{type(given).__name__}`"
        ) from None


def _metrics(rest: dict[str, object]) -> dict[str, float]:
    """Takes the finite numbers out of `metrics`; what is none stays in the result."""
    given = rest.get("metrics")
    if not isinstance(given, Mapping):
        return {}
    taken: dict[str, float] = {}
    left: dict[str, object] = {}
    for key, item in given.items():
        number = _number(item)
        if number is None or len(taken) >= METRICS_MAX or not key:
            left[str(key)] = item
        else:
            taken[clean(str(key))] = number
    if left:
        rest["metrics"] = left
    else:
        del rest["metrics"]
    return taken


def _number(item: object) -> float | None:
    if getattr(item, "ndim", None) == 0 and callable(scalar := getattr(item, "item", None)):
        item = scalar()
    if not isinstance(item, numbers.Real):
        return None
    try:
        number = float(item)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _attachments(rest: dict[str, object]) -> dict[str, bytes]:
    """Takes bytes and text out of `attachments`; of anything else the result tells that it was not kept."""
    given = rest.get("attachments")
    if not isinstance(given, Mapping):
        return {}
    taken: dict[str, bytes] = {}
    left: dict[str, object] = {}
    total = 0
    for key, item in given.items():
        data = item.encode("utf-8", "surrogateescape") if isinstance(item, str) else item
        if not isinstance(data, (bytes, bytearray, memoryview)):
            left[str(key)] = item
            continue
        content = bytes(data)
        if len(content) > ATTACHMENT_MAX or total + len(content) > ATTACHMENTS_MAX:
            log.warning("the attachment `%s` of %d bytes is too large, and not kept", key, len(content))
            left[str(key)] = {"not_kept": type(item).__name__}
            continue
        total += len(content)
        taken[clean(str(key))] = content
    if left:
        rest["attachments"] = left
    else:
        del rest["attachments"]
    return taken


def _result(rest: dict[str, object]) -> dict[str, object]:
    result: dict[str, Plain] = {key: plain(item, key) for key, item in rest.items()}
    return dict(fit(result))


def _text(exc: BaseException) -> str:
    try:
        return str(exc)
    except Exception as broken:
        return f"(its text cannot be made: {type(broken).__name__})"


def _traceback(exc: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception(type(exc), exc, exc.__traceback__))
    except Exception as broken:
        text = f"(the traceback cannot be made: {type(broken).__name__})"
    if len(text) <= TRACEBACK_MAX:
        return text
    half = TRACEBACK_MAX // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


def _cut(message: str) -> str:
    data = message.encode("utf-8", "replace")
    return data[:MESSAGE_MAX].decode("utf-8", "ignore")
