"""One parameter of an expression: what the wire calls its distribution, and its values there and here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tunewright.v1 import space_pb2 as pb

from .._arguments import log_range, number, ordered_range, positive, weighted_options, whole
from ..exceptions import BadSearchSpace

KINDS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "quniform": ("low", "high", "q"),
    "loguniform": ("low", "high"),
    "qloguniform": ("low", "high", "q"),
    "normal": ("mu", "sigma"),
    "qnormal": ("mu", "sigma", "q"),
    "lognormal": ("mu", "sigma"),
    "qlognormal": ("mu", "sigma", "q"),
    "randint": ("low", "high"),
    "categorical": ("p",),
}
"""The symbols of distributions with the names of their arguments."""

# A bound that went through a logarithm and back may be off by as much, and so may a value on it.
_SLACK = 1e-9


@dataclass(frozen=True)
class Parameter:
    """A parameter with a number as its value, or a choice of `count` positions with or without
    `probabilities`.

    Bounds of log kinds are real numbers here.
    """

    label: str
    kind: str
    low: float = 0.0
    high: float = 0.0
    q: float = 0.0
    mu: float = 0.0
    sigma: float = 0.0
    probabilities: tuple[float, ...] | None = None

    @classmethod
    def of(cls, label: str, kind: str, arguments: dict[str, Any]) -> Parameter:
        """From the arguments of a distribution's symbol. `BadSearchSpace` if they make no sense."""
        try:
            return _READ[kind](label, kind, arguments)
        except KeyError as error:
            raise BadSearchSpace(f"`{label}`: `scope.{kind}` lacks its argument {error}") from None
        except (TypeError, ValueError) as error:
            raise BadSearchSpace(str(error)) from None

    @property
    def is_integer(self) -> bool:
        return self.kind in ("randint", "categorical")

    @property
    def count(self) -> int:
        """How many options a choice with this distribution has; 0 if it cannot be a choice's."""
        if self.probabilities is not None:
            return len(self.probabilities)
        return int(self.high) if self.kind == "randint" and self.low == 0 else 0

    def message(self) -> pb.SpaceParameter:
        """What the wire says of a numeric parameter."""
        if self.kind == "randint":
            given: Any = pb.IntRange(low=int(self.low), high=int(self.high))
        elif self.kind in ("normal", "qnormal", "lognormal", "qlognormal"):
            given = pb.Gaussian(mu=self.mu, sigma=self.sigma, step=self.q)
        else:
            given = pb.RealRange(low=self.low, high=self.high, step=self.q)
        message = pb.SpaceParameter(label=self.label)
        getattr(message, self.kind).CopyFrom(given)
        return message

    def stored(self, value: Any) -> int | float:
        """A value as trials keep it: a plain `int` or `float`. `TypeError` or `ValueError` if it is none of
        this kind.
        """
        if hasattr(value, "item"):
            value = value.item()
        if not isinstance(value, (int, float)):
            raise TypeError(f"`{self.label}`: the value must be a number, not {type(value).__name__}")
        if not self.is_integer:
            return float(value)
        if value != value or value != int(value):
            raise ValueError(f"`{self.label}`: the value must be an integer, not {value}")
        return int(value)

    def sent(self, value: Any) -> int | float:
        """As :meth:`stored`; one that lies outside the bounds by nothing but rounding is the bound."""
        number = self.stored(value)
        if self.kind == "loguniform":
            for bound in (self.low, self.high):
                if math.isclose(number, bound, rel_tol=_SLACK):
                    return min(max(number, self.low), self.high)
        return number


def _range(label: str, kind: str, arguments: dict[str, Any]) -> Parameter:
    bounds = log_range if "log" in kind else ordered_range
    low, high = bounds(label, arguments["low"], arguments["high"])
    if "log" in kind:
        low, high = math.exp(low), math.exp(high)
    return Parameter(label, kind, float(low), float(high), _quantum(label, kind, arguments))


def _gaussian(label: str, kind: str, arguments: dict[str, Any]) -> Parameter:
    mu, sigma = number(label, "mu", arguments["mu"]), positive(label, "sigma", arguments["sigma"])
    return Parameter(label, kind, mu=float(mu), sigma=float(sigma), q=_quantum(label, kind, arguments))


def _integer(label: str, kind: str, arguments: dict[str, Any]) -> Parameter:
    low, high = 0, arguments["low"]
    if arguments.get("high") is not None:
        low, high = whole(label, "low", high), arguments["high"]
    ordered_range(label, low, whole(label, "high", high))
    return Parameter(label, kind, low, whole(label, "high", high))


def _categorical(label: str, kind: str, arguments: dict[str, Any]) -> Parameter:
    given = arguments["p"]
    while hasattr(given, "tolist"):
        given = given.tolist()
    shares, _ = weighted_options(label, [(share, None) for share in given])
    total = math.fsum(shares)
    return Parameter(label, kind, probabilities=tuple(share / total for share in shares))


def _quantum(label: str, kind: str, arguments: dict[str, Any]) -> float:
    return float(positive(label, "q", arguments["q"])) if kind.startswith("q") else 0.0


_READ: dict[str, Callable[[str, str, dict[str, Any]], Parameter]] = {
    **dict.fromkeys(("uniform", "quniform", "loguniform", "qloguniform"), _range),
    **dict.fromkeys(("normal", "qnormal", "lognormal", "qlognormal"), _gaussian),
    "randint": _integer,
    "categorical": _categorical,
}
