"""One accepted socket with TLS directly on it: no memory BIO between OpenSSL and the kernel.

Twisted's own TLS copies every byte through a BIO, a write buffer and EPOLLOUT. Here a write is one
SSL_write that reaches the kernel at once; only what the kernel refuses is kept and retried.
`docs/decisions/tls-on-the-socket.md` says why and names the internals it rests on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from OpenSSL.SSL import _ffi, _lib  # type: ignore[attr-defined]
from twisted.internet import main
from twisted.internet._producer_helpers import _PullToPush
from twisted.internet.error import ConnectionLost
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.edge.send_queue import in_send_queue
from chatd.edge.transport_handshake import HandshakingServer, sentence
from chatd.edge.transport_opened import RECORD_BYTES

log = Logger()

# A peer that sends much is read this far at once: messages that come together are committed
# together and reach a room in one write per reader. With 4 records a room of 100 took a fifth less.
RECORDS_PER_TURN = 32
BYTES_PER_TURN = 65_536
FLUSH_BYTES_PER_TURN = 262_144
JOIN_BYTES = 65_536

# In place of an empty deque, which takes 0.7 KiB; a real one exists only while something waits.
_NO_CHUNKS: Any = ()
_ssl_write = _lib.SSL_write
_from_buffer = _ffi.from_buffer


class TlsTransport(HandshakingServer):
    """A `tcp.Server` that speaks TLS by itself.

    It is not an ISSLTransport: Autobahn would then look for Twisted's own TLS protocol.
    """

    __slots__ = (
        "_chunks",
        "_offset",
        "_paused",
        "_read_wants_write",
        "_write_wants_read",
        "on_drain",
        "producer",
        "producerPaused",
        "streamingProducer",
    )
    on_drain: Callable[[], None] | None  # called when unsent() is 0 again
    producer: Any
    producerPaused: bool
    streamingProducer: bool

    _chunks: deque[bytes]
    _offset: int  # how much of the first chunk is sent
    _paused: bool  # the application does not want to read
    _write_wants_read: bool
    _read_wants_write: bool

    def __init__(self, *arguments: Any) -> None:
        self.on_drain = self.producer = None
        self.producerPaused = self.streamingProducer = False
        self._chunks = _NO_CHUNKS
        self._offset = 0
        self._paused = self._write_wants_read = self._read_wants_write = False
        super().__init__(*arguments)

    # Reading.

    def doRead(self) -> Any:
        """Read a bounded part, so that one busy peer does not starve the rest."""
        if not self._opened:
            self._handshake_ready()
            return None
        if self._lingering:
            return self._discard()
        if self._write_wants_read:
            # The write is what reads now: OpenSSL is in the middle of a handshake message.
            why = self._write_again()
            if why is not None or self._write_wants_read:
                return why
        left = BYTES_PER_TURN
        for _ in range(RECORDS_PER_TURN):
            if left <= 0 or self._ssl is None or self._paused or self.disconnecting:
                break
            try:
                data = self._tls.recv()
            except SSL.WantReadError:
                return None
            except SSL.WantWriteError:
                # A key update must be answered first and the kernel has no room.
                self._read_wants_write = True
                self.stopReading()
                self.startWriting()
                return None
            except SSL.ZeroReturnError:
                return self._heard_goodbye()
            except SSL.Error as error:
                return self._broke(error)
            left -= len(data)
            self.protocol.dataReceived(data)
        if self._ssl is None:
            return None
        if self._paused or self.disconnecting:
            if not self._write_wants_read:
                self.stopReading()
        elif self._tls.pending():
            # Bytes that OpenSSL already holds will not wake epoll.
            self.reactor.callLater(0, self._read_pending)
        return None

    def _read_pending(self) -> None:
        if self._ssl is None or self._paused or self.disconnecting:
            return
        try:
            why = self.doRead()
        except Exception as error:
            log.failure("reading from {peer} failed", peer=self.hostname)
            why = error
        if why is not None:
            self.readConnectionLost(Failure(why))

    def _broke(self, error: SSL.Error) -> Exception:
        _lib.ERR_clear_error()
        self._silence()
        return main.CONNECTION_LOST if isinstance(error, SSL.SysCallError) else _lost(error)

    def pauseProducing(self) -> None:
        self._paused = True
        if not self._write_wants_read:
            self.stopReading()

    def resumeProducing(self) -> None:
        self._paused = False
        if self.connected and not self.disconnecting and not self._read_wants_write:
            self.startReading()
            if self._ssl is not None and self._tls.pending():
                self.reactor.callLater(0, self._read_pending)

    # Writing.

    def write_now(self, data: bytes) -> None:
        """Send `data` after all that was written before; keep what the kernel refuses."""
        if data and self._ssl is not None and not self.offer(data):
            self._chunks.append(data)
            self._unsent += len(data)

    def offer(self, data: bytes) -> bool:
        """Send `data`, keep what the kernel refuses; False if something was kept before."""
        if self._unsent:
            return False
        ssl = self._ssl
        if ssl is not None:
            sent = _ssl_write(ssl, data, len(data))
            if sent != len(data):
                self._keep(bytes(data), sent)
        return True

    def lend(self, borrower: Any) -> None:
        """``borrower.straight`` is OpenSSL's connection, for an SSL_write past all of this, until
        it is None again: once something is kept, or writing is over."""
        if self._ssl is not None and not self._unsent and not self.disconnecting:
            self._borrower = borrower
            borrower.straight = self._ssl

    def keep(self, data: bytes, sent: int) -> None:
        """SSL_write took ``sent`` bytes of what a borrower gave it."""
        self._keep(bytes(data), sent)

    def write(self, data: bytes) -> None:
        """As write_now, and pauses a registered producer that runs ahead of the peer."""
        self.write_now(data)
        if self._unsent > self.bufferSize and self.producer and not self.producerPaused:
            self.producerPaused = True
            self.producer.pauseProducing()

    def writeSequence(self, iovec: Any) -> None:
        self.write(b"".join(iovec))

    def unsent(self) -> int:
        """Bytes accepted by write and not yet in the kernel's hands."""
        return self._unsent

    def kernel_unsent(self) -> int:
        """Bytes in the kernel's send queue, headers of TLS records included; 0 when unknown."""
        return in_send_queue(self)

    def _keep(self, data: bytes, sent: int) -> None:
        """SSL_write did not take all of `data`: find out why, keep the rest."""
        self.recall()
        self._chunks = deque((data,))
        self._unsent = len(data)
        why = self._took(sent)
        if why is None and sent > 0:
            why = self._flush()
        if why is not None:
            self._end_soon(why)
        elif self._unsent and not self._write_wants_read:
            self.startWriting()

    def _took(self, sent: int) -> Exception | None:
        """Account for the result of one SSL_write on the first chunk."""
        if sent > 0:
            self._unsent -= sent
            self._offset += sent
            if self._offset == len(self._chunks[0]):
                self._chunks.popleft()
                self._offset = 0
                if not self._chunks:
                    self._chunks = _NO_CHUNKS
            return None
        try:
            self._tls._raise_ssl_error(self._ssl, sent)
        except SSL.WantWriteError:
            pass
        except SSL.WantReadError:
            # Waiting for room would spin: there is room, what is missing is their message.
            self._write_wants_read = True
            self.stopWriting()
            self.startReading()
        except SSL.Error as error:
            return self._broke(error)
        return None

    def _flush(self) -> Exception | None:
        """Hand the kernel what it takes, within a bound per turn."""
        chunks = self._chunks
        self._write_wants_read = False
        left = FLUSH_BYTES_PER_TURN
        while chunks and left > 0 and self._ssl is not None:
            if len(chunks) > 1 and len(chunks[0]) - self._offset < RECORD_BYTES:
                self._join()
            head = _from_buffer("char[]", chunks[0])
            sent = _ssl_write(self._ssl, head + self._offset, len(chunks[0]) - self._offset)
            why = self._took(sent)
            if why is not None or sent <= 0:
                return why
            left -= sent
        return None

    def _join(self) -> None:
        """Many small waiting writes become few records. The first bytes stay the same, as a
        retried SSL_write demands (SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)."""
        parts = [self._chunks.popleft()[self._offset :]]
        size = len(parts[0])
        while self._chunks and size < JOIN_BYTES:
            parts.append(self._chunks.popleft())
            size += len(parts[-1])
        self._offset = 0
        self._chunks.appendleft(b"".join(parts))

    def doWrite(self) -> Any:
        """There is room: go on with whatever waited for it."""
        if not self._opened:
            self._handshake_ready()
            return None
        if self._goodbye_waits:
            self._say_goodbye()
            return None
        if self._ssl is None:
            self.stopWriting()
            return None
        if self._read_wants_write:
            self._read_wants_write = False
            if not self._unsent:
                self.stopWriting()
            if not self._paused:
                self.startReading()
            why = self.doRead()
            if why is not None or self._read_wants_write:
                return why
        return self._write_again()

    def _write_again(self) -> Exception | None:
        had = self._unsent
        why = self._flush()
        if why is not None or self._ssl is None:
            return why
        if self._unsent:
            if not self._write_wants_read:
                self.startWriting()
            return None
        self.stopWriting()
        if had and self.on_drain is not None:
            self.on_drain()
        if self.producer is not None and self.producerPaused and not self._unsent:
            self.producerPaused = False
            self.producer.resumeProducing()
        self._maybe_say_goodbye()
        return None

    # Producers.

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """A pull producer is wrapped: a write that goes out at once never asks it for more."""
        if not streaming and not self.disconnected:
            producer = _PullToPush(producer, self)
        super().registerProducer(producer, True)
        if not streaming and self.producer is not None:
            producer.startStreaming()

    def unregisterProducer(self) -> None:
        producer, self.producer = self.producer, None
        self.producerPaused = False
        if isinstance(producer, _PullToPush):
            producer.stopStreaming()
        self._maybe_say_goodbye()

    # The end.

    def abortConnection(self) -> None:
        """Drop everything at once; the peer sees a reset."""
        self._silence()
        super().abortConnection()

    def connectionLost(self, reason: Failure) -> None:
        self._chunks = _NO_CHUNKS
        self._unsent = 0
        self.on_drain = None
        super().connectionLost(reason)


def _lost(error: SSL.Error) -> ConnectionLost:
    return ConnectionLost(sentence(error))
