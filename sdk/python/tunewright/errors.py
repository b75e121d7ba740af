"""What can go wrong: one class for each kind of error, all of them `TunewrightError`.

Each carries `code`, `message`, the `field` that was wrong, a `hint` at what a person can do about it, and
`retry_after` (seconds) where the server said when to come back.
"""

from __future__ import annotations

from typing import Any, ClassVar


class TunewrightError(Exception):
    """Any error of Tunewright. `str()` gives the field, the message and the hint."""

    #: The kind of error, the same word in every language and in the API.
    code: ClassVar[str] = "internal"

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        hint: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.hint = hint
        self.retry_after = retry_after

    def __str__(self) -> str:
        text = f"{self.field}: {self.message}" if self.field else self.message
        return f"{text} (hint: {self.hint})" if self.hint else text

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions cross process boundaries by pickle, which knows positional arguments only.
        return (_rebuilt, (type(self), self.message, self.field, self.hint, self.retry_after))


class Invalid(TunewrightError, ValueError):
    """An argument is wrong; `field` says which. Nothing has changed."""

    code = "invalid"


class ObjectivePickleError(Invalid):
    """An objective cannot be sent to workers; the message names the part of it that does not pickle."""


class NotFound(TunewrightError, LookupError):
    """There is no such study, trial, worker or attachment."""

    code = "not_found"


class AlreadyExists(TunewrightError):
    """There is one of this name, and it is another."""

    code = "already_exists"


class StudyMismatch(AlreadyExists):
    """A study of this name exists with another definition; the message says what differs."""


class Conflict(TunewrightError):
    """It contradicts what was told before, for example another loss for a trial that has one."""

    code = "conflict"


class LeaseLost(TunewrightError):
    """The attempt counts no more: its lease ran out and another attempt took over."""

    code = "lease_lost"


class Closed(TunewrightError):
    """The trial or study has ended, and takes no more."""

    code = "closed"


class ConnectionClosed(Closed):
    """The connection was closed by this program; the server has said nothing."""


class Exhausted(TunewrightError):
    """There is nothing to give at the moment, or a limit is reached."""

    code = "exhausted"


class Unavailable(TunewrightError, ConnectionError):
    """No server answered within the deadline, or its store is away. The same call may succeed later."""

    code = "unavailable"


class Unauthenticated(TunewrightError):
    """The server does not know who is calling."""

    code = "unauthenticated"


class Forbidden(TunewrightError):
    """The caller may not do that."""

    code = "forbidden"


class Internal(TunewrightError):
    """A defect: the server or the answer made no sense."""

    code = "internal"


class TrialPruned(Exception):
    """Raised by an objective that ends early because `trial.should_stop()` said so."""


_CLASSES: tuple[type[TunewrightError], ...] = (
    Invalid,
    NotFound,
    AlreadyExists,
    Conflict,
    LeaseLost,
    Closed,
    Exhausted,
    Unavailable,
    Unauthenticated,
    Forbidden,
    Internal,
)
BY_CODE: dict[str, type[TunewrightError]] = {error.code: error for error in _CLASSES}


def _rebuilt(
    kind: type[TunewrightError],
    message: str,
    field: str | None,
    hint: str | None,
    retry_after: float | None,
) -> TunewrightError:
    return kind(message, field=field, hint=hint, retry_after=retry_after)
