"""A proxy with faults to choose from, and certificates with theirs: what stands before a chatd."""

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from chatd.admin.certificates import certificate_bytes, key_bytes

HOST = "chat.example.test"
NOW = datetime.now(UTC)
YEAR = timedelta(days=365)

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def certificate(
    name: str,
    signer: Pair | None,
    *,
    authority: bool = False,
    begins: datetime = NOW - timedelta(days=30),
    ends: datetime = NOW + timedelta(days=90),
    issuer_at: str = "",
) -> Pair:
    """``issuer_at``: where the issuer's certificate can be fetched."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by = signer[1] if signer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False)
    else:
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )  # fmt: skip
    if issuer_at:
        where = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(issuer_at)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    return builder.sign(by, hashes.SHA256()), key


def weak_certificate() -> x509.Certificate:
    """With a key that is too short."""
    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return builder.not_valid_before(NOW).not_valid_after(NOW + YEAR).sign(key, hashes.SHA256())


class Papers:
    """A root, an intermediate authority, and files of a server in ``folder``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        long = NOW + 10 * YEAR
        self.root = certificate("Root", None, authority=True, ends=long)
        self.between = certificate("Between", self.root, authority=True, ends=long)
        self.ca = folder / "root.pem"
        self.ca.write_bytes(certificate_bytes(self.root[0]))
        self.chain = folder / "fullchain.pem"
        self.key = folder / "privkey.pem"

    def write(self, leaf: Pair, *more: Pair) -> None:
        self.chain.write_bytes(b"".join(certificate_bytes(one[0]) for one in (leaf, *more)))
        self.key.touch(0o600)
        self.key.write_bytes(key_bytes(leaf[1]))

    def good(self, name: str = HOST) -> None:
        self.write(certificate(name, self.between), self.between)


@dataclass
class Ways:
    """How a proxy treats what passes. ``forwarded``: "set", "append", "pass" or "drop"; ``takes``:
    the paths that it takes away, each with the port that it asks then; ``whole``: any pass."""

    upgrade: bool = True
    timeout: float = 60.0
    forwarded: str = "set"
    takes: dict[str, int] = field(default_factory=dict)
    whole: bool = True
    replaced: dict[str, str] = field(default_factory=dict)


class Proxy:
    """Ends TLS on loopback and passes requests to a plain port. Its `ways` may change while it
    runs."""

    def __init__(self, papers: Papers, port: int) -> None:
        self.ways = Ways()
        #: the targets of all requests that were the first on their connection
        self.asked: list[str] = []
        #: told of the TLS context before it is used
        self.secure: Callable[[ssl.SSLContext], object] = lambda context: None
        self._papers = papers
        self._behind = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = [self._listening]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _serve(self) -> None:
        while True:
            try:
                raw, peer = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(raw, peer[0]), daemon=True).start()

    def _pass(self, raw: socket.socket, peer: str) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._papers.chain, self._papers.key)
        self.secure(context)
        with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as near:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (part := near.recv(65_536)):
                    return
                head += part
            if not self.ways.whole:
                return
            head, _, behind = head.partition(b"\r\n\r\n")
            head, port = self._taken(head)
            with socket.create_connection(("127.0.0.1", port)) as far:
                self._open += [near, far]
                far.sendall(self._rewritten(head, peer) + behind)
                self._pump(near, far)

    def _taken(self, head: bytes) -> tuple[bytes, int]:
        """A request without the path, and the port for it."""
        method, target, rest = head.split(b" ", 2)
        self.asked.append(target.decode("latin-1"))
        for path, port in self.ways.takes.items():
            if target.startswith(f"{path}/".encode()):
                # The next one on this connection would pass as it is.
                rest = rest.replace(b"\r\nConnection: keep-alive\r\n", b"\r\nConnection: close\r\n")
                return b" ".join((method, target[len(path) :], rest)), port
        return head, self._behind

    def _rewritten(self, head: bytes, peer: str) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        said = [value for name, value in headers if name.lower() == "x-forwarded-for"]
        ways = self.ways
        kept = [
            (name, ways.replaced.get(name.lower(), value))
            for name, value in headers
            if not (name.lower() == "x-forwarded-for" and ways.forwarded != "pass")
            and not (name.lower() in ("upgrade", "connection") and not ways.upgrade)
        ]
        if ways.forwarded in ("set", "append"):
            before = said if ways.forwarded == "append" else []
            kept.append(("X-Forwarded-For", ", ".join([*before, peer])))
        text = "".join(f"{name}: {value}\r\n" for name, value in kept)
        return f"{first}\r\n{text}\r\n".encode("latin-1")

    def _pump(self, near: ssl.SSLSocket, far: socket.socket) -> None:
        """Until one side ends, or the far one says nothing for too long. In one thread: Python 3.11
        does not stand two in one TLS connection."""
        said = time.monotonic()
        while (left := said + self.ways.timeout - time.monotonic()) > 0:
            waits = [near, far] if near.pending() else select.select([near, far], [], [], left)[0]
            if near in waits:
                if not (part := near.recv(65_536)):
                    return
                far.sendall(part)
            elif far in waits:
                if not (part := far.recv(65_536)):
                    return
                near.sendall(part)
                said = time.monotonic()


@contextlib.contextmanager
def proxy(papers: Papers, port: int) -> Iterator[Proxy]:
    made = Proxy(papers, port)
    try:
        yield made
    finally:
        made.close()


def names(findings: Sequence[dict[str, str]], *grades: str) -> list[str]:
    return [one["name"] for one in findings if one["grade"] in (grades or ("warning", "fault"))]
