"""A worker, its slots' processes and a server, all of them real."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worker.conftest import RunningWorker, Studies, is_gone, wait_for
from tunewright.v1 import trial_pb2
from tunewright.v1 import trial_pb2 as pb

Start = Callable[..., RunningWorker]


def waiting(tmp_path: Path) -> int:
    """The process that an objective names when it has begun."""
    file = tmp_path / "waiting"
    wait_for("the objective to begin", file.exists)
    pid = int(file.read_text())
    file.unlink()
    return pid


def test_trials_are_evaluated_and_their_output_travels(studies: Studies, start_worker: Start) -> None:
    study = studies.create(trials=5)
    worker = start_worker("--slots", "2", objective="square")
    trials = studies.ended(study, 5)
    assert all(trial.state == pb.TRIAL_STATE_COMPLETED for trial in trials)
    for trial in trials:
        x = trial.point.values["x"].double_value
        assert trial.loss == x * x
        assert studies.get(study, trial.number).output == f"x is {x}\n"
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended() == 0
    assert worker.told("ended")["completed"] == 5


def test_each_trial_has_an_output_of_its_own(studies: Studies, start_worker: Start) -> None:
    study = studies.create(trials=2)
    start_worker(objective="replaces_its_output")
    studies.ended(study, 2)
    assert [studies.get(study, number).output for number in (0, 1)] == ["seen 0\n", "seen 1\n"]


def test_an_exception_is_told_with_its_traceback(studies: Studies, start_worker: Start) -> None:
    study = studies.create()
    start_worker(objective="raises")
    trial = studies.ended(study)[0]
    assert (trial.state, trial.reason) == (pb.TRIAL_STATE_FAILED, pb.END_REASON_OBJECTIVE_ERROR)
    assert trial.message == "ValueError: no such rate"
    assert studies.get(study).output == "before the fall\n"
    shown = trial.result.map_value.entries["exception"].map_value.entries
    assert shown["type"].string_value == "builtins.ValueError"
    assert 'raise ValueError("no such rate")' in shown["traceback"].string_value
    assert "slot_process" not in shown["traceback"].string_value


@pytest.mark.parametrize(
    ("objective", "message", "exception"),
    [
        ("leaves", "the objective ended itself by `sys.exit(3)`", True),
        ("vanishes", "the objective's process exited with code 7: last words", False),
    ],
)
def test_exits_are_told_apart(
    studies: Studies, start_worker: Start, objective: str, message: str, exception: bool
) -> None:
    study = studies.create(trials=2)
    start_worker(objective=objective)
    for trial in studies.ended(study, 2):
        assert (trial.reason, trial.message) == (pb.END_REASON_OBJECTIVE_ERROR, message)
        assert ("exception" in trial.result.map_value.entries) is exception


def test_a_crash_costs_one_trial(studies: Studies, start_worker: Start) -> None:
    study = studies.create(trials=3)
    start_worker(objective="crashes_once")
    trials = studies.ended(study, 3)
    assert "ended by signal SIGSEGV" in trials[0].message
    assert "going down" in studies.get(study).output and "crashes_once" in studies.get(study).output
    assert [trial.state for trial in trials[1:]] == [pb.TRIAL_STATE_COMPLETED] * 2


def test_a_killed_process_is_told_apart_and_replaced(
    studies: Studies, start_worker: Start, tmp_path: Path, kill: Callable[[int], None]
) -> None:
    study = studies.create(trials=2)
    start_worker(objective="waits_first")
    kill(waiting(tmp_path))
    first, second = studies.ended(study, 2)
    assert (first.state, first.reason) == (pb.TRIAL_STATE_FAILED, pb.END_REASON_OBJECTIVE_ERROR)
    assert first.message == "the objective's process ended by signal SIGKILL"
    assert first.result.map_value.entries["process"].map_value.entries["signal"].string_value == "SIGKILL"
    assert second.state == pb.TRIAL_STATE_COMPLETED


def test_an_idle_process_that_is_killed_is_replaced(
    studies: Studies, start_worker: Start, kill: Callable[[int], None]
) -> None:
    worker = start_worker(objective="square")
    worker.told("slot_ready")
    (pid,) = worker.children()
    kill(pid)
    worker.told("slot_ready", 2)
    assert studies.ended(studies.create())[0].state == pb.TRIAL_STATE_COMPLETED


@pytest.mark.parametrize("objective", ["waits_first", "holds_the_lock_long"])
def test_a_killed_worker_takes_its_processes_along(
    studies: Studies, start_worker: Start, tmp_path: Path, kill: Callable[[int], None], objective: str
) -> None:
    study = studies.create(lease_ttl_ms=1_500)
    worker = start_worker(objective=objective)
    pid = waiting(tmp_path)
    kill(worker.process.pid)
    wait_for("the slot's process to end", lambda: is_gone(pid), 5)
    start_worker(objective="square")
    trial = studies.ended(study)[0]
    assert (trial.state, trial.attempt, trial.losses) == (pb.TRIAL_STATE_COMPLETED, 2, 1)
    assert trial.attempts[0].reason == pb.END_REASON_LEASE_EXPIRED


def test_a_killed_server_loses_nothing(
    server: Any, studies: Studies, start_worker: Start, tmp_path: Path, kill: Callable[[int], None]
) -> None:
    study = studies.create(trials=2)
    worker = start_worker(objective="short")
    waiting(tmp_path)
    kill(server.pid)
    trials = studies.ended(study, 2, 60)
    assert [(trial.state, trial.attempt) for trial in trials] == [(pb.TRIAL_STATE_COMPLETED, 1)] * 2
    assert worker.told("attached", 2)["worker"] == worker.told("attached")["worker"]


def test_an_objective_that_blocks_the_interpreter_keeps_its_lease(
    studies: Studies, start_worker: Start, tmp_path: Path
) -> None:
    study = studies.create(lease_ttl_ms=1_000)
    start_worker(objective="holds_the_lock")
    trial = studies.ended(study)[0]
    assert (trial.state, trial.attempt, trial.loss) == (pb.TRIAL_STATE_COMPLETED, 1, 0.25)


@pytest.mark.parametrize("objective", ["has_a_child", "holds_the_lock_long", "ignores_sigterm"])
def test_a_timeout_ends_the_whole_group(
    studies: Studies, start_worker: Start, tmp_path: Path, objective: str
) -> None:
    study = studies.create(trial_timeout_ms=700)
    start_worker(objective=objective)
    pid = waiting(tmp_path)
    trial = studies.ended(study)[0]
    assert (trial.state, trial.reason) == (pb.TRIAL_STATE_FAILED, pb.END_REASON_TIMEOUT)
    assert trial.message == "ran longer than 700 ms"
    wait_for("the process to end", lambda: is_gone(pid), 5)


def test_a_cancelled_trial_is_ended_and_the_slot_goes_on(
    studies: Studies, start_worker: Start, tmp_path: Path
) -> None:
    study = studies.create(trials=1, lease_ttl_ms=1_000)
    start_worker(objective="waits_first")
    pid = waiting(tmp_path)
    connection = studies.connection
    connection.call(connection.trials.CancelTrial, trial_pb2.CancelTrialRequest(study=study, number=0))
    wait_for("the process to end", lambda: is_gone(pid))
    trials = studies.ended(study, 2)
    assert [trial.state for trial in trials] == [pb.TRIAL_STATE_CANCELLED, pb.TRIAL_STATE_COMPLETED]


def test_set_up_runs_once_in_each_process(studies: Studies, start_worker: Start, tmp_path: Path) -> None:
    study = studies.create(trials=4)
    start_worker("--setup", "sample:set_up", objective="uses_resources")
    assert [trial.loss for trial in studies.ended(study, 4)] == [1, 2, 3, 4]
    assert len((tmp_path / "set-ups").read_text().split()) == 1


def test_reports_arrive_and_an_objective_can_prune_itself(studies: Studies, start_worker: Start) -> None:
    study = studies.create()
    start_worker(objective="prunes_itself")
    trial = studies.ended(study)[0]
    assert trial.state == pb.TRIAL_STATE_PRUNED
    assert trial.loss == 1 / 3
    told = studies.get(study)
    assert [(report.step, report.loss) for report in told.reports] == [(0, 1.0), (1, 0.5), (2, 1 / 3)]
    assert dict(told.reports[0].metrics) == {"accuracy": 0.5}
    assert "`broken` is left out of a report" in told.output


def test_a_drain_gives_the_trial_back_with_its_checkpoint(
    studies: Studies, start_worker: Start, tmp_path: Path
) -> None:
    study = studies.create()
    worker = start_worker("--drain-grace", "0.2", objective="checkpoints")
    pid = waiting(tmp_path)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended() == 0
    assert worker.told("ended")["released"] == 1
    assert is_gone(pid)
    trial = studies.get(study).trial
    assert trial.state == pb.TRIAL_STATE_QUEUED
    assert (trial.failures, trial.attempts[0].reason) == (0, pb.END_REASON_PREEMPTED)
    start_worker(objective="checkpoints")
    assert studies.ended(study)[0].loss == 3 + len("s3://b/3")


def test_a_drain_lets_a_short_trial_finish(studies: Studies, start_worker: Start, tmp_path: Path) -> None:
    study = studies.create(trials=2)
    worker = start_worker(objective="short")
    waiting(tmp_path)
    worker.process.send_signal(signal.SIGINT)
    assert worker.ended() == 0
    trials = studies.trials(study)
    assert [trial.state for trial in trials if trial.ended_at_ms] == [pb.TRIAL_STATE_COMPLETED]


def test_a_second_signal_ends_at_once(studies: Studies, start_worker: Start, tmp_path: Path) -> None:
    studies.create()
    worker = start_worker(objective="ignores_sigterm")
    pid = waiting(tmp_path)
    worker.process.send_signal(signal.SIGTERM)
    worker.told("draining")
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended(5) == 130
    assert is_gone(pid)


def test_a_worker_ends_with_its_standard_input(studies: Studies, start_worker: Start, tmp_path: Path) -> None:
    study = studies.create()
    worker = start_worker("--exit-with-stdin", "--drain-grace", "0", objective="waits_first")
    pid = waiting(tmp_path)
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.ended() == 0
    assert is_gone(pid)
    assert studies.get(study).trial.attempts[0].reason == pb.END_REASON_PREEMPTED


def test_a_worker_ends_after_its_share_or_when_idle(studies: Studies, start_worker: Start) -> None:
    studies.create(trials=3)
    worker = start_worker("--max-trials", "2", objective="square")
    assert worker.ended() == 0
    assert worker.told("ended")["completed"] == 2
    worker = start_worker("--exit-when-idle", "0.3", objective="square")
    assert worker.ended() == 0
    assert worker.told("ended")["completed"] == 1


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        (
            ["--setup", "sample:fails_to_set_up"],
            1,
            "`sample:fails_to_set_up` failed: RuntimeError: no data here",
        ),
        (["--setup", "sample:absent"], 1, "has no attribute 'absent'"),
        (["--objective", "no_such_module:f"], 1, "No module named 'no_such_module'"),
        (["--objective", "sample"], 2, "objective: must be `module:function`, not `sample`"),
        (["--server", "nowhere"], 2, "must name a port, not `nowhere`"),
        (["--slots", "0"], 2, "slots: must be 1 to 4096, not `0`"),
        (["--pool", "no such pool"], 1, "the server refuses this worker"),
    ],
)
def test_what_can_never_work_is_said_at_once(
    start_worker: Start, command: list[str], code: int, message: str
) -> None:
    worker = start_worker(*command)
    assert worker.ended() == code
    assert message in worker.errors.read_text()


def test_a_worker_waits_for_its_server(start_worker: Start) -> None:
    worker = start_worker("--server", "127.0.0.1:1", objective="square")
    worker.told("detached", 2)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.ended() == 0


def test_slots_have_gpus_of_their_own(studies: Studies, start_worker: Start) -> None:
    study = studies.create(trials=4)
    start_worker("--slots", "2", "--gpus", "3,5", objective="sees_its_gpus")
    seen = set()
    for trial in studies.ended(study, 4):
        told = trial.result.map_value.entries
        seen.add((told["slot"].string_value, told["gpus"].string_value))
    assert seen == {("0", "3"), ("1", "5")}


def test_two_slots_work_at_once(studies: Studies, start_worker: Start) -> None:
    study = studies.create(trials=2)
    start_worker("--slots", "2", objective="short")
    trials = studies.ended(study, 2)
    assert trials[0].leased_at_ms < trials[1].ended_at_ms and trials[1].leased_at_ms < trials[0].ended_at_ms
