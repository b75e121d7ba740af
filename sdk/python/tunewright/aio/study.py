"""Studies, for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import grpc

from tunewright._embedded.server import DEFAULT_DATA_DIR
from tunewright._study import identity, operations
from tunewright._study.asking import ASK_TIMEOUT, Asking
from tunewright._study.events import Event
from tunewright._study.following import Following
from tunewright._study.opening import Opening, StudyHandle
from tunewright._study.records import StudyInfo, TrialRecord, frame_of, trial_record
from tunewright._study.settings import whole
from tunewright._transport import aio_attachments
from tunewright._transport.attachments import AttachmentInfo
from tunewright.aio.client import Client
from tunewright.aio.run import Run
from tunewright.aio.trial import Trial
from tunewright.errors import TunewrightError

if TYPE_CHECKING:
    import pandas

    from tunewright.progress import Show


class Study(StudyHandle):
    """A study on a server, for one event loop. Every method is that of `tunewright.Study`, with `await`; what
    are properties there are methods here.
    """

    _client: Client

    @classmethod
    async def create(
        cls,
        name: str,
        space: object,
        *,
        client: Client | str | None = None,
        data_dir: Path | str = DEFAULT_DATA_DIR,
        project: str = "default",
        **settings: Any,
    ) -> Study:
        """Creates a study, or opens the one of this name if its definition is the same."""
        opening = Opening(name, space, settings)
        chosen = await _client_of(client, data_dir, project)
        ref = operations.study_ref(chosen.project, name)
        found, created = None, False
        for request in opening.requests(ref):
            try:
                found, created = opening.result(await chosen.run(request))
            except TunewrightError as error:
                opening.after(error)
            if found is not None:
                break
        else:
            raise opening.mismatch()
        study = cls(chosen, ref, opening.space)
        if not created and found.counts.running:
            await study._free_orphans()
        return study

    @classmethod
    async def open(
        cls,
        name: str,
        *,
        space: object = None,
        client: Client | str | None = None,
        data_dir: Path | str = DEFAULT_DATA_DIR,
        project: str = "default",
    ) -> Study:
        """Opens a study that exists; `NotFound` if there is none."""
        chosen = await _client_of(client, data_dir, project)
        ref = operations.study_ref(chosen.project, name)
        found = await chosen.run(operations.get(ref))
        study = cls(chosen, ref, Opening.space_of(found, space))
        if found.counts.running:
            await study._free_orphans()
        return study

    @property
    def client(self) -> Client:
        """The connection that it is called through."""
        return self._client

    async def info(self) -> StudyInfo:
        """The study as it is now."""
        return self._info_of(await self._client.run(operations.get(self._ref)))

    @overload
    async def ask(
        self, count: None = None, *, timeout: float = ..., reclaim: bool = ..., request_id: str | None = ...
    ) -> Trial: ...

    @overload
    async def ask(
        self, count: int, *, timeout: float = ..., reclaim: bool = ..., request_id: str | None = ...
    ) -> list[Trial]: ...

    async def ask(
        self,
        count: int | None = None,
        *,
        timeout: float = ASK_TIMEOUT,
        reclaim: bool = False,
        request_id: str | None = None,
    ) -> Trial | list[Trial]:
        """Leases a trial to this process, or a list of 1 to `count`."""
        many = 1 if count is None else whole("count", count, 1)
        asking = Asking(
            self._ref, self._client.client_id, many, timeout=timeout, reclaim=reclaim, request_id=request_id
        )
        assignments = await self._client.ask(asking)
        trials = [Trial(self._client, assignment, self.space) for assignment in assignments]
        return trials[0] if count is None else trials

    async def tell(self, trial: Trial, result: object) -> None:
        """Ends a trial, as `trial.tell(result)`."""
        await trial.tell(result)

    async def optimize(
        self,
        fn: Callable[[Any], Any],
        n_trials: int | None = None,
        n_jobs: int = 1,
        timeout: float | None = None,
        catch: type[Exception] | tuple[type[Exception], ...] = (),
        callbacks: Iterable[Callable[[Study, TrialRecord], Any]] = (),
        progress: Show | None = None,
    ) -> None:
        """Evaluates trials, `n_jobs` at a time, with `fn(trial)`: a coroutine function, or a plain function,
        which gets a thread. A cancellation gives the running trials back.

        There is no `executor` on purpose: child processes report to no event loop. For them call
        `tunewright.Study.optimize` in a thread, or start workers.
        """
        await Run(self, fn, n_trials, timeout, catch, callbacks, progress).all(whole("n_jobs", n_jobs, 1))

    async def enqueue(self, params: object, *, request_id: str | None = None) -> int:
        """Has a full or partial point tried before any that is suggested; gives its number."""
        return await self._client.run(operations.enqueue(self._ref, self.space, params, request_id))

    async def add(
        self,
        params: object,
        loss: float | None,
        *,
        metrics: Mapping[str, float] | None = None,
        result: Mapping[str, object] | None = None,
        message: str = "",
        request_id: str | None = None,
    ) -> int:
        """Adds a trial that was evaluated elsewhere; gives its number."""
        operation = operations.add(
            self._ref,
            self.space,
            params,
            loss,
            metrics=metrics,
            result=result,
            message=message,
            request_id=request_id,
        )
        return await self._client.run(operation)

    async def trials(self, *states: str) -> list[TrialRecord]:
        """The trials in these states by number; all without any."""
        request = operations.stream(self._ref, states)
        connection = self._client.connection

        async def collect(_: float) -> list[TrialRecord]:
            chunks = connection.stub("trials").StreamTrials(request, timeout=connection.timeout)
            return [trial_record(trial, self.space) async for chunk in chunks for trial in chunk.trials]

        return await connection.attempts(collect)

    async def trial(self, number: int) -> TrialRecord:
        """One trial; `NotFound` if there is none of this number."""
        return await self._client.run(operations.get_trial(self._ref, self.space, number))

    async def trials_frame(self) -> pandas.DataFrame:
        """All trials as a pandas frame."""
        return frame_of(await self.trials())

    async def best(self) -> TrialRecord | None:
        """The completed trial with the lowest loss; None while there is none."""
        return await self._client.run(operations.best(self._ref, self.space))

    async def watch(self) -> AsyncIterator[Event]:
        """The study as it is, then every change, until it has ended."""
        following = Following(self._ref)
        while True:
            turn = self._client.connection.turn
            stream = self._client.connection.stub("studies").WatchStudy(following.request)
            try:
                async for response in stream:
                    for event in following.take(response):
                        yield event
                    if following.is_over:
                        return
            except grpc.RpcError as failure:
                following.failed(failure)
                self._client.connection.move_on(turn)
            finally:
                stream.cancel()
            await asyncio.sleep(following.pause())

    async def wait(self, timeout: float | None = None) -> StudyInfo:
        """Waits until the study has ended. Raises `TimeoutError` after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = 0.02
        while not (info := await self.info()).has_ended:
            if deadline is not None and time.monotonic() + pause > deadline:
                raise TimeoutError(f"the study `{self.name}` has not ended within {timeout:g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)
        return info

    async def pause(self) -> StudyInfo:
        """Leases nothing more until it is resumed."""
        return await self._client.run(operations.pause(self._ref))

    async def resume(self) -> StudyInfo:
        """Goes on after a pause."""
        return await self._client.run(operations.resume(self._ref))

    async def stop(self, *, cancel_running: bool = False) -> StudyInfo:
        """Ends the study for good."""
        return await self._client.run(operations.stop(self._ref, cancel_running))

    async def delete(self) -> None:
        """Removes the study and all that is known of it."""
        await self._client.run(operations.delete(self._ref))

    async def update(self, **changes: Any) -> StudyInfo:
        """Changes parts of the study; None removes one."""
        return await self._client.run(operations.update(self._ref, changes))

    async def cancel(self, number: int) -> None:
        """Ends a trial for good, queued or running."""
        await self._client.run(operations.cancel(self._ref, number))

    async def retry(self, number: int) -> int:
        """Has an ended trial's point tried once more; gives the new number."""
        return await self._client.run(operations.retry(self._ref, number))

    async def put_attachment(self, name: str, data: bytes, *, trial: int | None = None) -> None:
        """Keeps up to 64 MiB beside the study or one of its trials."""
        await aio_attachments.put_attachment(self._client.connection, self._ref, trial, name, data)

    async def get_attachment(self, name: str, *, trial: int | None = None) -> bytes:
        """The content of an attachment; `NotFound` if there is none."""
        return await aio_attachments.get_attachment(self._client.connection, self._ref, trial, name)

    async def attachments(self) -> list[AttachmentInfo]:
        """All attachments, those of the study first, then those of its trials."""
        return await aio_attachments.list_attachments(self._client.connection, self._ref)

    async def delete_attachment(self, name: str, *, trial: int | None = None) -> None:
        """Removes an attachment; removing what is not there is fine."""
        await aio_attachments.delete_attachment(self._client.connection, self._ref, trial, name)

    async def _free_orphans(self) -> None:
        running = await self.trials("running")
        for lessee, count in identity.orphans(record.lessee for record in running).items():
            answer = await self._client.run(operations.ask(self._ref, lessee, count, reclaim=True))
            for assignment in answer.assignments:
                await self._client.run(operations.release(assignment.lease, self._hint_of(assignment)))


async def _client_of(client: Client | str | None, data_dir: Path | str, project: str) -> Client:
    if isinstance(client, Client):
        return client
    return Client(client, project) if client is not None else await Client.embedded(data_dir, project)
