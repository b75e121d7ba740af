"""What trials are made of: dictionaries of plain values."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tunewright.compat._states import JOB_STATE_NEW, STATUS_NEW

Doc = dict[str, Any]

DOMAIN_CMD = ("domain_attachment", "FMinIter_Domain")


def utc_now() -> datetime.datetime:
    """Now, without a time zone and to the millisecond, as documents have it."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def new_doc(
    tid: int, misc: Doc, *, spec: object = None, result: Doc | None = None, exp_key: str | None = None
) -> Doc:
    """The document of a trial that has not been run."""
    return {
        "state": JOB_STATE_NEW,
        "tid": tid,
        "spec": spec,
        "result": {"status": STATUS_NEW} if result is None else result,
        "misc": misc,
        "exp_key": exp_key,
        "owner": None,
        "version": 0,
        "book_time": None,
        "refresh_time": None,
    }


def new_misc(tid: int, vals: Mapping[str, object], labels: Iterable[str] = ()) -> Doc:
    """The part of a document with its values; labels that have none get empty lists."""
    every = [*dict.fromkeys([*labels, *vals])]
    return {
        "tid": tid,
        "cmd": DOMAIN_CMD,
        "workdir": None,
        "idxs": {label: [tid] if label in vals else [] for label in every},
        "vals": {label: [vals[label]] if label in vals else [] for label in every},
    }


def SONify(arg: Any, memo: object = None) -> Any:
    """A copy with plain Python values in place of NumPy's, which JSON and BSON can keep.

    Raises TypeError for what has no such form.
    """
    if arg is None or isinstance(arg, (bool, str, bytes, datetime.datetime)):
        return arg
    if isinstance(arg, numbers.Integral):
        return int(arg)
    if isinstance(arg, numbers.Real):
        return float(arg)
    if isinstance(arg, Mapping):
        return {SONify(key): SONify(value) for key, value in arg.items()}
    if isinstance(arg, (list, tuple)):
        items = [SONify(item) for item in arg]
        return tuple(items) if isinstance(arg, tuple) else items
    if type(arg).__name__ == "ObjectId":
        return arg
    if hasattr(arg, "dtype") and callable(getattr(arg, "tolist", None)):
        return SONify(arg.tolist())
    raise TypeError(f"`{type(arg).__name__}` has no plain form", arg)


def plain(value: Any) -> Any:
    """A copy of what a document holds with plain numbers in place of NumPy's; anything else stays as it
    is.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(plain(item) for item in value)
    if (
        getattr(value, "ndim", None) == 0
        and hasattr(value, "dtype")
        and callable(getattr(value, "item", None))
    ):
        return value.item()
    return value


def with_plain_vals(doc: Doc) -> Doc:
    """The document itself, with plain numbers as its values."""
    misc = doc["misc"]
    misc["vals"] = {label: [plain(value) for value in values] for label, values in misc["vals"].items()}
    return doc


def miscs_update_idxs_vals(
    miscs: Sequence[Doc],
    idxs: Mapping[str, Sequence[Any]],
    vals: Mapping[str, Sequence[Any]],
    assert_all_vals_used: bool = True,
    idxs_map: Mapping[Any, Any] | None = None,
) -> Sequence[Doc]:
    """Spreads values by label over the miscs of the trials that have them; `idxs_map` renames trials."""
    if set(idxs) != set(vals):
        raise ValueError("idxs and vals must have the same labels")
    by_tid = {misc["tid"]: misc for misc in miscs}
    for misc in miscs:
        misc["idxs"] = {label: [] for label in idxs}
        misc["vals"] = {label: [] for label in idxs}
    for label, tids in idxs.items():
        if len(tids) != len(vals[label]):
            raise ValueError(f"idxs and vals of `{label}` must be of one length")
        for given, value in zip(tids, vals[label], strict=True):
            tid = given if idxs_map is None else idxs_map.get(given, given)
            if assert_all_vals_used or tid in by_tid:
                by_tid[tid]["idxs"][label] = [tid]
                by_tid[tid]["vals"][label] = [value]
    return miscs


def miscs_to_idxs_vals(
    miscs: Sequence[Doc], keys: Iterable[str] | None = None
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """By label: the trials that have a value, and their values."""
    if keys is None:
        if not miscs:
            raise ValueError("cannot infer keys from empty miscs")
        keys = dict.fromkeys(label for misc in miscs for label in misc["idxs"])
    idxs: dict[str, list[Any]] = {label: [] for label in keys}
    vals: dict[str, list[Any]] = {label: [] for label in idxs}
    for misc in miscs:
        for label in idxs:
            own = misc["idxs"].get(label, [])
            if own not in ([], [misc["tid"]]) or len(own) != len(misc["vals"].get(label, [])):
                raise ValueError(f"trial {misc['tid']} must have one value of `{label}` or none")
            idxs[label].extend(own)
            vals[label].extend(misc["vals"].get(label, []))
    return idxs, vals


def spec_from_misc(misc: Doc) -> dict[str, Any]:
    """Label -> value, of the labels that have one."""
    spec = {}
    for label, values in misc["vals"].items():
        if len(values) > 1:
            raise NotImplementedError("multiple values", (label, values))
        if len(values) == 1:
            spec[label] = values[0]
    return spec


def validate_timeout(timeout: Any) -> None:
    """Refuses what is neither None nor a positive number."""
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, numbers.Real) or float(timeout) <= 0:
        # Hyperopt's words, which its users' tests look for.
        text = f"The timeout argument should be None or a positive value. Given value: {timeout}"
        raise ValueError(text)


def validate_loss_threshold(loss_threshold: Any) -> None:
    """Refuses what is neither None nor a number."""
    if loss_threshold is None:
        return
    if isinstance(loss_threshold, bool) or not isinstance(loss_threshold, numbers.Real):
        text = f"The loss_threshold argument should be None or a numeric value. Given value: {loss_threshold}"
        raise ValueError(text)
