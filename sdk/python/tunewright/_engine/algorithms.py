"""Which `algo` the server can run itself."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from tunewright.v1 import study_pb2 as pb

_TPE = {
    "prior_weight": "prior_weight",
    "n_startup_jobs": "n_startup",
    "n_EI_candidates": "n_ei",
    "gamma": "gamma",
}
_ANNEAL = {"avg_best_idx": "avg_best_idx", "shrink_coef": "shrink_coef"}

# Module's last name -> the server's name and mode, and the settings by keyword.
_KNOWN = {
    "tpe": ("tpe", "hyperopt", _TPE),
    "rand": ("random", "", {}),
    "anneal": ("anneal", "", _ANNEAL),
}
_PACKAGES = ("hyperopt", "tunewright.compat")

# Keywords that say nothing about the search.
_SILENT = {"verbose"}


class SuggestedBy(NamedTuple):
    """Who proposes the points of a run: which `algorithm`, and whether on the `server` or the `client`."""

    algorithm: str
    where: str


@dataclass(frozen=True)
class ServerAlgorithm:
    """An algorithm that the server runs."""

    message: pb.Algorithm

    @property
    def suggested_by(self) -> SuggestedBy:
        """For people."""
        return SuggestedBy(self.message.name, "server")


@dataclass(frozen=True)
class ClientAlgorithm:
    """A Python function that proposes documents, run in this process as it is given."""

    suggest: Callable[..., Any]

    message = pb.Algorithm(name="external")

    @property
    def suggested_by(self) -> SuggestedBy:
        """For people."""
        function, _ = _unwrapped(self.suggest)
        name = getattr(function, "__qualname__", type(function).__qualname__)
        return SuggestedBy(f"{getattr(function, '__module__', '?')}.{name}", "client")


def resolve(algo: Any) -> ServerAlgorithm | ClientAlgorithm:
    """What runs an `algo`. None stands for Hyperopt's TPE."""
    if algo is None:
        return ServerAlgorithm(pb.Algorithm(name="tpe", mode="hyperopt"))
    message = _known(algo)
    if message is not None:
        return ServerAlgorithm(message)
    if not callable(algo):
        raise TypeError(f"`algo` must be a function such as `tpe.suggest`, not `{type(algo).__name__}`")
    return ClientAlgorithm(algo)


def _known(algo: Any) -> pb.Algorithm | None:
    function, keywords = _unwrapped(algo)
    module = getattr(function, "__module__", "") or ""
    package, _, name = module.rpartition(".")
    if package not in _PACKAGES or getattr(sys.modules.get(module), "suggest", None) is not function:
        return None
    keywords = {key: value for key, value in keywords.items() if key not in _SILENT}
    if name == "mix":
        return _mix(keywords)
    if name not in _KNOWN:
        return None
    server_name, mode, settings = _KNOWN[name]
    if not all(key in settings and _fits(key, value) for key, value in keywords.items()):
        return None
    return pb.Algorithm(
        name=server_name,
        mode=mode,
        settings={settings[key]: float(value) for key, value in keywords.items()},
    )


def _mix(keywords: dict[str, Any]) -> pb.Algorithm | None:
    if set(keywords) != {"p_suggest"}:
        return None
    shares = []
    for weight, algo in keywords["p_suggest"]:
        part = _known(algo)
        if part is None or part.name == "mix":
            return None
        if weight > 0:
            shares.append(pb.AlgorithmShare(weight=float(weight), algorithm=part))
    if abs(sum(share.weight for share in shares) - 1) > 1e-5:
        raise ValueError("the probabilities of `p_suggest` must sum to 1")
    return pb.Algorithm(name="mix", mix=shares)


def _fits(key: str, value: Any) -> bool:
    """Whether the server takes this setting; others are for the function itself."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return False
    if key == "gamma":
        return 0 < number <= 2
    if key == "n_EI_candidates":
        return number == int(number) and 1 <= number <= 10_000
    if key == "n_startup_jobs":
        return number == int(number) and number >= 0
    if key == "avg_best_idx":
        return number >= 1
    return number >= 0 if key == "shrink_coef" else number > 0


def _unwrapped(algo: Any) -> tuple[Any, dict[str, Any]]:
    """The function below `functools.partial`, and the keywords on the way; positional ones make it
    unknown.
    """
    keywords: dict[str, Any] = {}
    while isinstance(algo, functools.partial):
        if algo.args:
            return algo, {}
        keywords = {**algo.keywords, **keywords}
        algo = algo.func
    return algo, keywords
