"""Spaces given as expressions, ours or Hyperopt's, and the wire's."""

from .expression_space import ExpressionSpace

__all__ = ["ExpressionSpace"]
