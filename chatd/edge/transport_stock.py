"""Twisted's own TLS with the same methods as our transport: the reference to compare with.

`edge_transport` gives the layers above one interface, whichever of the two they were given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from OpenSSL.SSL import _lib  # type: ignore[attr-defined]
from twisted.internet import tcp
from twisted.internet.error import ConnectionLost
from twisted.protocols.tls import BufferingTLSTransport, TLSMemoryBIOFactory
from twisted.python.failure import Failure

from chatd.edge.send_queue import in_send_queue
from chatd.edge.transport import TlsTransport


class StockServer(tcp.Server):
    """The socket below Twisted's TLS; reports when its buffer has run empty."""

    protocol: Any

    def doWrite(self) -> Any:
        result = super().doWrite()
        if self.connected and not self.buffered():
            self.protocol.drained()
        return result

    def buffered(self) -> int:
        """Bytes of TLS records that wait for the kernel."""
        return len(self.dataBuffer) - self.offset + self._tempDataLen


class StockTlsTransport(BufferingTLSTransport):
    """One connection over Twisted's memory BIO."""

    transport: Any
    on_drain: Callable[[], None] | None = None
    resumed = False
    tls_version = ""
    negotiated = b""
    cipher = ""
    seat: Any = None
    accepted_at = 0.0
    _host: Any = None
    _deadline: Any = None

    def watch(self, host: Any, accepted_at: float, reactor: Any) -> None:
        """Tell `host` what becomes of the handshake, and bound it."""
        self._host = host
        self.accepted_at = accepted_at
        left = accepted_at + host.settings.handshake_seconds - reactor.seconds()
        self._deadline = reactor.callLater(max(0.0, left), self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        self._host.handshake_failed(self, "it took too long")
        self.abortConnection()

    def _checkHandshakeStatus(self) -> None:
        super()._checkHandshakeStatus()
        if self._handshakeDone and self._deadline is not None:
            self._stop_watching()
            self.negotiated = self._tlsConnection.get_alpn_proto_negotiated()
            self.resumed = bool(_lib.SSL_session_reused(self._tlsConnection._ssl))
            self.tls_version = self._tlsConnection.get_protocol_version_name()
            self.cipher = self._tlsConnection.get_cipher_name() or ""
            self._host.handshake_done(self)

    def connectionLost(self, reason: Failure = Failure(ConnectionLost())) -> None:  # noqa: B008
        if self._deadline is not None:
            self._stop_watching()
            self._host.handshake_failed(self, str((self._reason or reason).value))
        self.on_drain = None
        try:
            super().connectionLost(reason)
        finally:
            self._host.transport_lost(self)

    def _stop_watching(self) -> None:
        timer, self._deadline = self._deadline, None
        timer.cancel()

    def write_now(self, data: bytes) -> None:
        self.write(data)

    def offer(self, data: bytes) -> bool:
        if self.unsent():
            return False
        self.write(data)
        return True

    def lend(self, borrower: Any) -> None:
        """Nothing may go past this one."""

    def recall(self) -> None:
        pass

    def unsent(self) -> int:
        """Bytes not yet in the kernel's hands, TLS record overhead included."""
        if not self.connected:
            return 0
        small = sum(map(len, getattr(self._aggregator, "_buffer", ())))
        waiting = sum(map(len, self._appSendBuffer))
        return small + waiting + int(self.transport.buffered())

    def kernel_unsent(self) -> int:
        return in_send_queue(self.transport)

    def drained(self) -> None:
        if self.on_drain is not None and not self.unsent():
            self.on_drain()


class StockTlsFactory(TLSMemoryBIOFactory):
    protocol = StockTlsTransport


EdgeTransport = TlsTransport | StockTlsTransport


def edge_transport(transport: Any) -> EdgeTransport:
    """The transport with chatd's own methods that a WebSocket protocol or request was given."""
    if isinstance(transport, TlsTransport | StockTlsTransport):
        return transport
    raise TypeError(f"{type(transport).__name__} was not accepted by chatd's door")
