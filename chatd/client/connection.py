"""One WebSocket connection of a client: TLS with the host name verified, then Autobahn.

`service_identity` checks the name through Twisted's `optionsForClientTLS`; Autobahn's own
`connectWS` would not verify anything.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from chatd.client.errors import Disconnected, NotWelcome

SUBPROTOCOL = "chatd.v1"
#: The largest frame a client takes: a resume or a page of long messages.
LARGEST = 16 * 2**20

Frame = dict[str, Any]


class Receiver(Protocol):
    def frame(self, frame: Frame) -> None: ...

    def lost(self, code: int | None, reason: str) -> None:
        """The connection is gone; ``code`` is the close code, None where there was none."""


class _Protocol(WebSocketClientProtocol):
    receiver: Receiver
    opened: "Deferred[Connection] | None"

    def onOpen(self) -> None:
        opened, self.opened = self.opened, None
        assert opened is not None
        opened.callback(Connection(self))

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if not isBinary:
            self.receiver.frame(json.loads(payload))

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        text = reason or ""
        if self.opened is not None:
            opened, self.opened = self.opened, None
            opened.errback(_handshake_failure(text))
        else:
            self.receiver.lost(None if code == 1006 else code, text)


def _handshake_failure(reason: str) -> Failure:
    # Autobahn tells an HTTP refusal only in words: "WebSocket connection upgrade failed (401 …".
    for status in (400, 401, 403, 426):
        if f"({status}" in reason:
            return Failure(NotWelcome(status, reason))
    return Failure(Disconnected(reason or "the handshake did not finish"))


class Connection:
    """An open connection: frames go out by `send`; those that come in go to the receiver."""

    def __init__(self, protocol: _Protocol) -> None:
        self._protocol = protocol

    def send(self, frame: Frame) -> None:
        self.send_bytes(json.dumps(frame, separators=(",", ":")).encode())

    def send_bytes(self, payload: bytes) -> None:
        self._protocol.sendMessage(payload)

    def close(self) -> None:
        self._protocol.sendClose(1000)

    def abort(self) -> None:
        """Cuts the TCP connection, as a network would."""
        self._protocol.transport.abortConnection()

    @property
    def transport(self) -> Any:
        return self._protocol.transport


def trust_root(ca_file: str | Path | None) -> Any:
    """The certificates to trust: those in a PEM file, or None for the system's own."""
    if ca_file is None:
        return None
    pem = Path(ca_file).read_text()
    marker = "-----BEGIN CERTIFICATE-----"
    found = [marker + part for part in pem.split(marker)[1:]]
    return ssl.trustRootFromCertificates([ssl.Certificate.loadPEM(part) for part in found])


def connect(
    reactor: IReactorTime,
    url: str,
    headers: Mapping[str, str],
    receiver: Receiver,
    *,
    trust: Any = None,
    subprotocols: tuple[str, ...] = (SUBPROTOCOL,),
    origin: str | None = None,
    timeout: float = 10.0,
    address: tuple[str, int] | None = None,
) -> "Deferred[Connection]":
    """Connects to ``wss://host[:port]/ws``. ``address`` is where to connect instead of to the
    URL's host, whose name is still the one verified. Fails with `NotWelcome` (refused for good),
    `Disconnected` or a connection error."""
    parts = urlsplit(url)
    assert parts.scheme == "wss" and parts.hostname, "chatd speaks wss only"
    port = parts.port or 443
    factory = WebSocketClientFactory(
        url, origin=origin, protocols=list(subprotocols), headers=dict(headers), useragent="chatd"
    )
    factory.setProtocolOptions(
        maxFramePayloadSize=LARGEST,
        maxMessagePayloadSize=LARGEST,
        failByDrop=False,
        openHandshakeTimeout=timeout,
        closeHandshakeTimeout=3,
        tcpNoDelay=True,
        autoPingInterval=0,
    )
    result: Deferred[Connection] = Deferred()

    def build() -> _Protocol:
        protocol = _Protocol()
        protocol.factory = factory
        protocol.receiver = receiver
        protocol.opened = result
        return protocol

    factory.protocol = build
    tls = (
        ssl.optionsForClientTLS(parts.hostname, trustRoot=trust)
        if trust is not None
        else ssl.optionsForClientTLS(parts.hostname)
    )
    host, to_port = address or (parts.hostname, port)
    endpoint = wrapClientTLS(tls, HostnameEndpoint(reactor, host, to_port, timeout=timeout))

    def failed(failure: Failure) -> None:
        if not result.called:
            result.errback(failure)

    endpoint.connect(factory).addErrback(failed)
    return result


