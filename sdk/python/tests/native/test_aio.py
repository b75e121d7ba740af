"""The API for asyncio, against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from tunewright import aio, errors
from tunewright._embedded.server import EmbeddedServer
from tunewright._study.events import StudyChanged, TrialChanged
from tunewright.spaces import Float


@pytest.fixture
async def client(server: EmbeddedServer) -> AsyncIterator[aio.Client]:
    async with aio.Client(server.address) as client:
        yield client


async def objective(trial: aio.Trial) -> float:
    await asyncio.sleep(0.01)
    await trial.report(1.0, 1)
    return float((trial.params["x"] - 1) ** 2)


async def test_the_whole_flow(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(-5, 5)}, client=client, seed=1, max_trials=13)
    assert await study.enqueue({"x": 1.0}) == 0
    await study.optimize(objective, n_trials=8, n_jobs=4)
    await study.optimize(lambda trial: 100.0, n_trials=2)
    best = await study.best()
    assert best is not None and (best.number, best.loss, best.params) == (0, 0.0, {"x": 1.0})
    trial = await study.ask()
    await trial.tell({"loss": 2, "attachments": {"log": b"abc"}})
    await trial.tell({"loss": 2})
    with pytest.raises(errors.Conflict):
        await trial.tell(3)
    async with await study.ask() as trial:
        raise errors.TrialPruned
    with pytest.raises(ZeroDivisionError):
        async with await study.ask() as trial:
            1 / 0
    assert [record.state for record in await study.trials()] == ["completed"] * 11 + ["pruned", "failed"]
    with pytest.raises(errors.Closed):
        await study.ask()
    assert (await study.wait(5)).status == "completed"
    events = [event async for event in study.watch()]
    assert isinstance(events[0], StudyChanged)
    assert len(await study.trials_frame()) == 13
    assert [info.name for info in await client.studies()] == ["s"]


async def test_a_cancellation_gives_trials_back(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(-5, 5)}, client=client)
    began = asyncio.Event()

    async def endless(trial: aio.Trial) -> float:
        began.set()
        await asyncio.sleep(60)
        return 1.0

    run = asyncio.create_task(study.optimize(endless, n_jobs=2))
    await asyncio.wait_for(began.wait(), 10)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    info = await study.info()
    assert info.counts["running"] == 0 and info.counts["queued"] >= 1


async def test_heartbeats_keep_a_lease_and_tell_its_loss(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(-5, 5)}, client=client, lease_ttl=1.0)
    trial = await study.ask()
    await asyncio.sleep(2.2)
    assert not trial.is_lost
    await study.cancel(trial.number)
    for _ in range(100):
        if trial.should_stop():
            break
        await asyncio.sleep(0.05)
    assert trial.is_lost and trial.lost_reason
    with pytest.raises((errors.Closed, errors.LeaseLost)):
        await trial.tell(1)


async def test_watching_while_it_runs(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(-5, 5)}, client=client, max_trials=3)
    run = asyncio.create_task(study.optimize(objective))
    seen = [event async for event in study.watch()]
    await run
    ended = {event.number for event in seen if isinstance(event, TrialChanged) and event.state == "completed"}
    assert ended <= {0, 1, 2} and isinstance(seen[-1], StudyChanged) and seen[-1].study.has_ended


async def test_attachments_of_a_study_and_of_its_trials(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(0, 1)}, client=client)
    large = bytes(range(256)) * 5_000
    await study.put_attachment("data", b"old")
    await study.put_attachment("data", large)
    trial = await study.ask()
    await study.put_attachment("log", b"abc", trial=trial.number)
    assert await study.get_attachment("data") == large
    assert await study.get_attachment("log", trial=0) == b"abc"
    listed = [(info.trial, info.name, info.size) for info in await study.attachments()]
    assert listed == [(None, "data", len(large)), (0, "log", 3)]
    await study.delete_attachment("data")
    await study.delete_attachment("data")
    with pytest.raises(errors.NotFound):
        await study.get_attachment("data")
    with pytest.raises(errors.Invalid, match="must be bytes"):
        await study.put_attachment("data", "text")  # type: ignore[arg-type]
    await trial.release()


async def test_a_bar_follows_the_run(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(0, 1)}, client=client)
    steps: list[int] = []

    class Bar:
        postfix: object = None

        def update(self, step: int) -> None:
            steps.append(step)

    bar = Bar()

    @contextmanager
    def shown(initial: int, total: int | None) -> Iterator[Bar]:
        assert (initial, total) == (0, 5)
        yield bar

    async def fails_at_times(trial: aio.Trial) -> float:
        if trial.number == 1:
            raise ValueError("no")
        return float(trial.number + 1)

    await study.optimize(fails_at_times, n_trials=5, n_jobs=2, catch=ValueError, progress=shown)
    assert sum(steps) == 5
    assert str(bar.postfix).startswith("best loss: 1.0, 1 failed")
    with pytest.raises(errors.Invalid, match="exception classes"):
        await study.optimize(objective, catch=(int,))  # type: ignore[arg-type]


async def test_an_objective_may_end_its_trial_itself(client: aio.Client) -> None:
    study = await aio.Study.create("s", {"x": Float(0, 1)}, client=client)

    async def tells(trial: aio.Trial) -> None:
        await trial.tell(2.0)

    await study.optimize(tells, n_trials=2)
    assert [record.loss for record in await study.trials()] == [2.0, 2.0]
