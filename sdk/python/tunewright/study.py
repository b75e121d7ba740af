"""Studies: created, opened, optimised, looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from tunewright import _optimize
from tunewright._embedded.server import DEFAULT_DATA_DIR
from tunewright._study import identity, operations
from tunewright._study.asking import ASK_TIMEOUT, Asking
from tunewright._study.events import Event
from tunewright._study.opening import Opening, StudyHandle
from tunewright._study.records import StudyInfo, TrialRecord, frame_of, trial_record
from tunewright._study.settings import whole
from tunewright._transport import attachments
from tunewright._transport.attachments import AttachmentInfo
from tunewright._watch import watch
from tunewright.client import Client
from tunewright.errors import TunewrightError
from tunewright.trial import Trial

if TYPE_CHECKING:
    import pandas

    from tunewright.progress import Show

Objective = Callable[[Any], object]


class Study(StudyHandle):
    """A study on a server. `Study.create` and `Study.open` give it; it pickles, and connects anew where it is
    loaded.

    `name`, `project` and `space` are what it was created with.
    """

    _client: Client

    @classmethod
    def create(
        cls,
        name: str,
        space: object,
        *,
        client: Client | str | None = None,
        data_dir: Path | str = DEFAULT_DATA_DIR,
        project: str = "default",
        **settings: Any,
    ) -> Study:
        """Creates a study, or opens the one of this name if its definition is the same (`StudyMismatch` if
        not).

        `space`: `Float`, `Int` and `Choice` in any structure, the plain form `{"type": "float", ...}`, or
        nodes made with `hp`. Without `client`, a `Client` or an address, a server of this process keeps it in
        `data_dir`.

        Settings: `algorithm` ("auto", {"name": "tpe", "n_startup": 20} or [(0.8, "tpe"), (0.2, "random")]),
        `seed`; the budgets `max_trials`, `timeout`, `loss_threshold`, `no_progress` (trials, or (trials,
        percent)) and `max_failed`; `parallelism`, `lease_ttl`, `trial_timeout`; `max_failures` and
        `max_losses` (how often a trial is tried again after it failed, or its process was lost),
        `retry_backoff`, `retry_backoff_max`; `repeats`, `pool`, `note`, `tags`. All times are in seconds.
        """
        opening = Opening(name, space, settings)
        chosen = client if isinstance(client, Client) else Client(client, project, data_dir=data_dir)
        ref = operations.study_ref(chosen.project, name)
        found, created = None, False
        for request in opening.requests(ref):
            try:
                found, created = opening.result(chosen.run(request))
            except TunewrightError as error:
                opening.after(error)
            if found is not None:
                break
        else:
            raise opening.mismatch()
        study = cls(chosen, ref, opening.space)
        if not created and found.counts.running:
            study._free_orphans()
        return study

    @classmethod
    def open(
        cls,
        name: str,
        *,
        space: object = None,
        client: Client | str | None = None,
        data_dir: Path | str = DEFAULT_DATA_DIR,
        project: str = "default",
    ) -> Study:
        """Opens a study that exists; `NotFound` if there is none.

        `space` is only needed if `params` are to have objects that are not JSON-like, or for nodes made with
        `hp`; it has to be the study's own.
        """
        chosen = client if isinstance(client, Client) else Client(client, project, data_dir=data_dir)
        ref = operations.study_ref(chosen.project, name)
        found = chosen.run(operations.get(ref))
        study = cls(chosen, ref, Opening.space_of(found, space))
        if found.counts.running:
            study._free_orphans()
        return study

    @property
    def client(self) -> Client:
        """The connection that it is called through."""
        return self._client

    @property
    def info(self) -> StudyInfo:
        """The study as it is now."""
        return self._info_of(self._client.run(operations.get(self._ref)))

    @overload
    def ask(
        self, count: None = None, *, timeout: float = ..., reclaim: bool = ..., request_id: str | None = ...
    ) -> Trial: ...

    @overload
    def ask(
        self, count: int, *, timeout: float = ..., reclaim: bool = ..., request_id: str | None = ...
    ) -> list[Trial]: ...

    def ask(
        self,
        count: int | None = None,
        *,
        timeout: float = ASK_TIMEOUT,
        reclaim: bool = False,
        request_id: str | None = None,
    ) -> Trial | list[Trial]:
        """Leases a trial to this process, or a list of 1 to `count` (at most 1,000). While there is nothing
        to lease it waits up to `timeout` seconds, and then raises `Exhausted`; `Closed` says that the study
        has ended.

        Asking with the same `request_id` again gives the same trials. With `reclaim` the running trials of
        this client's id come first, from before its restart.
        """
        many = 1 if count is None else whole("count", count, 1)
        asking = Asking(
            self._ref, self._client.client_id, many, timeout=timeout, reclaim=reclaim, request_id=request_id
        )
        trials = [Trial(self._client, assignment, self.space) for assignment in self._client.ask(asking)]
        return trials[0] if count is None else trials

    def tell(self, trial: Trial, result: object) -> None:
        """Ends a trial, as `trial.tell(result)`."""
        trial.tell(result)

    def optimize(
        self,
        fn: Objective,
        n_trials: int | None = None,
        n_jobs: int = 1,
        timeout: float | None = None,
        catch: type[Exception] | tuple[type[Exception], ...] = (),
        callbacks: Iterable[Callable[[Study, TrialRecord], object]] = (),
        progress: Show | None = None,
        executor: Literal["process", "thread"] = "process",
    ) -> None:
        """Evaluates trials with `fn(trial)`, which returns what `trial.tell` takes, until the study ends, or
        `n_trials` trials have ended in this call, or `timeout` seconds have passed (what runs is finished).

        An exception of `fn` fails its trial and is raised, unless it is one of `catch` or the trial is tried
        again. `KeyboardInterrupt` gives the running trials back; the study can go on later. `callbacks` are
        called with the study and the record after each trial. `progress`: True for a bar.

        With `n_jobs` > 1, that many child processes evaluate, to which `fn` is pickled; there an exception is
        recorded with its trial and not raised. `executor="thread"` uses threads of this process instead.
        """
        run = _optimize.Run(self, fn, n_trials, timeout, catch, callbacks, progress)
        if whole("n_jobs", n_jobs, 1) == 1:
            run.serially()
        elif executor == "thread":
            run.in_threads(n_jobs)
        else:
            run.in_processes(n_jobs)

    def enqueue(self, params: object, *, request_id: str | None = None) -> int:
        """Has a full or partial point tried before any that is suggested; gives its number.

        `params` are real values, in the structure of `trial.params` or by label. What is left out is
        suggested. Raises `Invalid` if they are not of the space, `Closed` if the study has ended.
        """
        return self._client.run(operations.enqueue(self._ref, self.space, params, request_id))

    def add(
        self,
        params: object,
        loss: float | None,
        *,
        metrics: Mapping[str, float] | None = None,
        result: Mapping[str, object] | None = None,
        message: str = "",
        request_id: str | None = None,
    ) -> int:
        """Adds a trial that was evaluated elsewhere, with its loss, or failed with None; gives its number. It
        counts as any other. `params` as in `enqueue`, but full.
        """
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
        return self._client.run(operation)

    @property
    def trials(self) -> list[TrialRecord]:
        """All trials by number, as they are now."""
        return self.list_trials()

    def list_trials(self, *states: str) -> list[TrialRecord]:
        """The trials in these states, for example `completed`; all without any."""
        request = operations.stream(self._ref, states)
        connection = self._client.connection

        def collect(_: float) -> list[TrialRecord]:
            chunks = connection.trials.StreamTrials(request, timeout=connection.timeout)
            return [trial_record(trial, self.space) for chunk in chunks for trial in chunk.trials]

        return connection.attempts(collect)

    def trial(self, number: int) -> TrialRecord:
        """One trial; `NotFound` if there is none of this number."""
        return self._client.run(operations.get_trial(self._ref, self.space, number))

    def trials_frame(self) -> pandas.DataFrame:
        """All trials as a pandas frame: a row for each, a column for each parameter (`params.LABEL`) and
        metric.
        """
        return frame_of(self.trials)

    @property
    def best(self) -> TrialRecord | None:
        """The completed trial with the lowest loss of those that are feasible; None while there is none."""
        return self._client.run(operations.best(self._ref, self.space))

    def watch(self) -> Iterator[Event]:
        """The study as it is, then every change, until it has ended. After a lost connection it goes on by
        itself, with a `Gap` and the study as it is. Raises if there is no such study any more.
        """
        return watch(self._client.connection, self._ref)

    def wait(self, timeout: float | None = None) -> StudyInfo:
        """Waits until the study has ended. Raises `TimeoutError` after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = 0.02
        while not (info := self.info).has_ended:
            if deadline is not None and time.monotonic() + pause > deadline:
                raise TimeoutError(f"the study `{self.name}` has not ended within {timeout:g} s")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)
        return info

    def pause(self) -> StudyInfo:
        """Leases nothing more until it is resumed; running trials go on."""
        return self._client.run(operations.pause(self._ref))

    def resume(self) -> StudyInfo:
        """Goes on after a pause."""
        return self._client.run(operations.resume(self._ref))

    def stop(self, *, cancel_running: bool = False) -> StudyInfo:
        """Ends the study for good; its running trials finish first, unless they are to be cancelled."""
        return self._client.run(operations.stop(self._ref, cancel_running))

    def delete(self) -> None:
        """Removes the study and all that is known of it."""
        self._client.run(operations.delete(self._ref))

    def update(self, **changes: Any) -> StudyInfo:
        """Changes `max_trials`, `timeout`, `loss_threshold`, `max_failed`, `parallelism` (None removes one of
        these), `note`, `tags` or `algorithm`. Raising a budget reopens a study that had completed by it.
        """
        return self._client.run(operations.update(self._ref, changes))

    def cancel(self, number: int) -> None:
        """Ends a trial for good, queued or running."""
        self._client.run(operations.cancel(self._ref, number))

    def retry(self, number: int) -> int:
        """Has an ended trial's point tried once more, as a new trial; gives its number."""
        return self._client.run(operations.retry(self._ref, number))

    def put_attachment(self, name: str, data: bytes, *, trial: int | None = None) -> None:
        """Keeps up to 64 MiB beside the study or one of its trials, in place of what was there under this
        name.
        """
        attachments.put_attachment(self._client.connection, self._ref, trial, name, data)

    def get_attachment(self, name: str, *, trial: int | None = None) -> bytes:
        """The content of an attachment; `NotFound` if there is none."""
        return attachments.get_attachment(self._client.connection, self._ref, trial, name)

    def attachments(self) -> list[AttachmentInfo]:
        """All attachments, those of the study first, then those of its trials."""
        return attachments.list_attachments(self._client.connection, self._ref)

    def delete_attachment(self, name: str, *, trial: int | None = None) -> None:
        """Removes an attachment; removing what is not there is fine."""
        attachments.delete_attachment(self._client.connection, self._ref, trial, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_opened, (self._client.address, self.project, self.name, self.space))

    def _free_orphans(self) -> None:
        """Gives back the running trials of dead processes of this host, so that nobody waits for their
        leases.
        """
        running = self.list_trials("running")
        for lessee, count in identity.orphans(record.lessee for record in running).items():
            answer = self._client.run(operations.ask(self._ref, lessee, count, reclaim=True))
            for assignment in answer.assignments:
                self._client.run(operations.release(assignment.lease, self._hint_of(assignment)))


def _opened(address: str, project: str, name: str, space: Any) -> Study:
    client = Client(address, project)
    return Study(client, operations.study_ref(project, name), space)
