"""`suggest(new_ids, domain, trials, seed)` called directly: a study is made of the trials, and asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tunewright._engine.algorithms import ServerAlgorithm, resolve
from tunewright._engine.arguments import Options
from tunewright._engine.results import outcome_of_doc
from tunewright._engine.session import Session, key_of
from tunewright._engine.spaces import vals_of
from tunewright._study import identity
from tunewright.compat._documents import Doc, new_misc, spec_from_misc
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat._states import JOB_STATE_DONE, JOB_STATE_ERROR, JOB_STATE_NEW, JOB_STATE_RUNNING
from tunewright.errors import Exhausted


def suggest_docs(algo: Any, new_ids: Sequence[Any], domain: Any, trials: Any, seed: Any) -> list[Doc]:
    """A document for each of `new_ids`; fewer if a finite space has no more points."""
    algorithm = resolve(algo)
    if not isinstance(algorithm, ServerAlgorithm):
        raise TypeError(
            "only the algorithms of the server can be asked directly, with settings that it takes"
        )
    space = ExpressionSpace.of(domain.expr)
    session = Session.open(
        Options(),
        space=space.node,
        algorithm=algorithm.message,
        # The same seed proposes other points for other ids, as Hyperopt's callers expect.
        seed=(int(seed) * 1_000_003 + _number(new_ids)) % 2**63,
        client_id=identity.client_id(),
    )
    try:
        for doc in trials._dynamic_trials:
            _tell(session, space, doc)
        return [_doc(trials, domain, space, tid, vals) for tid, vals in _ask(session, space, new_ids)]
    finally:
        session.close(forget=True)


def _tell(session: Session, space: ExpressionSpace, doc: Doc) -> None:
    """What the search has seen so far; those that run are pending for it."""
    vals = spec_from_misc(doc["misc"])
    if not vals:
        return
    key = key_of(doc["tid"])
    if doc["state"] in (JOB_STATE_DONE, JOB_STATE_ERROR):
        session.add(space.to_point(vals), outcome_of_doc(doc), key)
    elif doc["state"] in (JOB_STATE_NEW, JOB_STATE_RUNNING):
        session.enqueue(space.to_point(vals), key)
        session.ask()


def _ask(
    session: Session, space: ExpressionSpace, new_ids: Sequence[Any]
) -> list[tuple[Any, dict[str, Any]]]:
    proposed = []
    for tid in new_ids:
        try:
            assignments = session.ask().assignments
        except Exhausted:
            break
        if not assignments:
            break
        proposed.append((tid, vals_of(space, assignments[0].point)))
    return proposed


def _doc(trials: Any, domain: Any, space: ExpressionSpace, tid: Any, vals: dict[str, Any]) -> Doc:
    misc = {**new_misc(tid, vals, space.labels), "cmd": domain.cmd, "workdir": domain.workdir}
    doc: Doc = trials.new_trial_docs([tid], [None], [domain.new_result()], [misc])[0]
    return doc


def _number(new_ids: Sequence[Any]) -> int:
    number: int = sum(int(tid) * 31**at for at, tid in enumerate(new_ids) if isinstance(tid, int))
    return number % 2**31
