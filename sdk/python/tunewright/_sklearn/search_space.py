"""The space of a scikit-learn search: names of an estimator's parameters, and where their values come
from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tunewright._sklearn.distributions import converted
from tunewright.compat import hp
from tunewright.compat._spaces import ExpressionSpace
from tunewright.compat.pyll import as_apply

_ALTERNATIVE = "param_distributions"


class SearchSpace:
    """Of one dict of distributions, or of several of which each trial takes one."""

    def __init__(self, distributions: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        alternatives = [distributions] if isinstance(distributions, Mapping) else list(distributions)
        if not alternatives or not all(isinstance(one, Mapping) for one in alternatives):
            raise TypeError("`param_distributions` must be a dict or a list of dicts, and not be empty")
        self._makers: list[dict[str, Callable[[Any], Any]]] = []
        trees = []
        for number, one in enumerate(alternatives):
            # Two dicts may give one parameter different distributions, and a label has only one.
            prefix = f"{number}." if len(alternatives) > 1 else ""
            pairs = {name: converted(prefix + name, one[name]) for name in sorted(one)}
            self._makers.append({name: make for name, (_, make) in pairs.items()})
            trees.append({name: expression for name, (expression, _) in pairs.items()})
        numbered = [{"alternative": number, "params": tree} for number, tree in enumerate(trees)]
        whole = numbered[0] if len(numbered) == 1 else hp.choice(_ALTERNATIVE, numbered)
        self._space = ExpressionSpace.of(as_apply(whole))

    @property
    def node(self) -> Any:
        """The tree of the wire."""
        return self._space.node

    def params(self, point: Mapping[str, int | float | str]) -> dict[str, Any]:
        """What an estimator's `set_params` gets for a point of the wire."""
        found = self._space.evaluate(self._space.to_vals(point))
        makers = self._makers[found["alternative"]]
        return {name: makers[name](value) for name, value in found["params"].items()}
