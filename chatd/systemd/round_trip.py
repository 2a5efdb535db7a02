"""One round trip through the front door: TCP, TLS, the WebSocket's opening, a session, `welcome`.

The certificate is not verified: what answers at our own socket is us, under whatever name.
"""

import base64
import secrets
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure

from chatd.edge.proxy_protocol import LOCAL, SIGNATURE
from chatd.engine.ports import Cancel

#: A PROXY v2 header by which a proxy speaks for itself, as for a health check.
BY_ITSELF = SIGNATURE + bytes([LOCAL, 0, 0, 0])
WELCOME = b'{"type":"welcome"'
#: A closing frame with code 1000 (RFC 6455 §5.5.1), masked with zeros as a client's must be.
CLOSE = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
#: Most bytes in which the answer and the welcome must have come.
LARGEST = 16_384


class RoundTrip:
    """``where``: host and port of a listening socket; ``host``: for the Host header. ``protocol``:
    the ticket to come in by. ``tls`` and ``announced``: whether TLS, and a PROXY header before it,
    are spoken there."""

    def __init__(
        self,
        reactor: Any,
        where: tuple[str, int],
        host: str,
        protocol: str,
        *,
        tls: bool,
        announced: bool,
    ) -> None:
        self._reactor = reactor
        self._where = where
        self._host = host
        self._protocol = protocol
        self._tls = tls
        self._announced = announced

    def __call__(self, seconds: float, done: Callable[[str | None], None]) -> Cancel:
        """Calls ``done`` once with None or what is wrong; the returned function ends it unsaid."""
        trial = _Trial(self._opening(), done, tls=self._tls, announced=self._announced)
        host, port = self._where
        endpoint = TCP6ClientEndpoint if ":" in host else TCP4ClientEndpoint
        connecting = endpoint(self._reactor, host, port, timeout=seconds).connect(
            Factory.forProtocol(lambda: trial)
        )
        connecting.addErrback(lambda failure: trial.end(f"cannot connect: {failure.value}"))
        timer = self._reactor.callLater(
            seconds, trial.end, f"nothing came back through the front door in {seconds:.0f} s"
        )
        trial.when_over = lambda: timer.active() and timer.cancel()
        return trial.cancel

    def _opening(self) -> bytes:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = (
            "GET /ws HTTP/1.1",
            f"Host: {self._host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: chatd.v1, {self._protocol}",
        )
        return "\r\n".join((*lines, "", "")).encode()


class _Trial(Protocol):
    transport: Any
    when_over: Callable[[], object]

    def __init__(
        self,
        opening: bytes,
        done: Callable[[str | None], None],
        *,
        tls: bool,
        announced: bool,
    ) -> None:
        self._opening = opening
        self._done: Callable[[str | None], None] | None = done
        self._tls = tls
        self._announced = announced
        self._heard = b""
        self.when_over = lambda: None

    def connectionMade(self) -> None:
        if self._done is None:
            self.transport.abortConnection()
            return
        if self._announced:
            self.transport.write(BY_ITSELF)
        if self._tls:
            self.transport.startTLS(_Unverified())
        self.transport.write(self._opening)

    def dataReceived(self, data: bytes) -> None:
        self._heard += data
        if self._heard.startswith(b"HTTP/1.1 101") and WELCOME not in self._heard:
            if len(self._heard) > LARGEST:
                self.end("something else than a welcome came back")
        elif b"\r\n" in self._heard:
            # Let in and welcomed, or turned away in words: somebody decided it.
            self.end(None)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        # Turned away without a word, as when too many are at the door: that was decided as well.
        self.end(None)

    def end(self, wrong: str | None) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        self.when_over()
        if self.transport is not None:
            self.transport.write(CLOSE)
            self.transport.abortConnection()
        done(wrong)

    def cancel(self) -> None:
        if self._done is not None:
            self._done = lambda _: None
            self.end(None)


def loopback(host: str) -> str:
    """The address of this machine at which a socket bound to ``host`` can be reached."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


class _Unverified:
    def __init__(self) -> None:
        self._context = SSL.Context(SSL.TLS_CLIENT_METHOD)

    def getContext(self) -> SSL.Context:
        return self._context
