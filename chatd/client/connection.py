"""One WebSocket connection of a client: TLS with the host name verified, then Autobahn.

`service_identity` checks the name through Twisted's `optionsForClientTLS`; Autobahn's own
`connectWS` would verify nothing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from service_identity import CertificateError, VerificationError
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from chatd.client.book import Frame
from chatd.client.errors import REFUSALS, Disconnected, NotWelcome, Untrusted

SUBPROTOCOL = "chatd.v1"
#: The largest frame a client accepts: a resume or a page of long messages.
LARGEST = 16 * 2**20


class Receiver(Protocol):
    def frame(self, frame: Frame) -> None: ...

    def lost(self, code: int | None, reason: str) -> None:
        """The connection is gone; ``code`` is the close code, None if there was none."""


class _Protocol(WebSocketClientProtocol):
    receiver: Receiver
    opening: "Deferred[Connection] | None"
    transport: Any
    serverConnectionDropTimeout: float
    _is_open = False
    _lost_by: BaseException = ConnectionDone()

    def onOpen(self) -> None:
        opening, self.opening = self.opening, None
        if opening is None or opening.called:
            self.dropConnection(abort=True)
        elif self.factory.protocols and self.websocket_protocol_in_use is None:
            opening.errback(NotWelcome(426, f"the server does not speak {self.factory.protocols}"))
            self.dropConnection(abort=True)
        else:
            self._is_open = True
            opening.callback(Connection(self))

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        try:
            frame = None if isBinary else json.loads(payload)
        except ValueError:
            frame = None
        if isinstance(frame, dict) and isinstance(frame.get("type"), str):
            self.receiver.frame(frame)
        else:
            self.log.warn("the server sent what is no frame of chatd; the connection is cut")
            self.dropConnection(abort=True)

    def onCloseFrame(self, code: Any, reasonRaw: Any) -> Any:
        result = super().onCloseFrame(code, reasonRaw)
        # A client waits for the server to hang up (RFC 6455 §7.1.1), and if the server closed
        # first, Autobahn waits for ever.
        if self.state == self.STATE_CLOSING and self.serverConnectionDropTimeoutCall is None:
            self.serverConnectionDropTimeoutCall = self.factory.reactor.callLater(
                self.serverConnectionDropTimeout, self.onServerConnectionDropTimeout
            )
        return result

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        assert reason.value is not None
        self._lost_by = reason.value
        super().connectionLost(reason)

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        opening, self.opening = self.opening, None
        if self._is_open:
            # What the server said counts, however the connection then ended.
            said = self.remoteCloseCode
            text = self.remoteCloseReason if said is not None else reason
            self.receiver.lost(said, text or "")
        elif opening is not None and not opening.called:
            opening.errback(self._not_opened(reason or "the handshake did not finish"))

    def _not_opened(self, reason: str) -> Exception:
        if isinstance(self._lost_by, VerificationError | CertificateError):
            return Untrusted(f"the certificate is not for this host: {self._lost_by}")
        if isinstance(self._lost_by, SSL.Error) and "verify failed" in str(self._lost_by):
            return Untrusted("nobody who is trusted vouches for the server's certificate")
        words = str(getattr(self, "http_status_line", "")).split(" ", 2)
        status = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0
        if status in REFUSALS:
            return NotWelcome(status, words[2] if len(words) > 2 else "")
        wait = str(getattr(self, "http_headers", {}).get("retry-after", ""))
        return Disconnected(reason, float(wait) if wait.isdecimal() else None)


class Connection:
    """An open connection: frames go out by `send`; incoming ones go to the receiver."""

    def __init__(self, protocol: _Protocol) -> None:
        self._protocol = protocol

    def send(self, frame: Frame) -> None:
        self.send_bytes(json.dumps(frame, separators=(",", ":")).encode())

    def send_bytes(self, payload: bytes) -> None:
        """Nothing goes out on a connection that is closing: its loss, which the receiver soon hears
        of, says the same about whatever was sent last."""
        if self._protocol.state == self._protocol.STATE_OPEN:
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
    """The certificates to trust: those in a PEM file, or None for the system's own. ValueError for
    a file without one."""
    if ca_file is None:
        return None
    found = x509.load_pem_x509_certificates(Path(ca_file).read_bytes())
    return ssl.trustRootFromCertificates(
        ssl.Certificate.loadPEM(each.public_bytes(Encoding.PEM)) for each in found
    )


def tls_options(host: str, trust: Any) -> Any:
    """TLS that goes no further without a certificate that is for ``host`` and vouched for."""
    if trust is None:
        return ssl.optionsForClientTLS(host)
    return ssl.optionsForClientTLS(host, trustRoot=trust)


def host_and_port(url: str) -> tuple[str, int]:
    """From ``wss://host[:port]/path``; ValueError for a URL without TLS."""
    parts = urlsplit(url)
    if parts.scheme != "wss" or not parts.hostname:
        raise ValueError(f"chatd speaks TLS only, at addresses such as wss://host/ws; not {url}")
    return parts.hostname, parts.port or 443


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
    """Connects to ``wss://host[:port][/path]/ws``. ``address`` is where to connect instead of the
    URL's host, whose name is still the one verified. Fails with `NotWelcome` (refused for good),
    `Untrusted`, `Disconnected` or a connection error. Cancelling it leaves nothing behind after the
    reactor's next turn. ValueError for a URL without TLS."""
    name, its_port = host_and_port(url)
    factory = WebSocketClientFactory(
        url,
        origin=origin,
        protocols=list(subprotocols),
        headers=dict(headers),
        useragent="chatd",
        reactor=reactor,
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
    built: list[_Protocol] = []

    given_up = False

    def cancel(_: "Deferred[Connection]") -> None:
        nonlocal given_up
        given_up = True
        connecting.cancel()
        for protocol in built:
            if protocol.transport is not None:
                protocol.dropConnection(abort=True)

    result: Deferred[Connection] = Deferred(cancel)

    def build() -> _Protocol:
        protocol = _Protocol()
        protocol.factory = factory
        protocol.receiver = receiver
        protocol.opening = result
        built.append(protocol)
        return protocol

    factory.protocol = build  # type: ignore[assignment]
    host, port = address or (name, its_port)
    endpoint = wrapClientTLS(
        tls_options(name, trust), HostnameEndpoint(reactor, host, port, timeout=timeout)
    )

    def failed(failure: Failure) -> None:
        if not (result.called or given_up):
            result.errback(failure)

    connecting = endpoint.connect(factory)
    connecting.addErrback(failed)
    return result
