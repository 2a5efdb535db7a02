"""twisted.web and Autobahn over the transport, as over Twisted's own TLS."""

from __future__ import annotations

import hashlib
import os

import pytest
from autobahn.twisted.resource import WebSocketResource
from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from loopback_tls import client_context, connect, in_thread
from twisted.web.resource import Resource
from twisted.web.server import Site
from twisted.web.static import Data, File

from chatd.edge.door import authenticated
from chatd.edge.transport_stock import edge_transport
from tests.one_thread import OneThread

BIG = os.urandom(3_000_000)


class Echo(WebSocketServerProtocol):
    def onOpen(self):
        authenticated(self.transport)

    def onMessage(self, payload, isBinary):
        transport = edge_transport(self.transport)
        self.factory.seen.append((transport.tls_version, transport.getPeer().host))
        self.sendMessage(payload, isBinary)


def site(folder):
    (folder / "big").write_bytes(BIG)
    sockets = WebSocketServerFactory("wss://localhost")
    sockets.protocol = Echo
    sockets.seen = []
    root = Resource()
    root.putChild(b"", Data(b"hello\n", "text/plain"))
    root.putChild(b"big", File(str(folder / "big")))
    root.putChild(b"ws", WebSocketResource(sockets))
    built = Site(root)
    built.noisy = False
    return built, sockets


def get(sock, path, close=False):
    """One request on an open connection: status line and body."""
    end = "Connection: close\r\n" if close else ""
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{end}\r\n".encode())
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += sock.recv(65_536)
    head, _, body = bytes(data).partition(b"\r\n\r\n")
    lengths = [x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")]
    while len(body) < int(lengths[0].split(b":")[1]):
        body += sock.recv(65_536)
    return head.split(b"\r\n")[0], body


@pytest.mark.parametrize("stock", [False, True])
async def test_requests_follow_one_another_on_one_connection(loopback, tmp_path, stock):
    port = loopback.listen(site(tmp_path)[0], stock_tls=stock)

    def client():
        with connect(port) as sock:
            first = [get(sock, "/"), get(sock, "/big"), get(sock, "/nowhere"), get(sock, "/")]
            last = get(sock, "/big", close=True)
            return first, last, sock.recv(1)  # a cut would raise

    first, last, end = await in_thread(client)
    assert [status for status, _ in first] == [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 404 Not Found",
        b"HTTP/1.1 200 OK",
    ]
    assert first[0][1] == first[3][1] == b"hello\n"
    assert hashlib.sha256(first[1][1]).digest() == hashlib.sha256(BIG).digest()
    assert last == (b"HTTP/1.1 200 OK", BIG)
    assert end == b""
    assert port.door.counters.accepted == 1


@pytest.mark.parametrize("stock", [False, True])
async def test_a_websocket_echoes_and_closes_in_order(loopback, tmp_path, stock):
    built, sockets = site(tmp_path)
    port = loopback.listen(built, stock_tls=stock)
    large = os.urandom(750_000).hex()

    def client():
        url = f"wss://localhost:{port.getHost().port}/ws"
        with OneThread(url, client_context(), subprotocols=()) as ws:
            for message in ("one", "two", large):
                ws.send(message)
            answers = [ws.recv(20) for _ in range(3)]
            strangers = port.door.budget.unauthenticated
            return answers, strangers, ws.leave()

    answers, strangers, code = await in_thread(client)
    assert answers == ["one", "two", large]
    assert strangers == 0
    assert code == 1000
    assert sockets.seen[0] == ("TLSv1.3", "127.0.0.1")
