"""What a study is created with and changed by, checked before anything is sent."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tunewright._wire.times import to_ms
from tunewright.errors import Invalid
from tunewright.v1 import study_pb2 as pb

#: A name, a name with settings, or shares of several.
AlgorithmLike = "str | Mapping[str, object] | Sequence[tuple[float, object]]"


@dataclass(frozen=True)
class Settings:
    """All of a study's definition but its space. Times in seconds; None: the server's default, or no
    limit.
    """

    algorithm: object = "auto"
    seed: int | None = None
    max_trials: int | None = None
    timeout: float | None = None
    loss_threshold: float | None = None
    no_progress: int | tuple[int, float] | None = None
    max_failed: int | None = None
    parallelism: int | None = None
    lease_ttl: float | None = None
    trial_timeout: float | None = None
    max_failures: int | None = None
    max_losses: int | None = None
    retry_backoff: float | None = None
    retry_backoff_max: float | None = None
    repeats: bool = False
    pool: str | None = None
    note: str = ""
    tags: Mapping[str, str] | None = field(default=None)

    def spec(self) -> pb.StudySpec:
        """The message of all this, still without a space. Raises `Invalid`."""
        spec = pb.StudySpec(
            algorithm=algorithm_of(self.algorithm),
            seed=random.getrandbits(53) if self.seed is None else whole("seed", self.seed),
            budget=self._budget(),
            parallelism=_maybe_whole("parallelism", self.parallelism, 1),
            lease_ttl_ms=_maybe_ms("lease_ttl", self.lease_ttl),
            trial_timeout_ms=_maybe_ms("trial_timeout", self.trial_timeout),
            pool=text("pool", self.pool or ""),
            note=text("note", self.note),
            tags=tags_of(self.tags),
            repeats=bool(self.repeats),
        )
        self._add_retry(spec)
        return spec

    def _budget(self) -> pb.Budget:
        return pb.Budget(
            max_trials=_maybe_whole("max_trials", self.max_trials, 1),
            timeout_ms=_maybe_ms("timeout", self.timeout),
            loss_threshold=_maybe_number("loss_threshold", self.loss_threshold),
            no_progress=self._no_progress(),
            max_failed=_maybe_whole("max_failed", self.max_failed, 1),
        )

    def _no_progress(self) -> pb.NoProgress | None:
        given = self.no_progress
        if given is None:
            return None
        if isinstance(given, tuple):
            if len(given) != 2:
                raise Invalid("must be trials, or (trials, percent)", field="no_progress")
            percent = number("no_progress", given[1])
            return pb.NoProgress(trials=whole("no_progress", given[0], 1), percent=percent)
        return pb.NoProgress(trials=whole("no_progress", given, 1))

    def _add_retry(self, spec: pb.StudySpec) -> None:
        given = (self.max_failures, self.max_losses, self.retry_backoff, self.retry_backoff_max)
        if all(part is None for part in given):
            return
        # The message has no unset fields: what is not given gets the server's defaults here.
        spec.retry.max_failures = whole("max_failures", 0 if self.max_failures is None else self.max_failures)
        spec.retry.max_losses = whole("max_losses", 3 if self.max_losses is None else self.max_losses)
        backoff = 1.0 if self.retry_backoff is None else self.retry_backoff
        most = max(60.0, backoff) if self.retry_backoff_max is None else self.retry_backoff_max
        spec.retry.backoff_ms = 0 if backoff == 0 else to_ms(backoff, "retry_backoff")
        spec.retry.backoff_max_ms = 0 if most == 0 else to_ms(most, "retry_backoff_max")


def algorithm_of(given: object, name: str = "algorithm") -> pb.Algorithm:
    """The message of `"auto"`, of `{"name": "tpe", "mode": "hyperopt", "gamma": 0.2}`, or of shares
    `[(0.8, "tpe"), (0.2, "random")]`.
    """
    if isinstance(given, str):
        return pb.Algorithm(name=given)
    if isinstance(given, Mapping):
        settings = {str(key): value for key, value in given.items() if key not in ("name", "mode")}
        return pb.Algorithm(
            name=text(f"{name}.name", given.get("name", "tpe")),
            mode=text(f"{name}.mode", given.get("mode", "")),
            settings={key: number(f"{name}.{key}", value) for key, value in settings.items()},
        )
    if (
        isinstance(given, (list, tuple))
        and given
        and all(isinstance(p, (list, tuple)) and len(p) == 2 for p in given)
    ):
        shares = [
            pb.AlgorithmShare(weight=number(name, weight), algorithm=algorithm_of(part, name))
            for weight, part in given
        ]
        return pb.Algorithm(name="mix", mix=shares)
    hint = "for example 'auto', {'name': 'tpe', 'n_startup': 20} or [(0.8, 'tpe'), (0.2, 'random')]"
    raise Invalid(f"must be a name, a dict or a list of shares, not `{given!r}`", field=name, hint=hint)


def whole(name: str, value: object, least: int = 0) -> int:
    """An integer of at least `least`."""
    plain = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
    if isinstance(plain, bool) or not isinstance(plain, int):
        raise Invalid(f"must be an integer, not `{value!r}`", field=name)
    if not least <= plain < 2**64:
        raise Invalid(f"must be >= {least}, not `{plain}`", field=name)
    return plain


def number(name: str, value: object) -> float:
    """A number as a float; whether it may be infinite, the server knows."""
    plain = value.item() if hasattr(value, "dtype") and hasattr(value, "item") else value
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        raise Invalid(f"must be a number, not `{value!r}`", field=name)
    return float(plain)


def text(name: str, value: object) -> str:
    """A text as it is."""
    if not isinstance(value, str):
        raise Invalid(f"must be text, not `{type(value).__name__}`", field=name)
    return value


def tags_of(tags: object) -> dict[str, str]:
    """Tags: text by text."""
    if tags is None:
        return {}
    if not isinstance(tags, Mapping):
        raise Invalid(f"must be a dict of texts, not `{type(tags).__name__}`", field="tags")
    return {text("tags", key): text(f"tags.{key}", value) for key, value in tags.items()}


def metrics_of(metrics: object) -> dict[str, float]:
    """Metrics: numbers by name."""
    if metrics is None:
        return {}
    if not isinstance(metrics, Mapping):
        raise Invalid(f"must be a dict of numbers, not `{type(metrics).__name__}`", field="metrics")
    return {text("metrics", key): number(f"metrics.{key}", value) for key, value in metrics.items()}


def _maybe_whole(name: str, value: int | None, least: int) -> int | None:
    return None if value is None else whole(name, value, least)


def _maybe_number(name: str, value: float | None) -> float | None:
    return None if value is None else number(name, value)


def _maybe_ms(name: str, value: float | None) -> int | None:
    return None if value is None else to_ms(value, name)
