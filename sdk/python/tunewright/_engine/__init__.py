"""Drives a study for a Hyperopt-style `fmin`."""
