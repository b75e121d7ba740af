"""Addresses as people write them."""

from __future__ import annotations

from tunewright.errors import Invalid

_HINT = "write it like `127.0.0.1:7070` or `http://host:7070`"


def target(address: str) -> str:
    """What gRPC is to connect to, of `host:port`, `http://host:port` or `grpc://host:port`."""
    if not isinstance(address, str):
        raise Invalid(f"must be text, not `{type(address).__name__}`", field="address", hint=_HINT)
    shown = address.strip()
    scheme, separator, rest = shown.partition("://")
    host = rest if separator else shown
    if separator and scheme not in ("http", "grpc"):
        raise Invalid(f"scheme must be `http` or `grpc`, not `{scheme}`", field="address", hint=_HINT)
    host = host.rstrip("/")
    if not host or any(letter in host for letter in "/ \t@?#"):
        raise Invalid(f"must be a host and a port, not `{shown}`", field="address", hint=_HINT)
    name, colon, port = host.rpartition(":")
    if not colon or not name or (name.count(":") and not name.endswith("]")):
        raise Invalid(f"must name a port, not `{shown}`", field="address", hint=_HINT)
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Invalid(f"port must be 1 to 65535, not `{port}`", field="address", hint=_HINT)
    return f"dns:///{host}"


def url(address: str) -> str:
    """The same server as an address that every part of Tunewright reads."""
    return f"http://{target(address).removeprefix('dns:///')}"
