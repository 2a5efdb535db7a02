"""Plain TCP with the methods of the TLS transport: behind a proxy that does TLS, and in tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from twisted.internet import tcp
from twisted.python.failure import Failure

from chatd.edge.send_queue import in_send_queue
from chatd.edge.transport_stock import edge_transport


class PlainServer(tcp.Server):
    """A `tcp.Server` with a seat at the door, which is told when it is lost."""

    server: Any  # an EdgePort
    seat: Any = None

    def connectionLost(self, reason: Failure) -> None:
        try:
            super().connectionLost(reason)
        finally:
            self.server.transport_lost(self)


class PlainEdge:
    """Wraps a `tcp.Server`; only the fast path goes through it.

    A write is an immediate send. Twisted's own waits for the next turn of the reactor, and
    registers and unregisters the socket for it: twice the processor time per delivery.
    """

    __slots__ = ("_tcp", "on_drain")

    def __init__(self, tcp: Any) -> None:
        self._tcp = tcp
        self.on_drain: Callable[[], None] | None = None

    def write_now(self, data: bytes) -> None:
        if not self.offer(data):
            self._tcp.write(data)

    def offer(self, data: bytes) -> bool:
        if self.unsent():
            return False
        tcp = self._tcp
        sent = 0
        if tcp.connected:
            # Twisted will meet the same error, and end the connection by its own rules.
            with suppress(OSError):
                sent = tcp.socket.send(data)
        if sent < len(data):
            tcp.write(data[sent:])
        return True

    def lend(self, borrower: Any) -> None:
        """Nothing may go past this one."""

    def recall(self) -> None:
        pass

    def unsent(self) -> int:
        tcp = self._tcp
        return len(tcp.dataBuffer) - tcp.offset + tcp._tempDataLen

    def kernel_unsent(self) -> int:
        return in_send_queue(self._tcp)

    # As a pull producer of the TCP transport, which says that it is empty by asking for more.

    def stopProducing(self) -> None:
        pass

    def resumeProducing(self) -> None:
        if self.on_drain is not None:
            self.on_drain()


def wire_transport(transport: Any) -> Any:
    """The object to write through: the door's own transport, or a plain TCP one to match."""
    try:
        return edge_transport(transport)
    except TypeError:
        plain = PlainEdge(transport)
        transport.registerProducer(plain, False)
        return plain
