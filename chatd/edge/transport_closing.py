"""How a TLS connection ends in an orderly way, from our side or from theirs, in bounded time.

Our side: what is buffered goes out first, then close_notify (RFC 8446 6.1), then the TCP FIN;
then what still arrives is read and discarded for a moment, because closing a socket with unread
bytes makes the kernel send a reset that can destroy our last words before the peer has read them.
Their side: their close_notify ends the connection cleanly; a FIN without one is a cut.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL
from OpenSSL.SSL import _lib  # type: ignore[attr-defined]
from twisted.internet import main, tcp
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure

DISCARD_BYTES_PER_TURN = 65_536
DISCARD_BYTES = 1_048_576
FLUSH_PERIODS = 6


@dataclass(frozen=True)
class TransportSettings:
    """Times in seconds, sizes in bytes."""

    handshake_seconds: float = 5.0  # from accept to the end of the TLS handshake
    close_seconds: float = 10.0  # a closing connection must move a byte in each such period
    linger_seconds: float = 2.0  # after our close_notify, how long we wait for their end
    send_buffer: int | None = None  # SO_SNDBUF; None leaves it to the kernel


class ClosingServer(tcp.Server):
    """A `tcp.Server` that knows how to end; the subclass reads, writes and owns the buffers.

    `disconnecting` is Twisted's flag: the application asked for the end. `_goodbye_said` and
    `_goodbye_heard` are the two close_notify alerts.
    """

    # In all three classes a slot is what every connection has: together 0.2 KiB, as a dict 1.6.
    # What only some have, and not for long, starts as an attribute of the class. The subclass
    # keeps: the TLS connection; its C pointer while the application may write; how many bytes wait
    # to be written; who else may write to that pointer.
    __slots__ = (
        "_borrower",
        "_ssl",
        "_tls",
        "_unsent",
        "connected",
        "fileno",
        "protocol",
        "reactor",
        "socket",
    )
    _borrower: Any
    _tls: Any
    _ssl: Any
    _unsent: int

    reactor: Any
    disconnecting: int = 0
    _goodbye_said = False
    _goodbye_heard = False
    _goodbye_waits = False
    _ending = False
    _lingering = False
    _discarded = 0
    _flush_periods = 0
    _flush_mark = 0
    _close_timer: IDelayedCall | None = None

    @property
    def settings(self) -> TransportSettings:
        raise NotImplementedError

    def loseConnection(self) -> None:
        """Write what is buffered, say close_notify, close. Bounded: see TransportSettings."""
        if not self.connected or self.disconnecting:
            return
        if self._ssl is None:
            if not self._ending:
                self.abortConnection()
            return
        self.disconnecting = 1
        self.recall()
        self.stopReading()
        if self._unsent or (self.producer is not None and not self._goodbye_heard):
            self._flush_mark = self._unsent
            self._close_timer = self.reactor.callLater(
                self.settings.close_seconds, self._check_flush
            )
        else:
            self._say_goodbye()

    def loseWriteConnection(self) -> None:
        """TLS 1.2 has no half close (RFC 5246 7.2.1), so this closes both directions."""
        self.loseConnection()

    def _check_flush(self) -> None:
        """A closing connection must make progress in each period, and end after a few."""
        self._flush_periods += 1
        moved = self._unsent < self._flush_mark
        if not moved or self._flush_periods >= FLUSH_PERIODS:
            self._close_timer = None
            self.abortConnection()
            return
        self._flush_mark = self._unsent
        self._close_timer = self.reactor.callLater(self.settings.close_seconds, self._check_flush)

    def _maybe_say_goodbye(self) -> None:
        """Called whenever the buffer has run empty or the producer has left."""
        if not self.disconnecting or self._unsent or self._ssl is None:
            return
        if self.producer is None or self._goodbye_heard:
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        if not self._goodbye_waits:
            self._cancel_close_timer()
        self._silence()
        self._goodbye_said = True
        try:
            self._tls.shutdown()
        except SSL.WantWriteError:
            # The alert did not fit; doWrite comes back here when the kernel has room.
            self._goodbye_said = False
            self._goodbye_waits = True
            self._arm_linger()
            self.startWriting()
            return
        except SSL.Error:
            _lib.ERR_clear_error()
        self._goodbye_waits = False
        self.stopWriting()
        if self._goodbye_heard:
            self._end_soon(main.CONNECTION_DONE)
            return
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._end_soon(main.CONNECTION_DONE)
            return
        self._lingering = True
        self._arm_linger()
        self.startReading()

    def _arm_linger(self) -> None:
        if self._close_timer is None:
            self._close_timer = self.reactor.callLater(
                self.settings.linger_seconds, self._linger_over
            )

    def _linger_over(self) -> None:
        self._close_timer = None
        # If the alert is still unsent the peer took nothing for the whole period: not an orderly
        # end.
        reason = ConnectionDone() if self._goodbye_said else ConnectionAborted()
        self.connectionLost(Failure(reason))

    def _discard(self) -> ConnectionDone | None:
        """Read and drop what arrives after our FIN, until theirs."""
        left = DISCARD_BYTES_PER_TURN
        while left > 0:
            try:
                data = self.socket.recv(16_384)
            except BlockingIOError:
                return None
            except OSError:
                return main.CONNECTION_DONE
            self._discarded += len(data)
            left -= len(data)
            if not data or self._discarded > DISCARD_BYTES:
                return main.CONNECTION_DONE
        return None

    def _heard_goodbye(self) -> ConnectionDone | None:
        """The peer's close_notify: answer it, after what is still buffered."""
        self._goodbye_heard = True
        if self._unsent:
            self.stopReading()
            if not self.disconnecting:
                self.loseConnection()
            return None
        self._silence()
        try:
            self._tls.shutdown()
        except SSL.Error:
            _lib.ERR_clear_error()
        return main.CONNECTION_DONE

    def readConnectionLost(self, reason: Failure) -> None:
        """The reactor saw the end of the stream. Without close_notify it was a cut, not an end."""
        if reason.check(ConnectionDone) and not (self._goodbye_heard or self._goodbye_said):
            reason = Failure(ConnectionLost())
        self.connectionLost(reason)

    def _end_soon(self, reason: Exception) -> None:
        """End in the next turn: the application must not lose the connection inside its call."""
        self._silence()
        self.stopReading()
        self.stopWriting()
        if not self._ending:
            self._ending = True
            self.reactor.callLater(0, self.connectionLost, Failure(reason))

    def _silence(self) -> None:
        """From here on write() is silent."""
        self._ssl = None
        self.recall()

    def recall(self) -> None:
        """Nobody may write past this transport any more: see `TlsTransport.lend`."""
        borrower, self._borrower = self._borrower, None
        if borrower is not None:
            borrower.straight = None

    def _cancel_close_timer(self) -> None:
        timer, self._close_timer = self._close_timer, None
        if timer is not None:
            timer.cancel()
