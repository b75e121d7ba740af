"""Expressions over values that are not chosen yet, which spaces are made of, under Hyperopt's names."""

from . import stochastic
from .base import Apply, Literal, as_apply, clone, clone_merge, dfs, rec_eval, scope, toposort

__all__ = [
    "Apply",
    "Literal",
    "as_apply",
    "clone",
    "clone_merge",
    "dfs",
    "rec_eval",
    "scope",
    "stochastic",
    "toposort",
]
