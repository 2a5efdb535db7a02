"""A plain Autobahn broadcast server: everything anybody says goes to everybody.

As Autobahn's documentation has it, with a prepared message: framed once, sent to all. No accounts,
no rooms, no storage. Run: python -m bench.peers.autobahn_server PORT CERTIFICATE KEY
"""

import sys

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet import reactor, ssl
from twisted.python.filepath import FilePath


class BroadcastProtocol(WebSocketServerProtocol):
    factory: "BroadcastFactory"

    def onOpen(self) -> None:
        self.factory.clients.add(self)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        self.factory.broadcast(payload, isBinary)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        self.factory.clients.discard(self)


class BroadcastFactory(WebSocketServerFactory):
    protocol = BroadcastProtocol

    def __init__(self) -> None:
        super().__init__()
        self.clients: set[BroadcastProtocol] = set()

    def broadcast(self, payload: bytes, is_binary: bool) -> None:
        prepared = self.prepareMessage(payload, is_binary)
        for client in self.clients:
            client.sendPreparedMessage(prepared)


def serve(factory: BroadcastFactory, port: int, certificate: str, key: str) -> None:
    """Serves wss on loopback until it is killed."""
    pair = ssl.PrivateCertificate.loadPEM(
        FilePath(certificate).getContent() + b"\n" + FilePath(key).getContent()
    )
    options = ssl.CertificateOptions(
        privateKey=pair.privateKey.original,
        certificate=pair.original,
        raiseMinimumTo=ssl.TLSVersion.TLSv1_3,
    )
    reactor.listenSSL(port, factory, options, backlog=1024, interface="127.0.0.1")
    reactor.run()


if __name__ == "__main__":
    serve(BroadcastFactory(), int(sys.argv[1]), sys.argv[2], sys.argv[3])
