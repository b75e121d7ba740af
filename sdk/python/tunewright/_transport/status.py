"""From a gRPC status to a typed error.

A refusal travels as a `google.rpc.Status` with standard details: `ErrorInfo` (our code, and the hint in its
metadata),
`BadRequest` (the field) and `RetryInfo`. These four messages are read by hand, so that no further package is
needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from tunewright.errors import BY_CODE, Internal, TunewrightError, Unavailable

_DOMAIN = "tunewright"
_DETAILS_KEY = "grpc-status-details-bin"
_NEAREST = {
    grpc.StatusCode.INVALID_ARGUMENT: "invalid",
    grpc.StatusCode.OUT_OF_RANGE: "invalid",
    grpc.StatusCode.NOT_FOUND: "not_found",
    grpc.StatusCode.ALREADY_EXISTS: "already_exists",
    grpc.StatusCode.ABORTED: "conflict",
    grpc.StatusCode.FAILED_PRECONDITION: "closed",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "exhausted",
    grpc.StatusCode.UNAUTHENTICATED: "unauthenticated",
    grpc.StatusCode.PERMISSION_DENIED: "forbidden",
    grpc.StatusCode.UNAVAILABLE: "unavailable",
    grpc.StatusCode.DEADLINE_EXCEEDED: "unavailable",
    grpc.StatusCode.CANCELLED: "unavailable",
}


@dataclass
class _Details:
    code: str | None = None
    hint: str | None = None
    field: str | None = None
    description: str | None = None
    retry_after: float | None = None


def error_of(failure: grpc.RpcError) -> TunewrightError:
    """The typed error that a failed call stands for."""
    # Failures of threads and those of asyncio have these methods, but no class in common that has them.
    status: grpc.StatusCode = getattr(failure, "code", lambda: grpc.StatusCode.UNKNOWN)()
    text: str = getattr(failure, "details", str)() or str(status)
    details = _details_of(failure)
    if details.code is None and status is grpc.StatusCode.UNIMPLEMENTED:
        hint = "are the client and the server of the same version?"
        return Internal(f"the server does not know this call: {text}", hint=hint)
    kind = BY_CODE.get(details.code or _NEAREST.get(status, "internal"), Internal)
    message = text if details.description is None else details.description
    return kind(message, field=details.field, hint=details.hint, retry_after=details.retry_after)


def was_answered(failure: grpc.RpcError) -> bool:
    """Whether it was our server that refused, rather than that none was reached."""
    return _details_of(failure).code is not None


def unreached(address: str, waited: float, error: TunewrightError) -> Unavailable:
    """No server was reached within the deadline."""
    message = f"no tunewright server answers at `{address}` (tried for {waited:.1f} s): {error.message}"
    return Unavailable(message, hint="is the server running? start one with `tunewright serve`")


def _details_of(failure: grpc.RpcError) -> _Details:
    found = _Details()
    for key, value in getattr(failure, "trailing_metadata", tuple)() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                _read_status(value, found)
            except (ValueError, UnicodeDecodeError):
                # Details that make no sense are not ours; code and text of the status remain.
                return _Details()
    return found


def _read_status(data: bytes, found: _Details) -> None:
    for number, value in _fields(data):
        if number == 3 and isinstance(value, bytes):
            detail = dict(_fields(value))
            name = _text(detail.get(1)).rpartition("/")[2]
            content = detail.get(2)
            if isinstance(content, bytes):
                _read_detail(name, content, found)


def _read_detail(name: str, content: bytes, found: _Details) -> None:
    if name == "google.rpc.ErrorInfo":
        parts = list(_fields(content))
        if _text(dict(parts).get(2)) != _DOMAIN:
            return
        found.code = _text(dict(parts).get(1))
        for number, entry in parts:
            if number == 3 and isinstance(entry, bytes):
                pair = dict(_fields(entry))
                if _text(pair.get(1)) == "hint":
                    found.hint = _text(pair.get(2))
    elif name == "google.rpc.BadRequest":
        for number, violation in _fields(content):
            if number == 1 and isinstance(violation, bytes) and found.field is None:
                parts_of = dict(_fields(violation))
                found.field, found.description = _text(parts_of.get(1)), _text(parts_of.get(2))
    elif name == "google.rpc.RetryInfo":
        delay = dict(_fields(content)).get(1)
        if isinstance(delay, bytes):
            duration = dict(_fields(delay))
            seconds, nanos = duration.get(1, 0), duration.get(2, 0)
            if isinstance(seconds, int) and isinstance(nanos, int):
                found.retry_after = seconds + nanos / 1e9


def _text(value: int | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else ""


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of any protobuf message, by number: numbers as they are, everything else as bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            length, at = _varint(data, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + length > len(data):
            raise ValueError("cut off")
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("cut off")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
