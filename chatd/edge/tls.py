"""The TLS server context, and the one place that holds it and can replace it while serving."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from OpenSSL import SSL
from OpenSSL.SSL import _lib  # type: ignore[attr-defined]
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

from chatd.acme.challenge import PROTOCOL, Challenges
from chatd.edge import tls_files
from chatd.edge.tls_files import TlsFilesError

__all__ = ["Certificates", "ConnectionCreator", "TlsFilesError"]

# Mozilla's "intermediate" recommendation, version 5.7: forward secrecy and AEAD only.
TLS12_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    b"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    b"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
TLS13_CIPHERS = b"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
CURVES = b"X25519:P-256:P-384"
HYBRID = b"X25519MLKEM768:"  # refused by an OpenSSL without ML-KEM; then we do without
# Clients that name ChaCha20 first lack AES hardware: it comes first here too (openssl/ssl.h).
PRIORITIZE_CHACHA = 0x200000
HTTP = b"http/1.1"
SESSION_SECONDS = 7_200


Select = Callable[[SSL.Connection, list[bytes]], bytes]


def _context(
    chain: Path,
    key: Path,
    certificates: list[x509.Certificate],
    private: PrivateKeyTypes,
    select: Select,
) -> SSL.Context:
    """A context for what those files hold. Raises TlsFilesError."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    try:
        context.use_certificate(certificates[0])
        for certificate in certificates[1:]:
            context.add_extra_chain_cert(certificate)
        context.use_privatekey(private)  # type: ignore[arg-type]
        context.check_privatekey()
    except (SSL.Error, TypeError) as error:
        raise TlsFilesError(
            f"OpenSSL refuses the certificate {chain} with the key {key} ({error}); use an ECDSA "
            "P-256 or an RSA key of at least 2048 bits."
        ) from error
    _restrict(context)
    context.set_mode(
        SSL.MODE_RELEASE_BUFFERS
        | _lib.SSL_MODE_ENABLE_PARTIAL_WRITE
        | _lib.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    )
    # OpenSSL refuses to resume without one as soon as clients are asked for certificates.
    context.set_session_id(b"chatd")
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # tickets only: nothing kept per session
    context.set_timeout(SESSION_SECONDS)
    set_tickets = getattr(_lib, "SSL_CTX_set_num_tickets", None)
    if set_tickets is not None:  # pyOpenSSL 26.4 does not reach it: OpenSSL then sends two
        set_tickets(context._context, 1)
    context.set_alpn_select_callback(select)
    return context


def _restrict(context: SSL.Context) -> None:
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_max_proto_version(SSL.TLS1_3_VERSION)
    context.set_options(
        SSL.OP_NO_SSLv2
        | SSL.OP_NO_SSLv3
        | SSL.OP_NO_COMPRESSION
        | _lib.SSL_OP_NO_RENEGOTIATION
        | SSL.OP_SINGLE_ECDH_USE
        | SSL.OP_CIPHER_SERVER_PREFERENCE
        | PRIORITIZE_CHACHA
    )
    context.set_cipher_list(TLS12_CIPHERS)
    context.set_tls13_ciphersuites(TLS13_CIPHERS)
    set_curves = _lib.SSL_CTX_set1_curves_list
    if set_curves(context._context, HYBRID + CURVES) != 1:
        _lib.ERR_clear_error()
        if set_curves(context._context, CURVES) != 1:
            raise RuntimeError("this OpenSSL does not know the curves X25519, P-256 and P-384")


def _select_protocol(
    challenges: Challenges, connection: SSL.Connection, offered: list[bytes]
) -> bytes:
    """ALPN (RFC 7301): http/1.1, or what an authority asks for to check that a name is ours;
    otherwise the handshake ends with no_application_protocol."""
    if HTTP in offered:
        return HTTP
    if PROTOCOL in offered and challenges.answer(connection):
        return PROTOCOL
    raise SSL.Error([("SSL", "alpn", "no application protocol in common")])


class Certificates:
    """The current context. A reload also changes the keys that session tickets are sealed with,
    so reloading once a day bounds what a stolen ticket key can open."""

    def __init__(
        self,
        chain: str | Path,
        key: str | Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.chain = Path(chain)
        self.key = Path(key)
        self._now = now
        #: those of an authority that are to be answered now
        self.challenges = Challenges()
        self._select = partial(_select_protocol, self.challenges)
        self.reload()

    def reload(self) -> None:
        """Serve what the files hold now. On TlsFilesError the old context stays."""
        # Before they are read, so that a change meanwhile is seen as one.
        self._read = self._files()
        certificates, private = tls_files.load(self.chain, self.key, self._now())
        self.context = _context(self.chain, self.key, certificates, private, self._select)
        #: when the server's own certificate begins and ends
        self.since = certificates[0].not_valid_before_utc
        self.until = certificates[0].not_valid_after_utc

    def is_stale(self) -> bool:
        """Whether the files differ from those read last, successfully or not."""
        return self._read != self._files()

    def _files(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_identity(path) for path in (self.chain, self.key))

    def connection(self, sock: socket.socket) -> SSL.Connection:
        """A server-side connection that reads and writes `sock` itself."""
        connection = SSL.Connection(self.context, sock)
        # pyOpenSSL turns SSL_MODE_AUTO_RETRY on: one SSL_read then works through any number of
        # messages that carry no data, and a flood of key updates would hold the reactor. Without
        # it each such message ends the call; the kernel still has the rest and epoll says so.
        _lib.SSL_clear_mode(connection._ssl, _lib.SSL_MODE_AUTO_RETRY)
        connection.set_accept_state()
        return connection


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Differs if the content may differ; None if there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


@implementer(IOpenSSLServerConnectionCreator)
class ConnectionCreator:
    """The same context for Twisted's own TLS (`endpoints.wrapServerTLS`)."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates

    def serverConnectionForTLS(self, tlsProtocol: object) -> SSL.Connection:
        return SSL.Connection(self._certificates.context, None)
