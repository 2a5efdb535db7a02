"""An echo on chatd's own socket, TLS transport and door, for the Autobahn Testsuite.

The product has no echo. This is the socket of `chatd.edge.websocket` with the same options, and
three things changed because the suite asks for them: binary messages are taken, messages may have
16 MiB, and fragments and pings are not counted as a flood.

Run: python -m tests.conformance.echo PORT CERTIFICATE KEY
"""

import sys
from typing import Any

from autobahn.twisted.websocket import WebSocketServerProtocol
from twisted.internet import reactor
from twisted.internet.protocol import Factory

from chatd.core.bucket import Rate
from chatd.core.principal import Principal
from chatd.edge.connections import Connections
from chatd.edge.door import listen
from chatd.edge.journal import Journal
from chatd.edge.settings import EdgeSettings
from chatd.edge.sockets import SocketFactory
from chatd.edge.tls import Certificates

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
        self._socket.sendMessage(payload, self._socket.is_binary)

    def opened(self) -> None: ...
    def pong(self) -> None: ...
    def control(self) -> None: ...
    def drained(self) -> None: ...
    def lost(self) -> None: ...
    def tick(self, now: float) -> None: ...
    def drain(self, retry_after: float) -> None: ...
    def revoked(self, reason: str) -> None: ...


class TakesBinary:
    """Over the socket's class: everything else stays as it is there."""

    is_binary = False

    def onConnect(self, request: Any) -> None:
        return None

    def _onMessageBegin(self: Any, isBinary: bool) -> None:
        self.is_binary = isBinary
        self._fragments = 0
        WebSocketServerProtocol._onMessageBegin(self, isBinary)


class EchoFactory(Factory):
    """Hands Autobahn's own handshake to a socket, without the site in front of it."""

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
        return self.sockets.socket(SOMEBODY, addr.host)


def main() -> None:
    port, certificate, key = sys.argv[1:]
    listen(reactor, "127.0.0.1", int(port), Certificates(certificate, key), EchoFactory())
    reactor.run()


if __name__ == "__main__":
    main()
