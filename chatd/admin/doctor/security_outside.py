"""What anybody could try from outside: old protocols, weak ciphers and keys, missing headers."""

import socket
from collections.abc import Iterator, Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import MD5, SHA1
from OpenSSL import SSL

from chatd.admin.doctor import reach
from chatd.admin.doctor.finding import Finding, fault, ok, warning
from chatd.admin.doctor.look import Look
from chatd.admin.doctor.outside import EXAMPLES
from chatd.admin.doctor.reach import Target, Unreachable

PROTOCOLS: Final = {
    SSL.TLS1_VERSION: "TLS 1.0",
    SSL.TLS1_1_VERSION: "TLS 1.1",
    SSL.TLS1_2_VERSION: "TLS 1.2",
    SSL.TLS1_3_VERSION: "TLS 1.3",
}
#: Deprecated by RFC 8996.
OLD: Final = (SSL.TLS1_VERSION, SSL.TLS1_1_VERSION)
#: Ciphers without forward secrecy or without AEAD, in OpenSSL's words; SECLEVEL 0 lets us offer
#: them at all.
WEAK: Final = (
    b"ALL:!ECDHE+AESGCM:!DHE+AESGCM:!ECDHE+CHACHA20:!DHE+CHACHA20:!ECDHE+AESCCM:!DHE+AESCCM"
)
EVERY: Final = b"ALL:@SECLEVEL=0"
RSA_BITS, EC_BITS = 2048, 224
#: A year, as browsers ask for on their preload list.
HSTS_SECONDS: Final = 31_536_000


def _handshake(target: Target, version: int, ciphers: bytes) -> str | None:
    """The cipher agreed on; None if the server does not go along. Unreachable."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    context.set_cipher_list(ciphers)
    with reach.connect(target) as sock:
        sock.setblocking(True)
        sock.settimeout(None)
        wait = int(reach.SECONDS).to_bytes(8, "little") + bytes(8)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
        connection = SSL.Connection(context, sock)
        connection.set_tlsext_host_name(target.host.encode("idna"))
        connection.set_connect_state()
        try:
            connection.do_handshake()
        except (SSL.Error, OSError):
            return None
        return connection.get_cipher_name()


def _tls_line(look: Look) -> str:
    """What restricts it at the place that ends TLS."""
    if look.settings.tls.terminated:
        return (
            "ssl_protocols TLSv1.2 TLSv1.3;   (nginx; haproxy: ssl-default-bind-options"
            f" ssl-min-ver TLSv1.2; all of it: {EXAMPLES})"
        )
    return f"ss -ltnp 'sport = :{look.port}'   (chatd itself offers no such thing)"


def protocols(target: Target, look: Look) -> Iterator[Finding]:
    try:
        offered = [v for v in PROTOCOLS if _handshake(target, v, EVERY) is not None]
    except Unreachable:
        return
    old = [PROTOCOLS[version] for version in offered if version in OLD]
    if old:
        yield fault(
            "old-tls",
            "TLS",
            f"{' and '.join(old)} can be had",
            "They are broken, and put away since 2021 (RFC 8996): no browser needs them.",
            _tls_line(look),
        )
    elif SSL.TLS1_3_VERSION not in offered:
        yield warning(
            "no-tls-1.3",
            "TLS",
            "TLS 1.3 cannot be had",
            "It hides the certificate, and takes one journey less.",
            _tls_line(look),
        )
    else:
        yield ok("protocols", "TLS", " and ".join(PROTOCOLS[version] for version in offered))


def ciphers(target: Target, look: Look) -> Iterator[Finding]:
    try:
        weak = _handshake(target, SSL.TLS1_2_VERSION, WEAK + b":@SECLEVEL=0")
    except Unreachable:
        return
    if weak is None:
        yield ok("ciphers", "TLS", "no cipher without forward secrecy and AEAD")
        return
    yield fault(
        "weak-cipher",
        "TLS",
        f"the cipher {weak} can be had",
        "Who records it now can read it later, or change it, once a key is known.",
        "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;   (nginx; haproxy: ssl-default-bind-ciphers;"
        f" all of it: {EXAMPLES})"
        if look.settings.tls.terminated
        else _tls_line(look),
    )


def keys(target: Target, look: Look) -> Iterator[Finding]:
    """About the certificates: how long, and how signed."""
    try:
        chain = reach.presented(target)
    except Unreachable:
        return
    for certificate in chain:
        key, name = certificate.public_key(), certificate.subject.rfc4514_string() or "it"
        short = (isinstance(key, rsa.RSAPublicKey) and key.key_size < RSA_BITS) or (
            isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < EC_BITS
        )
        digest = certificate.signature_hash_algorithm
        old = isinstance(digest, SHA1 | MD5) and certificate.issuer != certificate.subject
        if short or old:
            size = getattr(key, "key_size", 0)
            yield fault(
                "weak-certificate",
                "certificate",
                f"{name} has a key of {size} bits"
                if short
                else f"{name} is signed with {digest.name if digest else '?'}",
                "Somebody with means could make one that looks the same.",
                f"certbot certonly --standalone -d {look.host} --key-type ecdsa",
            )


#: The headers that come with the page, and what has to be in each; "" for anything.
WANTED: Final[Mapping[str, str]] = {
    "content-security-policy": "default-src",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def headers(target: Target, look: Look) -> Iterator[Finding]:
    try:
        answer = reach.get(target, f"{look.base}/", {})
    except Unreachable:
        return
    found = answer.headers
    missing = [name for name, part in WANTED.items() if part not in found.get(name, "")]
    policy = found.get("content-security-policy", "")
    if "frame-ancestors" not in policy and "content-security-policy" not in missing:
        missing.append("content-security-policy (frame-ancestors)")
    if "unsafe-inline" in policy or "unsafe-eval" in policy:
        missing.append("content-security-policy (without unsafe-inline and unsafe-eval)")
    if not look.local and _hsts(found.get("strict-transport-security", "")) < HSTS_SECONDS:
        missing.append("strict-transport-security (a year)")
    if not missing:
        yield ok("headers", "headers", "the page comes with those it should have")
        return
    yield fault(
        "headers",
        "headers",
        f"the page comes without {', '.join(missing)}",
        "chatd sends them: something in front takes them away, or puts others in their place.",
        f"take proxy_hide_header and add_header out (nginx; all of it: {EXAMPLES}/nginx.conf)",
    )


def _hsts(text: str) -> int:
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and value.strip('"').isdigit():
            return int(value.strip('"'))
    return 0
