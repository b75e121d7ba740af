"""Addresses as people write them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from tunewright.errors import Invalid

_HINT = "write it like `127.0.0.1:7070` or `https://host:7070`"


@dataclass(frozen=True)
class Place:
    """Where one server is."""

    host: str
    """With its port."""
    is_tls: bool

    @property
    def target(self) -> str:
        """What gRPC is to connect to."""
        return f"dns:///{self.host}"

    @property
    def url(self) -> str:
        """The address as every part of Tunewright reads it."""
        return f"{'https' if self.is_tls else 'http'}://{self.host}"

    @property
    def is_here(self) -> bool:
        """Whether what is sent there stays on this machine."""
        name = self.host.rpartition(":")[0].lower().strip("[]")
        try:
            return name == "localhost" or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    @property
    def plain(self) -> str:
        """As it is compared with others: one name for this machine, and no scheme."""
        name, _, port = self.host.lower().rpartition(":")
        return f"localhost:{port}" if name in ("127.0.0.1", "[::1]") else self.host.lower()


def places(address: str) -> list[Place]:
    """The servers at `host:port`, `http://host:port`, `grpc://host:port` or with TLS `https://host:port`, or
    several of these with commas between them. Raises Invalid.
    """
    if not isinstance(address, str):
        raise Invalid(f"must be text, not `{type(address).__name__}`", field="address", hint=_HINT)
    return [_place(one.strip()) for one in address.split(",")]


def url(address: str) -> str:
    """The same servers as an address that every part of Tunewright reads."""
    return ",".join(place.url for place in places(address))


def _place(shown: str) -> Place:
    scheme, separator, rest = shown.partition("://")
    host = rest if separator else shown
    if separator and scheme not in ("http", "https", "grpc"):
        message = f"scheme must be `http`, `https` or `grpc`, not `{scheme}`"
        raise Invalid(message, field="address", hint=_HINT)
    host = host.rstrip("/")
    if not host or any(letter in host for letter in "/ \t@?#"):
        secret, at, public = shown.rpartition("@")
        known = f"***@{public}" if at and secret else shown
        raise Invalid(f"must be a host and a port, not `{known}`", field="address", hint=_HINT)
    name, colon, port = host.rpartition(":")
    if not colon or not name or (name.count(":") and not name.endswith("]")):
        raise Invalid(f"must name a port, not `{shown}`", field="address", hint=_HINT)
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Invalid(f"port must be 1 to 65535, not `{port}`", field="address", hint=_HINT)
    return Place(host, bool(separator) and scheme == "https")
