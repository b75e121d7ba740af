"""Python values and messages, in both directions."""
