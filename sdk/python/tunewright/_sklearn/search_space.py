"""The space of a scikit-learn search: names of an estimator's parameters, and where their values come
from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tunewright._sklearn.distributions import converted, converted_natively
from tunewright.compat import hp
from tunewright.compat._spaces import ExpressionSpace
from tunewright.spaces import Choice, Float, Int, Space

_ALTERNATIVE = "param_distributions"
"""The label of the choice among several dicts, and the key that tells which one it is."""


class SearchSpace:
    """Of one dict of distributions, or of several of which each trial takes one.

    The server is told of expressions of `hp`, to which lists and scipy's distributions are turned; or of
    `Float`, `Int` and `Choice`, if one of these is among them. Raises `TypeError` or `ValueError` for what is
    no distribution.
    """

    def __init__(self, distributions: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        alternatives = [distributions] if isinstance(distributions, Mapping) else list(distributions)
        if not alternatives or not all(isinstance(one, Mapping) for one in alternatives):
            raise TypeError("`param_distributions` must be a dict or a list of dicts, and not be empty")
        native = any(
            isinstance(value, (Float, Int, Choice)) for one in alternatives for value in one.values()
        )
        convert = converted_natively if native else converted
        self._makers: list[dict[str, Callable[[Any], Any]]] = []
        trees = []
        for number, one in enumerate(alternatives):
            # Two dicts may give one parameter different distributions, and a label has only one.
            prefix = f"{number}." if len(alternatives) > 1 else ""
            pairs = {name: convert(name, prefix + name, one[name]) for name in sorted(one)}
            self._makers.append({name: make for name, (_, make) in pairs.items()})
            trees.append({_ALTERNATIVE: number, **{name: written for name, (written, _) in pairs.items()}})
        whole: Any = trees[0]
        if len(trees) > 1:
            whole = Choice(trees, label=_ALTERNATIVE) if native else hp.choice(_ALTERNATIVE, trees)
        #: As a study is created with it.
        self.space = Space.of(whole if native else ExpressionSpace.of(whole))

    def params(self, point: Mapping[str, int | float | str]) -> dict[str, Any]:
        """What an estimator's `set_params` gets for a full point of the wire."""
        found: Any = self.space.params(point)
        makers = self._makers[found[_ALTERNATIVE]]
        return {name: make(found[name]) for name, make in makers.items()}
