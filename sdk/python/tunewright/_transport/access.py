"""How a server is told who calls, and how the caller makes sure that it is the server."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path

import grpc

from tunewright._transport.address import Place
from tunewright.errors import Invalid

_TOKEN_MAX = 4096


@dataclass(frozen=True)
class Access:
    """The token and what TLS needs. What is not set is found in the environment by `or_environment`."""

    token: str | None = field(default=None, repr=False)
    """Sent with every call. `TUNEWRIGHT_TOKEN`, or the content of the file that `TUNEWRIGHT_TOKEN_FILE`
    names.
    """
    tls_ca: str | Path | None = None
    """PEM certificates of the authorities that may vouch for a server at `https://`, in place of the
    system's. `TUNEWRIGHT_TLS_CA`.
    """
    tls_cert: str | Path | None = None
    """A PEM certificate that is shown to the server. `TUNEWRIGHT_TLS_CERT`."""
    tls_key: str | Path | None = None
    """Its key. `TUNEWRIGHT_TLS_KEY`."""
    insecure: bool = False
    """A token may be sent unencrypted to another machine. `TUNEWRIGHT_INSECURE=1`."""

    def or_environment(self) -> Access:
        """The same, with what is not set taken from the environment. Raises Invalid."""
        found = os.environ.get
        token = self.token
        if token is None:
            token = found("TUNEWRIGHT_TOKEN") or None
            file = found("TUNEWRIGHT_TOKEN_FILE")
            if token is None and file:
                token = token_in(file)
        cert, key = self.tls_cert, self.tls_key
        if cert is None and key is None:
            cert, key = found("TUNEWRIGHT_TLS_CERT") or None, found("TUNEWRIGHT_TLS_KEY") or None
        switch = found("TUNEWRIGHT_INSECURE") or "0"
        if switch not in ("0", "1", "false", "true"):
            raise Invalid(f"must be `1` or `0`, not `{switch}`", field="TUNEWRIGHT_INSECURE")
        return replace(
            self,
            token=None if token is None else _checked(token, "token"),
            tls_ca=self.tls_ca or found("TUNEWRIGHT_TLS_CA") or None,
            tls_cert=cert,
            tls_key=key,
            insecure=self.insecure or switch in ("1", "true"),
        )

    def check(self, places: list[Place]) -> None:
        """Raises Invalid if the token would go to another machine unencrypted."""
        for place in places:
            if self.token is not None and not (place.is_tls or place.is_here or self.insecure):
                hint = (
                    "use `https://`, or `insecure` (TUNEWRIGHT_INSECURE=1) where the network keeps it secret"
                )
                raise Invalid(
                    f"the token would travel unencrypted to `{place.url}`", field="address", hint=hint
                )

    def metadata(self) -> tuple[tuple[str, str], ...] | None:
        """What goes with every call."""
        return None if self.token is None else (("authorization", f"Bearer {self.token}"),)

    def credentials(self) -> grpc.ChannelCredentials:
        """What TLS is to check and show. Raises Invalid."""
        if (self.tls_cert is None) != (self.tls_key is None):
            missing, given = ("tls_key", "tls_cert") if self.tls_key is None else ("tls_cert", "tls_key")
            raise Invalid(f"must be given together with `{given}`", field=missing)
        roots = _read(self.tls_ca, "tls_ca") if self.tls_ca is not None else _system_roots()
        cert = None if self.tls_cert is None else _read(self.tls_cert, "tls_cert")
        key = None if self.tls_key is None else _read(self.tls_key, "tls_key")
        return grpc.ssl_channel_credentials(root_certificates=roots, private_key=key, certificate_chain=cert)


def token_in(file: str | Path) -> str:
    """The token in a file. Raises Invalid."""
    return _checked(_read(file, "token_file").decode("utf-8", "replace"), "token_file")


def _checked(token: object, name: str) -> str:
    text = token.strip() if isinstance(token, str) else ""
    if not 0 < len(text) <= _TOKEN_MAX or not all("!" <= letter <= "~" for letter in text):
        hint = "it is printed by `tunewright token`"
        raise Invalid(f"must be 1 to {_TOKEN_MAX} visible ASCII characters", field=name, hint=hint)
    return text


def _read(file: str | Path, name: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise Invalid(f"`{file}` cannot be read: {error.strerror}", field=name) from None


def _system_roots() -> bytes | None:
    """The authorities that this machine trusts; None: those that gRPC brings."""
    file = ssl.get_default_verify_paths().cafile
    try:
        return None if file is None else Path(file).read_bytes()
    except OSError:
        return None
