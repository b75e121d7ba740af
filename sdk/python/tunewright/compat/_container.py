"""The list of trials: documents, and what is read off them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any

from tunewright.compat import _best_error
from tunewright.compat._documents import Doc, miscs_to_idxs_vals, new_doc, with_plain_vals
from tunewright.compat._states import (
    JOB_STATES,
    JOB_VALID_STATES,
    STATUS_OK,
    TRIAL_KEYS,
    TRIAL_MISC_KEYS,
)
from tunewright.compat.exceptions import AllTrialsFailed, InvalidTrial


class TrialAttachments:
    """The attachments of one trial, by name."""

    def __init__(self, attachments: MutableMapping[str, Any], full_name: Callable[[str], str]) -> None:
        self._attachments = attachments
        self._full_name = full_name

    def __contains__(self, name: str) -> bool:
        return self._full_name(name) in self._attachments

    def __getitem__(self, name: str) -> Any:
        return self._attachments[self._full_name(name)]

    def __setitem__(self, name: str, value: Any) -> None:
        self._attachments[self._full_name(name)] = value

    def __delitem__(self, name: str) -> None:
        del self._attachments[self._full_name(name)]


class TrialsContainer:
    """Documents of trials in memory, with all that Hyperopt's `Trials` answers about them.

    Values in documents are plain Python numbers.
    """

    asynchronous = False

    def __init__(self, exp_key: str | None = None, refresh: bool = True) -> None:
        self._ids: set[Any] = set()
        self._dynamic_trials: list[Doc] = []
        self._trials: list[Doc] = []
        self._exp_key = exp_key
        self.attachments: MutableMapping[str, Any] = {}
        if refresh:
            self.refresh()

    def view(self, exp_key: str | None = None, refresh: bool = True) -> TrialsContainer:
        """The same trials, seen as those of one `exp_key`; None: all."""
        seen = object.__new__(type(self))
        seen.__dict__.update(self.__dict__)
        seen._exp_key = exp_key
        seen._trials = []
        if refresh:
            seen.refresh()
        return seen

    def aname(self, trial: Doc, name: str) -> str:
        """The full name of a trial's attachment."""
        return f"ATTACH::{trial['tid']}::{name}"

    def trial_attachments(self, trial: Doc) -> TrialAttachments:
        """The attachments of a trial: `in`, `[name]`, `[name] = value` and `del`."""
        return TrialAttachments(self.attachments, lambda name: self.aname(trial, name))

    def __iter__(self) -> Iterator[Doc]:
        return iter(self._trials)

    def __len__(self) -> int:
        return len(self._trials)

    def __getitem__(self, item: object) -> Doc:
        raise NotImplementedError("trials have no order to index by; use `trials.trials` or `trials.tids`")

    def refresh(self) -> None:
        """Brings `trials` up to date with the documents."""
        docs = [doc for doc in self._dynamic_trials if doc["state"] in JOB_VALID_STATES]
        if self._exp_key is not None:
            docs = [doc for doc in docs if doc["exp_key"] == self._exp_key]
        self._trials = docs
        self._ids.update(doc["tid"] for doc in docs)

    @property
    def trials(self) -> list[Doc]:
        """The documents of trials that are new, running or done."""
        return self._trials

    @property
    def tids(self) -> list[Any]:
        """The ids of `trials`."""
        return [doc["tid"] for doc in self._trials]

    @property
    def specs(self) -> list[Any]:
        """The `spec` of each trial; None, as a rule."""
        return [doc["spec"] for doc in self._trials]

    @property
    def results(self) -> list[Doc]:
        """What the objective returned, of each trial."""
        return [doc["result"] for doc in self._trials]

    @property
    def miscs(self) -> list[Doc]:
        """The `misc` of each trial, which has its values."""
        return [doc["misc"] for doc in self._trials]

    @property
    def idxs_vals(self) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        """By label: the ids of the trials that have a value, and the values."""
        return miscs_to_idxs_vals(self.miscs)

    @property
    def idxs(self) -> dict[str, list[Any]]:
        """By label: the ids of the trials that have a value."""
        return self.idxs_vals[0]

    @property
    def vals(self) -> dict[str, list[Any]]:
        """By label: the values of the trials that have one."""
        return self.idxs_vals[1]

    def assert_valid_trial(self, trial: Any) -> Doc:
        """The document itself. Raises InvalidTrial, naming what is wrong with it."""
        if not (hasattr(trial, "keys") and hasattr(trial, "values")):
            raise InvalidTrial("trial should be dict-like", trial)
        for key in TRIAL_KEYS:
            if key not in trial:
                raise InvalidTrial("trial missing key", key)
        for key in TRIAL_MISC_KEYS:
            if key not in trial["misc"]:
                raise InvalidTrial('trial["misc"] missing key', key)
        if trial["tid"] != trial["misc"]["tid"]:
            raise InvalidTrial("tid mismatch between root and misc", trial)
        if trial["exp_key"] != self._exp_key:
            raise InvalidTrial("wrong exp_key", (trial["exp_key"], self._exp_key))
        document: Doc = trial
        return document

    def _insert_trial_docs(self, docs: Iterable[Doc]) -> list[Any]:
        added = [*docs]
        self._dynamic_trials.extend(added)
        return [doc["tid"] for doc in added]

    def insert_trial_doc(self, doc: Any) -> Any:
        """Adds one trial, and gives its id. `refresh()` shows it."""
        return self.insert_trial_docs([doc])[0]

    def insert_trial_docs(self, docs: Sequence[Any]) -> list[Any]:
        """Adds trials, all or, if one is not valid, none; gives their ids. `refresh()` shows them."""
        return self._insert_trial_docs([with_plain_vals(self.assert_valid_trial(doc)) for doc in docs])

    def new_trial_ids(self, n: int) -> list[int]:
        """`n` ids that no trial has or had."""
        numbers = [tid for tid in self._ids if isinstance(tid, int)]
        first = max(len(self._ids), max(numbers, default=-1) + 1)
        ids = [*range(first, first + n)]
        self._ids.update(ids)
        return ids

    def new_trial_docs(
        self, tids: Sequence[Any], specs: Sequence[Any], results: Sequence[Doc], miscs: Sequence[Doc]
    ) -> list[Doc]:
        """Documents of new trials, not yet inserted."""
        parts = zip(tids, specs, results, miscs, strict=True)
        return [
            new_doc(tid, misc, spec=spec, result=result, exp_key=self._exp_key)
            for tid, spec, result, misc in parts
        ]

    def source_trial_docs(
        self,
        tids: Sequence[Any],
        specs: Sequence[Any],
        results: Sequence[Doc],
        miscs: Sequence[Doc],
        sources: Sequence[Doc],
    ) -> list[Doc]:
        """Documents of trials that come of others: each has the state and the times of its source."""
        docs = []
        for tid, spec, result, misc, source in zip(tids, specs, results, miscs, sources, strict=True):
            for key, value in (("tid", tid), ("cmd", None), ("from_tid", source["tid"])):
                if misc.setdefault(key, value) != value:
                    raise InvalidTrial(f"misc has another `{key}` than", value)
            doc = new_doc(tid, misc, spec=spec, result=result)
            for key in ("state", "exp_key", "owner", "book_time", "refresh_time"):
                doc[key] = source[key]
            docs.append(doc)
        return docs

    def delete_all(self) -> None:
        """Removes all trials and attachments; ids go on from where they were."""
        self._dynamic_trials = []
        self.attachments = {}
        self.refresh()

    def count_by_state_synced(self, arg: Any, trials: Iterable[Doc] | None = None) -> int:
        """How many of `trials` are in this state, or in one of these."""
        states = {arg} if arg in JOB_STATES else set(arg) if hasattr(arg, "__iter__") else None
        if states is None or not states <= set(JOB_STATES):
            raise TypeError(f"must be one of the job states or several, not {arg!r}")
        return sum(doc["state"] in states for doc in (self._trials if trials is None else trials))

    def count_by_state_unsynced(self, arg: Any) -> int:
        """What `count_by_state_synced` would say after a `refresh()`, of trials in any state."""
        docs: Iterable[Doc] = self._dynamic_trials
        if self._exp_key is not None:
            docs = [doc for doc in docs if doc["exp_key"] == self._exp_key]
        return self.count_by_state_synced(arg, trials=docs)

    def losses(self, bandit: Any = None) -> list[Any]:
        """The loss of each trial, None where it has none."""
        if bandit is None:
            return [result.get("loss") for result in self.results]
        return [bandit.loss(*pair) for pair in zip(self.results, self.specs, strict=True)]

    def statuses(self, bandit: Any = None) -> list[Any]:
        """The status of each trial's result."""
        if bandit is None:
            return [result.get("status") for result in self.results]
        return [bandit.status(*pair) for pair in zip(self.results, self.specs, strict=True)]

    def average_best_error(self, bandit: Any = None) -> float:
        """The true losses, weighted by the chance that each is that of the best trial.

        Without `loss_variance` it is the true loss of the best trial.
        """
        return _best_error.average(self.results, self.specs, bandit)

    @property
    def best_trial(self) -> Doc:
        """The trial of status `ok` with the lowest loss, the first of several. Raises AllTrialsFailed
        without one.
        """
        candidates = [
            doc
            for doc in self.trials
            if doc["result"].get("status") == STATUS_OK
            and doc["result"].get("loss") is not None
            and not math.isnan(doc["result"]["loss"])
        ]
        if not candidates:
            raise AllTrialsFailed(why_none_is_best(self._dynamic_trials))
        return min(candidates, key=lambda doc: float(doc["result"]["loss"]))

    @property
    def argmin(self) -> dict[str, Any]:
        """The values of the best trial by label; of a choice, the index of the chosen option."""
        return {label: values[0] for label, values in self.best_trial["misc"]["vals"].items() if values}


def why_none_is_best(docs: Sequence[Doc]) -> str:
    """What people see when no trial has a loss: how many there are, and the commonest errors."""
    if not docs:
        return "there are no trials"
    causes: dict[str, int] = {}
    for doc in docs:
        error = doc["misc"].get("error")
        status = doc["result"].get("status")
        cause = f"{error[0]}: {error[1]}" if error else f"status `{status}`"
        causes[cause[:200]] = causes.get(cause[:200], 0) + 1
    top = sorted(causes.items(), key=lambda item: -item[1])[:3]
    return f"none of {len(docs)} trials has a loss; " + "; ".join(
        f"{count} with {cause}" for cause, count in top
    )
