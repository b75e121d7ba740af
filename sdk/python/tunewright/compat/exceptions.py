"""The exceptions of Hyperopt's surface, under its names."""

from __future__ import annotations


class BadSearchSpace(Exception):
    """The description of a search space makes no sense; the message names the label."""


class DuplicateLabel(BadSearchSpace):
    """Two parameters of a search space have the same label."""


class MissingValue(LookupError):
    """A point has no value for a parameter that it needs."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label

    def __str__(self) -> str:
        return f"the point has no value for `{self.label}`, which the options it takes need"


class InvalidTrial(ValueError):
    """A document is no trial: `obj` is what was given."""

    def __init__(self, msg: str, obj: object) -> None:
        super().__init__(msg, obj)
        self.obj = obj

    def __str__(self) -> str:
        return f"{self.args[0]} {self.obj}"


class InvalidResultStatus(ValueError):
    """An objective returned a `status` that is none of Hyperopt's: `result` is what it returned."""

    def __init__(self, result: object) -> None:
        super().__init__(result)
        self.result = result


class InvalidLoss(ValueError):
    """An objective returned status `ok` without a loss that is a number: `result` is what it returned."""

    def __init__(self, result: object) -> None:
        super().__init__(result)
        self.result = result


class AllTrialsFailed(Exception):
    """No trial has ended with a loss, so that none is the best."""


class InvalidAnnotatedParameter(ValueError):
    """With `space="annotated"`, a parameter of the objective has no hyperparameter as its annotation."""

    def __init__(self, result: object) -> None:
        super().__init__(result)
        self.result = result
