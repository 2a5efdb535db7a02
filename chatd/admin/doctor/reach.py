"""Reaching a server as a browser would: an address, TLS, HTTP, the opening of a WebSocket.

Blocking sockets with a time limit each: this runs in chatctl, never in the daemon.
"""

import base64
import json
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from OpenSSL import SSL

SECONDS = 5.0
#: How much of an answer's head and body is read at most.
LARGEST = 262_144


class Unreachable(Exception):
    """Why nothing came back, in a few words."""


@dataclass(frozen=True, slots=True)
class Target:
    """``address`` is where to connect, ``host`` and ``port`` what a browser would ask for there.
    ``ca``: a PEM file of authorities to trust besides the system's."""

    host: str
    port: int
    address: str
    ca: Path | None = None

    @property
    def authority(self) -> str:
        """As in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.authority}"


@dataclass(frozen=True, slots=True)
class Answer:
    """``local``: the address that we came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    local: str = ""

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, IPv4 first; Unreachable if there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(error.strerror or str(error)) from None
    addresses = {str(entry[4][0]) for entry in found}
    return sorted(addresses, key=lambda address: (":" in address, address))


def connect(target: Target) -> socket.socket:
    """A TCP connection; Unreachable."""
    try:
        return socket.create_connection((target.address, target.port), SECONDS)
    except OSError as error:
        raise Unreachable(error.strerror or "no answer") from None


def presented(target: Target) -> list[x509.Certificate]:
    """The certificates that the server shows, its own first, whatever they are worth."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    with connect(target) as sock:
        sock.setblocking(True)
        sock.settimeout(None)
        # pyOpenSSL works on the descriptor: the limit has to be the kernel's.
        wait = int(SECONDS).to_bytes(8, "little") + bytes(8)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
        connection = SSL.Connection(context, sock)
        if not _is_address(target.host):
            connection.set_tlsext_host_name(target.host.encode("idna"))
        connection.set_connect_state()
        try:
            connection.do_handshake()
        except (SSL.Error, OSError) as error:
            raise Unreachable(f"no TLS: {_words(error)}") from None
        chain = connection.get_peer_cert_chain(as_cryptography=True)
        return list(chain or ())


def trusting(ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    return context


def secured(target: Target, *, verify: bool = True) -> ssl.SSLSocket:
    """A TLS connection. Unreachable; ssl.SSLCertVerificationError if it cannot be trusted."""
    context = trusting(target.ca)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    sock = connect(target)
    try:
        return context.wrap_socket(sock, server_hostname=target.host)
    except ssl.SSLCertVerificationError:
        sock.close()
        raise
    except OSError as error:
        sock.close()
        raise Unreachable(f"no TLS: {_words(error)}") from None


def get(target: Target, path: str, headers: Mapping[str, str]) -> Answer:
    """One request on a connection of its own, the certificate unverified. Unreachable."""
    lines = {"Host": target.authority, "Connection": "close", **headers}
    with secured(target, verify=False) as sock:
        return _asked(sock, path, lines)


def open_socket(target: Target, path: str, secret: str) -> tuple[Answer, ssl.SSLSocket]:
    """Asks for a WebSocket with a visitor's secret, as the page would; on 101 the connection stays
    open after the answer."""
    lines = {
        "Host": target.authority,
        "Origin": target.origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": f"chatd.v1, {secret}",
    }
    sock = secured(target, verify=False)
    try:
        return _asked(sock, path, lines), sock
    except Unreachable:
        sock.close()
        raise


def _asked(sock: ssl.SSLSocket, path: str, headers: Mapping[str, str]) -> Answer:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    got = b""
    try:
        sock.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        while b"\r\n\r\n" not in got and len(got) < LARGEST:
            if not (part := sock.recv(65_536)):
                raise Unreachable("the connection ends before an answer")
            got += part
        top, _, body = got.partition(b"\r\n\r\n")
        first, *rest = top.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        found = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in rest)
        }
        length = min(int(found.get("content-length", "0")), LARGEST) if status != 101 else 0
        while len(body) < length:
            if not (part := sock.recv(65_536)):
                break
            body += part
    except (OSError, ValueError, IndexError) as error:
        raise Unreachable(_words(error)) from None
    return Answer(status, found, body, str(sock.getsockname()[0]))


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _words(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error) or type(error).__name__
