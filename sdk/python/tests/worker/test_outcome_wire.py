"""How objectives' ends are told to the server."""

from __future__ import annotations

from tunewright._outcome import MESSAGE_MAX, Outcome
from tunewright._plain import RESULT_MAX, size


class Odd(ValueError):
    def __str__(self) -> str:
        raise RuntimeError("no")


def test_exceptions_tell_their_type_and_traceback() -> None:
    def objective() -> None:
        raise ValueError("bad rate")

    try:
        objective()
    except ValueError as error:
        outcome = Outcome.from_exception(error)
    assert (outcome.status, outcome.reason, outcome.message) == (
        "failed",
        "objective_error",
        "ValueError: bad rate",
    )
    shown = outcome.result["exception"]
    assert isinstance(shown, dict)
    assert (shown["type"], shown["message"]) == ("builtins.ValueError", "bad rate")
    assert "in objective" in shown["traceback"] and 'raise ValueError("bad rate")' in shown["traceback"]


def test_odd_exceptions_are_told_too() -> None:
    assert Outcome.from_exception(MemoryError()).reason == "out_of_memory"
    assert Outcome.from_exception(RuntimeError("CUDA out of memory. Tried")).reason == "out_of_memory"
    assert Outcome.from_exception(SystemExit(3)).message == "the objective ended itself by `sys.exit(3)`"
    assert "cannot be made" in Outcome.from_exception(Odd()).message
    assert len(Outcome.from_exception(ValueError("é" * 9_000)).message.encode()) <= MESSAGE_MAX
    assert size(dict(Outcome.from_exception(ValueError("x" * 500_000)).result)) < RESULT_MAX  # type: ignore[arg-type]


def test_requests_say_what_happened() -> None:
    from tunewright.v1 import trial_pb2 as pb

    lease = pb.LeaseRef(trial=3, attempt=1, lease_id="l")
    done = Outcome.from_return({"loss": 0.5, "metrics": {"a": 1}, "kept": [1, None]}).requests(lease)
    assert isinstance(done, pb.CompleteTrialRequest)
    assert (done.loss, dict(done.metrics), done.lease.trial) == (0.5, {"a": 1.0}, 3)
    assert done.result.map_value.entries["kept"].list_value.items[0].int_value == 1
    pruned = Outcome("pruned").requests(lease)
    assert isinstance(pruned, pb.PruneTrialRequest) and not pruned.HasField("loss")
    failed = Outcome.failed("timeout", "ran longer than 5 ms", "x" * 100_000).requests(lease)
    assert isinstance(failed, pb.FailTrialRequest)
    assert failed.reason == pb.END_REASON_TIMEOUT and len(failed.output) == 64 * 1024
