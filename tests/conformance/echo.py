"""An echo on chatd's own socket, handshake, TLS transport and door, for the Autobahn Testsuite.

The product has no echo. This is the socket of `chatd.edge.websocket` with the same options, opened
the way it is opened for everybody, and three things changed because the suite asks for them: binary
messages are taken, messages may have 16 MiB, and fragments and pings are not counted as a flood.
What came deflated goes back deflated, by the code that deflates events.

Run: python -m tests.conformance.echo PORT CERTIFICATE KEY
"""

import sys
from typing import Any

from autobahn.twisted.websocket import WebSocketServerProtocol
from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol

from chatd.core.bucket import Rate
from chatd.core.codes import Close
from chatd.core.principal import Principal
from chatd.edge.answers import Ask
from chatd.edge.connections import Connections
from chatd.edge.door import listen
from chatd.edge.first_read import hand_over
from chatd.edge.handshake import check_handshake
from chatd.edge.journal import Journal
from chatd.edge.plain_upgrade import SOCKET_PATH, plain_upgrade
from chatd.edge.settings import EdgeSettings
from chatd.edge.sockets import SocketFactory
from chatd.edge.tls import Certificates
from chatd.wire import framing
from chatd.wire.deflate import inflate

SETTINGS = EdgeSettings(
    public_url="https://localhost",
    frame_bytes=16 * 2**20,
    fragments=2**24,
    control_frames=Rate(1e6, 1e6),
)
SOMEBODY = Principal("u1", "echo", False, "bearer", "s1")


class EchoSession:
    """Says what it hears."""

    def __init__(self, principal: Principal, socket: Any, address: str) -> None:
        self._socket = socket

    def frame(self, payload: bytes) -> None:
        if self._socket.is_binary:
            self._socket.sendMessage(payload, True, doNotCompress=True)
        elif self._socket.inflates:
            self._socket.write(framing.deflated(framing.text(payload)))
        else:
            self._socket.write(framing.text(payload))

    def opened(self) -> None: ...
    def pong(self) -> None: ...
    def control(self) -> None: ...
    def drained(self) -> None: ...
    def lost(self) -> None: ...
    def tick(self, now: float) -> None: ...
    def drain(self, retry_after: float) -> None: ...
    def revoked(self, reason: str, code: int = 4501) -> None: ...


class TakesBinary:
    """Over the socket's class: everything else stays as it is there."""

    is_binary = False

    def _onMessageBegin(self: Any, isBinary: bool) -> None:
        self.is_binary = isBinary
        self._fragments = 0
        WebSocketServerProtocol._onMessageBegin(self, isBinary)
        if self._isMessageCompressed:
            self.utf8validateIncomingCurrentMessage = False

    def _onMessageEnd(self: Any) -> None:
        super()._onMessageEnd()  # type: ignore[misc]
        self.is_binary = False  # a message of text alone may come without a beginning

    def _take_deflated(self: Any, data: bytes) -> None:
        if not self.is_binary:
            super()._take_deflated(data)  # type: ignore[misc]
            return
        try:
            self._take(inflate(data, self.maxMessagePayloadSize))
        except ValueError as why:
            self._fail_connection(Close.INVALID_PAYLOAD, str(why))


class Opening(Protocol):
    """Reads the request and opens the socket, without the site and its sign-in in front of it."""

    def __init__(self, sockets: SocketFactory, address: str) -> None:
        self._sockets = sockets
        self._address = address
        self._data = b""

    def dataReceived(self, data: bytes) -> None:
        self._data += data
        headers = plain_upgrade(self._data, SETTINGS.header_bytes, SETTINGS.headers)
        if headers is None:
            return
        ask = Ask("GET", SOCKET_PATH, self._address, headers)
        socket = self._sockets.socket(SOMEBODY, self._address)
        hand_over(self.transport, socket)
        socket.open(check_handshake(ask, b"HTTP/1.1"))


class EchoFactory(Factory):
    def __init__(self) -> None:
        self.sockets = SocketFactory(
            reactor,
            SETTINGS,
            EchoSession,
            Connections(10**6),
            Journal(SETTINGS.log_lines, reactor.seconds),
        )
        self.sockets._socket = type("EchoSocket", (TakesBinary, self.sockets._socket), {})

    def buildProtocol(self, addr: Any) -> Any:
        return Opening(self.sockets, addr.host)


def main() -> None:
    port, certificate, key = sys.argv[1:]
    listen(reactor, "127.0.0.1", int(port), Certificates(certificate, key), EchoFactory())
    reactor.run()


if __name__ == "__main__":
    main()
