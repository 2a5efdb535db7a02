"""Origins: which web pages may speak for the browser they run in (RFC 6454)."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from chatd.core.codes import Code
from chatd.core.principal import Credential
from chatd.core.refusal import Refusal

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
MAX_ORIGIN = 512

_ORIGIN = re.compile(
    r"([a-z][a-z0-9+.-]{0,31})://(\[[0-9a-f:.]{2,45}\]|[^\s\x00-\x20/?#@:\[\]%\\]{1,253})"
    r"(?::([1-9][0-9]{0,4}))?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port in their one form; two pages share an origin if these are equal.

    `host` is in lower case: A-labels (RFC 5890), a dotted IPv4 or a compressed, bracketed IPv6
    address. `port` is None if it is the scheme's own.
    """

    scheme: str
    host: str
    port: int | None = None

    def __str__(self) -> str:
        """As browsers write it (RFC 6454 §6.2)."""
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")


def normalise(text: str) -> Origin | None:
    """An origin as a browser or an operator writes it; None for `null` and for anything else.

    Only scheme, host and port: anything with a user, a path or a second origin is not one.
    """
    match = _ORIGIN.fullmatch(text) if len(text) <= MAX_ORIGIN else None
    if match is None:
        return None
    scheme, host = match[1].lower(), _host(match[2].lower())
    port = int(match[3]) if match[3] else None
    if host is None or (port is not None and port > 65535):
        return None
    return Origin(scheme, host, None if port == DEFAULT_PORTS.get(scheme) else port)


def named_origin(text: str) -> str:
    """The one form of an origin that a request names; `bad-field` for anything else."""
    origin = normalise(text)
    if origin is None:
        raise Refusal(Code.BAD_FIELD, "This is not the origin of a site.", field="origin")
    return str(origin)


def of_url(url: str) -> Origin | None:
    """The origin of an http or https address, whatever its path; None if it is not one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    origin = normalise(f"{parts.scheme}://{parts.netloc}")
    return origin if origin is not None and origin.scheme in ("http", "https") else None


class OriginPolicy:
    """Which origins may connect: that of `public_url`, where our own page lives, and `allowed`.

    ValueError, with a sentence, for a `public_url` or an entry that names no single origin: there
    are no wildcards.
    """

    def __init__(self, allowed: Iterable[str], public_url: str) -> None:
        own = of_url(public_url)
        if own is None:
            raise ValueError(f"{public_url!r} is no http or https address to take an origin from.")
        origins = {own}
        for text in allowed:
            origin = normalise(text)
            if origin is None:
                raise ValueError(
                    f"{text!r} is no origin: write scheme and host, and the port unless it is the"
                    " scheme's own, such as https://shop.example.org; wildcards are not taken."
                )
            origins.add(origin)
        self.own = own
        self.origins = frozenset(origins)

    def check(self, values: list[bytes], credential: Credential | None) -> Origin | None:
        """Let a request with these Origin headers pass, or raise a Refusal `forbidden`.

        `credential` is what it shows or will be asked for, None if nothing. Browsers always send
        the header with a WebSocket handshake, so without it no browser is speaking: that passes
        with a bearer token or a ticket, never with a cookie. Returns the origin, None if none came.
        """
        if not values:
            if credential in ("bearer", "ticket"):
                return None
            raise _refusal("The request says no Origin; without one, use a bearer token.")
        if len(values) > 1:
            raise _refusal("The request says more than one Origin; it must say one.")
        try:
            origin = normalise(values[0].decode("ascii"))
        except UnicodeDecodeError:
            origin = None
        if origin is None:
            raise _refusal("The Origin of this request is null or malformed.")
        if origin not in self.origins:
            raise _refusal(
                f"Pages of {origin} may not connect here; the server's operator can allow them"
                " in the setting server.origins."
            )
        return origin


def _refusal(message: str) -> Refusal:
    return Refusal(Code.FORBIDDEN, message, field="origin")


def _host(host: str) -> str | None:
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host[1:-1])}]"
        except ValueError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    # A host with a dot at its end is another host to browsers, so it is another one here, too.
    labels = host.removesuffix(".").split(".")
    if not all(map(_LABEL.fullmatch, labels)):
        return None
    if _NUMBER.fullmatch(labels[-1]):
        # To browsers a number at the end means IPv4 (WHATWG URL, "ends in a number checker").
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host
