"""What a browser hands over so that it can be pushed to: an address and two keys, checked closely.

The address comes from a signed-in user, and this server is going to post to it.
"""

import base64
import binascii
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

#: Characters of an address; those of today's services have 120 to 600.
LONGEST: Final = 2048
#: Bytes of an uncompressed point (SEC 1 §2.3.3) and of the secret (RFC 8291 §3.2).
POINT: Final = 65
SECRET: Final = 16

#: What `ipaddress` calls global but is not: old site-local addresses (RFC 3879), the second network
#: for examples (RFC 9637), 6to4 relays (RFC 7526).
_NOT_PUBLIC: Final = tuple(map(ipaddress.ip_network, ("fec0::/10", "3fff::/20", "192.88.99.0/24")))

# P-256 (FIPS 186-5, SP 800-186 §3.2.1.3): y² = x³ - 3x + b over the field of p.
_P: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


def endpoint(text: str) -> str:
    """The address as it is, if it may belong to a push service; otherwise `bad-field`. Where its
    host leads is checked with each request, since that may change."""
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise _bad_endpoint("it is no address") from None
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        raise _bad_endpoint(f"it has up to {LONGEST} printable ASCII characters")
    if url.scheme != "https" or not host or port == 0:
        raise _bad_endpoint("it begins with https:// and a host")
    if "@" in url.netloc or url.fragment:
        raise _bad_endpoint("it has neither a user nor a fragment")
    return text


def origin(text: str) -> str:
    """Scheme, host and port of such an address, as RFC 6454 §6.2 writes them."""
    url = urlsplit(text)
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"https://{host}" + (f":{url.port}" if url.port not in (None, 443) else "")


def public_key(text: str) -> bytes:
    """The point behind `p256dh`, which must lie on P-256; otherwise `bad-field`."""
    point = _decoded(text)
    if point is None or len(point) != POINT or point[0] != 4 or not _is_on_curve(point):
        raise Refusal(
            Code.BAD_FIELD,
            "`p256dh` is the browser's public key: a point of P-256, uncompressed, in base64url.",
            field="p256dh",
        )
    return point


def secret(text: str) -> bytes:
    """The 16 bytes behind `auth`; otherwise `bad-field`."""
    found = _decoded(text)
    if found is None or len(found) != SECRET:
        raise Refusal(
            Code.BAD_FIELD, "`auth` is the browser's secret: 16 bytes in base64url.", field="auth"
        )
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet: neither this machine, nor a private network,
    nor one of those in another notation."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or _behind_nat64(ip)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None:
            return False
    if any(ip in network for network in _NOT_PUBLIC):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _behind_nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address at the end of 64:ff9b::/96 (RFC 6052 §2.1)."""
    if ip in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _is_on_curve(point: bytes) -> bool:
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return x < _P and y < _P and (y * y - (x * x * x - 3 * x + _B)) % _P == 0


def _decoded(text: str) -> bytes | None:
    """base64url (RFC 4648 §5), with or without padding."""
    plain = text.rstrip("=")
    try:
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return found


def _bad_endpoint(why: str) -> Refusal:
    return Refusal(
        Code.BAD_FIELD,
        f"`endpoint` is the address of a push service: {why}.",
        field="endpoint",
    )
