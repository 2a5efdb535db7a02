"""The first half of a TLS connection: from the accepted socket to the application's protocol.

Nothing costly exists before it is needed: the TLS state is made when the first bytes arrive, the
application's protocol when the handshake is done. Both get a share of each turn of the reactor.
"""

from __future__ import annotations

import socket
from typing import Any, Protocol

from OpenSSL import SSL
from OpenSSL.SSL import _lib  # type: ignore[attr-defined]
from twisted.internet import address
from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IDelayedCall, IProtocol
from twisted.internet.protocol import Protocol as Silent
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.edge.transport_closing import ClosingServer, TransportSettings
from chatd.edge.transport_opened import OpenedTls
from chatd.edge.transport_turns import HandshakeTurns

log = Logger()
_silent = Silent()


class TransportHost(Protocol):
    """What a transport needs of the port that accepted it."""

    settings: TransportSettings
    turns: HandshakeTurns

    def tls_connection(self, sock: socket.socket) -> SSL.Connection:
        """A new server-side TLS connection on `sock`, not yet started."""

    def handshake_done(self, transport: HandshakingServer) -> IProtocol | None:
        """The protocol to talk to; None closes the connection."""

    def handshake_failed(self, transport: HandshakingServer, why: str) -> None:
        """Told once, before the transport is lost."""

    def transport_lost(self, transport: HandshakingServer) -> None:
        """Told once for each transport, however it ended."""


class HandshakingServer(ClosingServer):
    """Shakes hands, then hands over to the subclass, which reads and writes."""

    # `_ssl` is None before and after the application may write: once the socket is closed, the
    # descriptor number inside it may belong to somebody else.
    __slots__ = ("_deadline", "_opened", "_reading", "_writing", "client", "host", "seat")
    host: TransportHost
    seat: Any  # the host's own note about this connection
    _opened: bool
    _reading: bool  # registered with the reactor
    _writing: bool
    _deadline: IDelayedCall | None

    _failure_told = False

    def __init__(
        self,
        sock: socket.socket,
        host: Any,
        peer: tuple[Any, ...],
        reactor: Any,
        accepted_at: float | None = None,
    ) -> None:
        # All that `tcp.Server.__init__` sets and something reads; not the texts, the list and the
        # numbers that come with it, 0.5 KiB that stay for good.
        self.reactor = reactor
        self.socket = sock
        self.fileno = sock.fileno
        self.protocol = _silent
        self.client = peer
        self.host = host
        self.seat = None
        self._tls = self._ssl = self._borrower = None
        self._unsent = 0
        self._opened = self._reading = self._writing = False
        self.connected = 1
        sock.setblocking(False)
        if self.settings.send_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.settings.send_buffer)
        self.setTcpNoDelay(True)
        now = reactor.seconds()
        left = (now if accepted_at is None else accepted_at) + self.settings.handshake_seconds - now
        self._deadline = reactor.callLater(max(0.0, left), self._handshake_too_slow)
        self.startReading()

    # What the base classes look for.

    @property
    def settings(self) -> TransportSettings:
        return self.host.settings

    @property
    def hostname(self) -> str:  # type: ignore[override]
        return str(self.client[0])

    @property
    def _addressType(self) -> Any:  # type: ignore[override]
        return address.IPv4Address if len(self.client) == 2 else address.IPv6Address

    def logPrefix(self) -> str:
        return "TLS"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.hostname}>"

    # For logs, about an open connection.

    @property
    def tls_version(self) -> str:
        return self._tls.version if self._opened and self._tls is not None else ""

    @property
    def cipher(self) -> str:
        return self._tls.cipher if self._opened and self._tls is not None else ""

    @property
    def negotiated(self) -> bytes:
        """The protocol that ALPN chose, b"" for none."""
        return self._tls.protocol if self._opened and self._tls is not None else b""

    @property
    def resumed(self) -> bool:
        return bool(self._opened and self._tls is not None and self._tls.resumed)

    def _handshake_ready(self) -> None:
        """The socket can go on; take a step in this turn of the reactor or in a later one."""
        if not self.host.turns.run(self._handshake_step):
            self.stopReading()
            self.stopWriting()

    def _handshake_step(self) -> None:
        if self.disconnected or self._ending:
            return
        try:
            # Made this late, so that a silent socket costs no TLS state and a renewed certificate
            # serves everybody who arrives after it.
            if self._tls is None:
                self._tls = self.host.tls_connection(self.socket)
            self._tls.do_handshake()
        except SSL.WantReadError:
            self.stopWriting()
            self.startReading()
        except SSL.WantWriteError:
            self.stopReading()
            self.startWriting()
        except SSL.Error as error:
            self._handshake_broke(sentence(error))
        else:
            self._open()

    def _open(self) -> None:
        self._cancel_deadline()
        self._opened = True
        self._tls = OpenedTls(self._tls)
        self._ssl = self._tls._ssl
        self.stopWriting()
        self.startReading()
        try:
            protocol = self.host.handshake_done(self)
            if protocol is None:
                self.loseConnection()
                return
            self.protocol = protocol
            protocol.makeConnection(self)
        except Exception:
            log.failure("a new connection from {peer} could not be served", peer=self.hostname)
            self.abortConnection()

    def _handshake_broke(self, why: str) -> None:
        _lib.ERR_clear_error()
        self._tell_failure(why)
        # OpenSSL has sent its alert; make sure that a reset does not overtake it.
        try:
            self.socket.shutdown(socket.SHUT_WR)
            self._discard()
        except OSError:
            pass
        self._end_soon(ConnectionLost(why))

    def _handshake_too_slow(self) -> None:
        self._deadline = None
        self._tell_failure("it took too long")
        self._end_soon(ConnectionLost("the TLS handshake took too long"))

    def _tell_failure(self, why: str) -> None:
        if not self._failure_told:
            self._failure_told = True
            self.host.handshake_failed(self, why)

    def _cancel_deadline(self) -> None:
        timer, self._deadline = self._deadline, None
        if timer is not None:
            timer.cancel()

    # Registration with the reactor; what the application wants is the subclass's matter.

    def startReading(self) -> None:
        if not self._reading and not self.disconnected:
            self._reading = True
            self.reactor.addReader(self)

    def stopReading(self) -> None:
        if self._reading:
            self._reading = False
            self.reactor.removeReader(self)

    def startWriting(self) -> None:
        if not self._writing and not self.disconnected:
            self._writing = True
            self.reactor.addWriter(self)

    def stopWriting(self) -> None:
        if self._writing:
            self._writing = False
            self.reactor.removeWriter(self)

    def startTLS(self, *_: object) -> None:
        raise NotImplementedError("this transport speaks TLS from its first byte")

    def connectionLost(self, reason: Failure) -> None:
        if self.disconnected:
            return
        self._cancel_deadline()
        self._cancel_close_timer()
        if not self._opened:
            self._tell_failure("the peer went away")
        # The TLS object writes to a descriptor number; let go of it before the number is free.
        self._silence()
        self._tls = None
        try:
            super().connectionLost(reason)
        finally:
            self.host.transport_lost(self)


def sentence(error: SSL.Error) -> str:
    """OpenSSL's words for what went wrong."""
    if isinstance(error, SSL.SysCallError):
        return "the peer went away" if error.args[0] == -1 else str(error.args[1])
    if isinstance(error, SSL.ZeroReturnError):
        return "the peer closed"
    entries = error.args[0] if error.args else ()
    return str(entries[-1][2]) if entries else "TLS error"
