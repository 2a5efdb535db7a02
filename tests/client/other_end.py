"""A scripted server on loopback TLS: to the first request it says what it was given to say."""

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol

from chatd.admin.local_ca import Issued, ensure

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3


class OtherEnd(Factory):
    """``answer(request)`` gives the bytes to say to a request; nothing: silence."""

    noisy = False

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.requests: list[str] = []
        #: the transport of each connection
        self.peers: list[Any] = []
        #: what came after the request, and when the first of it did
        self.heard = b""
        self.spoken_to: Deferred[None] = Deferred()
        self.gone: Deferred[None] = Deferred()

    def buildProtocol(self, addr: Any) -> "Script":
        script = Script()
        script.factory = self
        return script


class Script(Protocol):
    factory: OtherEnd
    _heard = b""

    def connectionMade(self) -> None:
        self.factory.peers.append(self.transport)

    def dataReceived(self, data: bytes) -> None:
        if self.factory.requests:
            self.factory.heard += data
            if not self.factory.spoken_to.called:
                self.factory.spoken_to.callback(None)
            return
        self._heard += data
        if b"\r\n\r\n" in self._heard:
            request = self._heard.decode("latin-1")
            self.factory.requests.append(request)
            self.transport.write(self.factory.answer(request))  # type: ignore[union-attr]

    def connectionLost(self, reason: Any = None) -> None:
        if not self.factory.gone.called:
            self.factory.gone.callback(None)


def listen(reactor: Any, end: OtherEnd, issued: Issued) -> Any:
    """The listening port."""
    context = ssl.DefaultOpenSSLContextFactory(
        str(issued.key), str(issued.certificate), sslmethod=ssl.SSL.TLS_METHOD
    )
    return reactor.listenSSL(0, end, context, interface="127.0.0.1")


def authority(folder: Path, *names: str) -> Issued:
    """A certificate for these names and loopback, and who vouches for it."""
    return ensure(folder, names, datetime.now(UTC))


def accepted(request: str, *frames: str, subprotocol: str = "chatd.v1") -> bytes:
    """The handshake's answer, and text frames behind it."""
    key = next(
        line.split(":", 1)[1].strip()
        for line in request.splitlines()
        if line.lower().startswith("sec-websocket-key:")
    )
    proof = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Accept: {proof}"]
    lines += [f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else []
    said = b"".join(bytes([0x81, len(frame)]) + frame.encode() for frame in frames)
    return "\r\n".join([*lines, "", ""]).encode() + said


def refused(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", ""]).encode()
