"""A door on loopback with a throw-away certificate, and blocking clients for the other end."""

from __future__ import annotations

import contextlib
import functools
import select
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.edge.door import EdgePort, listen
from chatd.edge.door_shared import DoorLimits
from chatd.edge.tls import Certificates

SECONDS = 20.0
RECORD_BYTES = 16_384


def write_pair(
    folder: Path,
    name: str = "server",
    begins: timedelta = timedelta(days=-1),
    ends: timedelta = timedelta(days=30),
) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    chain_path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    chain_path.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_path.touch(mode=0o600)
    key_path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    return chain_path, key_path


class Peer(Protocol):
    """The server's side of one connection, with what happened to it."""

    echo = False

    def __init__(self) -> None:
        self.received = bytearray()
        self.reason: Any = None
        self.lost: Deferred[Any] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        self.received += data
        if self.echo:
            self.transport.write(data)

    def connectionLost(self, reason: Any = None) -> None:
        self.reason = reason
        self.lost.callback(reason.type.__name__)


class Peers(Factory):
    """Builds Peers and keeps them; `arrival()` waits for the next one."""

    noisy = False

    def __init__(self, echo: bool = False, protocol: type[Peer] = Peer) -> None:
        self.echo = echo
        self.made: list[Peer] = []
        self._protocol = protocol
        self._waiting: list[Deferred[Peer]] = []

    def buildProtocol(self, addr: Any) -> Peer:
        peer = self._protocol()
        peer.echo = self.echo
        peer.factory = self
        peer.address = addr
        self.made.append(peer)
        reactor.callLater(0, self._tell, peer)
        return peer

    def _tell(self, peer: Peer) -> None:
        if self._waiting:
            self._waiting.pop(0).callback(peer)
        else:
            self._early.append(peer)

    @functools.cached_property
    def _early(self) -> list[Peer]:
        return []

    def arrival(self) -> Deferred[Peer]:
        ready: Deferred[Peer] = Deferred()
        if self._early:
            ready.callback(self._early.pop(0))
        else:
            self._waiting.append(ready)
        return ready.addTimeout(SECONDS, reactor)


class Loopback:
    """One listening door; `stop` also waits until every connection is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificates = Certificates(*write_pair(folder))
        self.ports: list[EdgePort] = []

    def listen(self, factory: Any, limits: DoorLimits | None = None, **more: Any) -> EdgePort:
        port = listen(reactor, "127.0.0.1", 0, self.certificates, factory, limits, **more)
        self.ports.append(port)
        return port

    async def stop(self) -> None:
        for port in self.ports:
            await port.stopListening()
        for port in self.ports:
            await until(lambda port=port: port.door.budget.connections == 0)


def client_context(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def connect(port: EdgePort, version: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
    """A blocking client that reports a cut stream as an error."""
    raw = plain(port)
    return client_context(version).wrap_socket(raw, suppress_ragged_eofs=False)


def plain(port: EdgePort) -> socket.socket:
    raw = socket.create_connection(("127.0.0.1", port.getHost().port), timeout=SECONDS)
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return raw


def read_exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = sock.recv(65_536)
        if not piece:
            break
        data += piece
    return bytes(data)


def send_and_read(sock: ssl.SSLSocket, data: bytes) -> bytes:
    """Send all of `data` while reading as much back. In one thread: two of them in one OpenSSL
    connection would corrupt it."""
    sock.setblocking(False)
    out, back = memoryview(data), bytearray()
    end = time.monotonic() + SECONDS
    while len(back) < len(data):
        assert time.monotonic() < end, f"{len(back)} of {len(data)} bytes came back"
        with contextlib.suppress(ssl.SSLWantWriteError, ssl.SSLWantReadError):
            if out:
                out = out[sock.send(out[:RECORD_BYTES]) :]
        try:
            back += sock.recv(65_536)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            select.select([sock], [sock] if out else [], [], 1)
    return bytes(back)


def in_thread(function: Any, *arguments: Any, **named: Any) -> Deferred[Any]:
    return deferToThread(function, *arguments, **named).addTimeout(SECONDS * 2, reactor)


def openssl(port: EdgePort, *options: str, stdin: bytes = b"", seconds: float = SECONDS) -> str:
    """What `openssl s_client` prints; it ends when its standard input does."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port.getHost().port}", *options],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=seconds,
        check=False,
    )
    return done.stdout.decode(errors="replace")


async def until(condition: Any, seconds: float = SECONDS) -> None:
    """Let the reactor run until `condition()` holds."""
    end = reactor.seconds() + seconds
    while not condition():
        assert reactor.seconds() < end, "the condition did not come true in time"
        await deferLater(reactor, 0.002)


class SClient:
    """`openssl s_client` in a thread of the test's: told the next thing once the last has had its
    effect. ``said`` is all that it has printed."""

    def __init__(self, port: EdgePort, *options: str) -> None:
        self.said = ""
        self._process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port.getHost().port}", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )

    def __enter__(self) -> SClient:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.communicate()

    def until(self, text: str, times: int = 1) -> None:
        assert self._process.stdout is not None
        while self.said.count(text) < times:
            ready, _, _ = select.select([self._process.stdout], [], [], SECONDS)
            more = self._process.stdout.read(65_536) if ready else b""
            assert more, f"no {text!r} in:\n{self.said}"
            self.said += more.decode()

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")

    def end(self) -> str:
        """All that it printed, once it has ended by itself."""
        rest, _ = self._process.communicate(b"Q\n", timeout=SECONDS)
        self.said += rest.decode()
        return self.said
