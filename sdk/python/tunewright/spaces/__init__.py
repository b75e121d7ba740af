"""Search spaces: parameters in the places of values."""

from tunewright.spaces.parameters import Choice, Float, Int
from tunewright.spaces.space import Space

__all__ = ["Choice", "Float", "Int", "Space"]
