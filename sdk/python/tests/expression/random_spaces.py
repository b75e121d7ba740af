"""Random spaces, the same with Hyperopt's functions as with ours."""

from __future__ import annotations

import math
import random
from typing import Any


class Fixed:
    """An object of a class, as people put into choices."""


class RandomSpace:
    """One space a seed, made with whatever `hp` and `scope` are given."""

    def __init__(self, hp: Any, scope: Any, seed: int) -> None:
        self._hp, self._scope, self._random = hp, scope, random.Random(seed)
        self._count = 0
        self._shared: list[Any] = []

    def build(self) -> Any:
        """With at least one parameter, and often some nested choices."""
        return {"root": self._part(4), "more": [self._part(3), self._leaf()], "fixed": self._constant()}

    def _label(self) -> str:
        self._count += 1
        return f"p{self._count}"

    def _part(self, depth: int) -> Any:
        if depth == 0:
            return self._random.choice([self._leaf, self._constant, self._reused])()
        kinds = [self._choice, self._choice, self._pchoice, self._dict, self._list, self._tuple, self._sum]
        part = self._random.choice([*kinds, self._leaf_at, self._item, self._keyed])(depth - 1)
        if self._random.random() < 0.4 and hasattr(part, "pos_args"):
            self._shared.append(part)
        return part

    def _reused(self) -> Any:
        return self._random.choice(self._shared) if self._shared else self._leaf()

    def _leaf_at(self, depth: int) -> Any:
        return self._leaf()

    def _leaf(self) -> Any:
        hp, label, draw = self._hp, self._label(), self._random
        low = draw.uniform(-3, 3)
        high, q, sigma = low + draw.uniform(0.1, 6), draw.choice([0.25, 0.5, 1, 2]), draw.uniform(0.1, 2)
        made = draw.randrange(12)
        leaf = [
            lambda: hp.uniform(label, low, high),
            lambda: hp.quniform(label, low, high, q),
            lambda: hp.loguniform(label, low, high),
            lambda: hp.qloguniform(label, low, high, q),
            lambda: hp.normal(label, low, sigma),
            lambda: hp.qnormal(label, low, sigma, q),
            lambda: hp.lognormal(label, low, sigma),
            lambda: hp.qlognormal(label, low, sigma, q),
            lambda: hp.randint(label, 1 + draw.randrange(20)),
            lambda: hp.randint(label, -3, draw.randrange(1, 20)),
            lambda: hp.uniformint(label, 1, 3 + draw.randrange(20)),
            lambda: self._scope.int(hp.quniform(label, 0, 10, 2)),
        ][made]()
        if draw.random() < 0.3:
            self._shared.append(leaf)
        return leaf

    def _constant(self) -> Any:
        values = ["adam", "relu", 1, 32, 0.5, 1e-6, 1e20, True, None, "", math.sqrt, Fixed, Fixed(), 2**70]
        return self._random.choice([*values, "a" * 300, "zwei\nzeilen", (1, 2)])

    def _options(self, depth: int) -> list[Any]:
        if self._random.random() < 0.3:
            return self._random.sample(["sgd", "adam", 3, 2.5, None, False, 1e-7, Fixed], 4)
        return [self._part(depth) for _ in range(self._random.randrange(1, 4))]

    def _choice(self, depth: int) -> Any:
        return self._hp.choice(self._label(), self._options(depth))

    def _pchoice(self, depth: int) -> Any:
        options = self._options(depth)
        shares = [self._random.uniform(0.1, 1) for _ in options]
        return self._hp.pchoice(
            self._label(),
            [(share / sum(shares), option) for share, option in zip(shares, options, strict=True)],
        )

    def _dict(self, depth: int) -> Any:
        return {f"k{at}": self._part(depth) for at in range(self._random.randrange(1, 4))}

    def _keyed(self, depth: int) -> Any:
        return {at: self._part(depth) for at in range(self._random.randrange(1, 4))}

    def _list(self, depth: int) -> Any:
        return [self._part(depth) for _ in range(self._random.randrange(1, 4))]

    def _tuple(self, depth: int) -> Any:
        return tuple(self._list(depth))

    def _sum(self, depth: int) -> Any:
        one, other = self._leaf(), self._leaf()
        part = self._random.choice([one + 2 * other, 20 + one, -one, self._scope.max(one, other, 0)])
        return part if self._random.random() < 0.7 else self._hp.choice(self._label(), [part, one])

    def _item(self, depth: int) -> Any:
        """An item of a list, picked by a choice."""
        which = self._hp.choice(self._label(), [0, 1])
        pair = self._scope.identity([self._leaf(), 7.5])
        return pair[which]
