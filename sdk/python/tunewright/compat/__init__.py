"""Hyperopt's names and semantics, without Hyperopt."""
