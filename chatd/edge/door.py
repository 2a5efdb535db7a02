"""The listening side: who gets in, before any thought is spent on TLS or HTTP.

Order: descriptors, limits, PROXY header, limits of the address that it names, TLS. Behind a proxy
on this machine that terminates TLS it is the same without the TLS.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

from twisted.internet import tcp
from twisted.internet.interfaces import IDelayedCall, IProtocol, IProtocolFactory
from twisted.internet.protocol import Protocol
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.acme.challenge import PROTOCOL
from chatd.edge.door_arrival import ProxiedArrival
from chatd.edge.door_budget import Budget, Places, Seat, address_key, plain_address
from chatd.edge.door_shared import Door, DoorLimits
from chatd.edge.plain import PlainServer
from chatd.edge.proxy_protocol import Source
from chatd.edge.tls import Certificates, ConnectionCreator
from chatd.edge.transport import TlsTransport
from chatd.edge.transport_stock import (
    StockServer,
    StockTlsFactory,
    StockTlsTransport,
)

log = Logger()

ACCEPTS_PER_TURN = 32
DISCARD_BYTES = 65_536
BACKOFF_SECONDS = (0.1, 1.0)  # first and longest pause of a listener without descriptors
# Errors that the network already has for a new connection, which accept reports in its place:
# accept(2), "Error handling". The listener itself is fine.
OF_THE_PEER = (
    errno.ENETDOWN,
    errno.EPROTO,
    errno.ENOPROTOOPT,
    errno.EHOSTDOWN,
    errno.ENONET,
    errno.EHOSTUNREACH,
    errno.EOPNOTSUPP,
    errno.ENETUNREACH,
    errno.ECONNRESET,
    errno.ETIMEDOUT,
)
NO_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
Network = IPv4Network | IPv6Network
_UNCOUNTED = Budget(Places())


def listen(
    reactor: Any,
    address: str,
    port: int,
    certificates: Certificates | None,
    factory: IProtocolFactory,
    limits: DoorLimits | None = None,
    *,
    proxies: Iterable[str | Network] = (),
    exempt: Iterable[str | Network] = (),
    adopt_fd: int | None = None,
    stock_tls: bool = False,
    door: Door | None = None,
) -> EdgePort:
    """Listen with TLS on `address` and `port`, or on the listening socket `adopt_fd`; without
    `certificates` there is no TLS.

    `proxies` are the networks whose peers must send a PROXY v2 header; `exempt` those whose peers
    speak for many clients and name them later: no per-address limit holds for them. Several
    listeners share their limits by sharing a `door`. An adopted descriptor is duplicated; the
    caller keeps its own. Raises twisted.internet.error.CannotListenError.
    """
    if door is None:
        door = Door(reactor, limits or DoorLimits())
    if adopt_fd is None:
        listener = EdgePort(port, factory, door.limits.backlog, address, reactor)
    else:
        os.set_blocking(adopt_fd, False)
        with socket.socket(fileno=os.dup(adopt_fd)) as probe:
            family = probe.family
        listener = EdgePort._fromListeningDescriptor(reactor, adopt_fd, family, factory)
    listener.serve(
        door,
        certificates,
        proxies=[ip_network(network) for network in proxies],
        exempt=[ip_network(network) for network in exempt],
        stock_tls=stock_tls,
    )
    listener.startListening()
    return listener


def authenticated(transport: Any) -> None:
    """It is known who is at the other end: the connection leaves the strangers' budget."""
    seat_of(transport).authenticated()


def seat_of(transport: Any) -> Seat:
    """The connection's place; if no door let it in, one that counts nowhere."""
    seat: Seat | None = getattr(transport, "seat", None)
    return seat or Seat(_UNCOUNTED)


class EdgePort(tcp.Port):
    """A listening socket that counts before it serves. It is the TransportHost of its sockets."""

    transport: Any = TlsTransport
    factory: Any
    reactor: Any
    door: Door

    def serve(
        self,
        door: Door,
        certificates: Certificates | None,
        *,
        proxies: list[Network],
        exempt: list[Network],
        stock_tls: bool,
    ) -> None:
        """Give the port what it serves with; once, before startListening."""
        self.door = door
        self.settings = door.limits.transport
        self.turns = door.turns
        self._proxies = proxies
        self._exempt = exempt
        self._stock: Any = None
        self._begin = self._begin_plain
        if certificates is not None:
            self.tls_connection = certificates.connection
            self._begin = self._begin_tls
            if stock_tls:
                creator = ConnectionCreator(certificates)
                self._stock = StockTlsFactory(creator, False, self.factory, self.reactor)
                self._begin = self._begin_stock
        self._spare = _open_spare()
        self._backoff = BACKOFF_SECONDS[0]
        self._pause: IDelayedCall | None = None

    # Accepting.

    def doRead(self) -> None:
        """Accept what waits, a bounded number per turn, as long as handshakes keep up."""
        if self.turns.crowded:
            self.stopReading()
            self.turns.when_eased(self._go_on_accepting)
            return
        for _ in range(ACCEPTS_PER_TURN):
            try:
                sock, peer = self.socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except PermissionError:
                continue  # the packet filter said no after the fact
            except OSError as error:
                if error.errno in OF_THE_PEER:
                    continue
                if error.errno not in NO_DESCRIPTORS:
                    raise
                self._out_of_descriptors(error)
                return
            self._backoff = BACKOFF_SECONDS[0]
            self.door.counters.accepted += 1
            sock.setblocking(False)
            try:
                self._arrived(sock, _plain_peer(peer))
            except Exception:
                # If it got out of here it would end the listener.
                log.failure("a connection from {host} could not be let in", host=peer[0])
                sock.close()

    def _arrived(self, sock: socket.socket, peer: tuple[Any, ...]) -> None:
        proxied = _is_within(peer[0], self._proxies)
        exempt = proxied or _is_within(peer[0], self._exempt)
        if not exempt and self.door.blocked(peer[0]):
            self._refuse(sock, "blocked")
            return
        seat = self.door.budget.admit(None if exempt else address_key(peer[0]))
        if isinstance(seat, str):
            self._refuse(sock, seat)
            return
        now = self.reactor.seconds()
        seat.life = self.reactor.callLater(self.door.limits.stranger_seconds, seat.expire)
        if not proxied:
            self._start(sock, peer, seat, now)
            return

        def done(source: Source) -> None:
            if source.address is None:
                self._start(sock, peer, seat, now)
                return
            client = _peer_of(source)
            blocked = self.door.blocked(client[0])
            why = "blocked" if blocked else seat.claim(address_key(client[0]))
            if why is None:
                self._start(sock, client, seat, now)
            else:
                seat.release()
                self._refuse(sock, why)

        def refused(why: str) -> None:
            seat.release()
            self.door.note_failure(peer[0], f"bad PROXY header, {why}")
            self._refuse(sock, "proxy_header")

        arrival = ProxiedArrival(sock, self.reactor, self.settings.handshake_seconds, done, refused)

        def give_way() -> None:
            arrival.give_up()
            self.reactor.callLater(0, close_quietly, sock)

        seat.closes_by(give_way)

    def _refuse(self, sock: socket.socket, reason: str) -> None:
        self.door.counters.refuse(reason)
        close_quietly(sock)

    def _start(self, sock: socket.socket, peer: tuple[Any, ...], seat: Seat, now: float) -> None:
        number = self.sessionno
        self.sessionno = number + 1
        try:
            self._begin(sock, peer, seat, number, now)
        except Exception:
            log.failure("a connection from {host} could not be served", host=peer[0])
            seat.release()
            sock.close()

    def _begin_tls(
        self, sock: socket.socket, peer: tuple[Any, ...], seat: Seat, number: int, now: float
    ) -> None:
        tls = TlsTransport(sock, self, peer, self.reactor, now)
        tls.seat = seat
        seat.closes_by(tls.abortConnection)

    def _begin_stock(
        self, sock: socket.socket, peer: tuple[Any, ...], seat: Seat, number: int, now: float
    ) -> None:
        server = StockServer(sock, Protocol(), peer, self, number, self.reactor)
        server.setTcpNoDelay(True)
        tls = self._stock.buildProtocol(server.getPeer())
        server.protocol = tls
        tls.seat = seat
        seat.closes_by(tls.abortConnection)
        tls.watch(self, now, self.reactor)
        tls.makeConnection(server)

    def _begin_plain(
        self, sock: socket.socket, peer: tuple[Any, ...], seat: Seat, number: int, now: float
    ) -> None:
        server = PlainServer(sock, Protocol(), peer, self, number, self.reactor)
        server.setTcpNoDelay(True)
        server.seat = seat
        seat.closes_by(server.abortConnection)
        try:
            server.protocol = self.factory.buildProtocol(server.getPeer())
            server.protocol.makeConnection(server)
        except Exception:
            log.failure("a new connection from {host} could not be served", host=peer[0])
            server.loseConnection()

    # Without descriptors.

    def _out_of_descriptors(self, error: OSError) -> None:
        """Send one waiting peer away instead of leaving it hanging, then rest for a while: the
        socket stays readable, and asking again at once would only burn the processor."""
        self.door.counters.refuse("descriptors")
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
            with contextlib.suppress(OSError):
                close_quietly(self.socket.accept()[0])
        self._spare = _open_spare()
        self.door.note_failure("new peers", f"accept failed, {error.strerror}")
        self.stopReading()
        self._pause = self.reactor.callLater(self._backoff, self._accept_again)
        self._backoff = min(self._backoff * 2, BACKOFF_SECONDS[1])

    def _accept_again(self) -> None:
        self._pause = None
        if self._spare is None:
            self._spare = _open_spare()
        self._go_on_accepting()

    def _go_on_accepting(self) -> None:
        if self.connected and not self.disconnecting and self._pause is None:
            self.startReading()

    def connectionLost(self, reason: Failure) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None
        super().connectionLost(reason)

    # TransportHost.

    def handshake_done(self, transport: TlsTransport | StockTlsTransport) -> IProtocol | None:
        counters = self.door.counters
        counters.handshakes += 1
        counters.resumed += transport.resumed
        if transport.negotiated == PROTOCOL:
            # The handshake was the answer: nothing is said after it (RFC 8737 §3).
            transport.loseConnection()
            return None
        if self._stock is not None:
            return None  # Twisted's TLS has built its protocol already
        return self.factory.buildProtocol(transport.getPeer())

    def handshake_failed(self, transport: TlsTransport | StockTlsTransport, why: str) -> None:
        self.door.counters.handshake_failures += 1
        self.door.note_failure(transport.getPeer().host, why)

    def transport_lost(self, transport: TlsTransport | StockTlsTransport | PlainServer) -> None:
        if transport.seat is not None:
            transport.seat.release()


def close_quietly(sock: socket.socket) -> None:
    """End a connection without a reset if that is cheap: FIN first, then drop what came."""
    try:
        sock.setblocking(False)
        sock.shutdown(socket.SHUT_WR)
        sock.recv(DISCARD_BYTES)
    except OSError:
        pass
    sock.close()


def _open_spare() -> int | None:
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _plain_peer(peer: tuple[Any, ...]) -> tuple[Any, ...]:
    """An IPv4 peer of a dual-stack socket is an IPv4 peer, in limits and in logs."""
    if len(peer) == 4:
        address = plain_address(peer[0])
        if not isinstance(address, IPv6Address):
            return (str(address), peer[1])
    return peer


def _is_within(host: str, networks: list[Network]) -> bool:
    return bool(networks) and any(plain_address(host) in network for network in networks)


def _peer_of(source: Source) -> tuple[Any, ...]:
    if isinstance(source.address, IPv6Address):
        return (str(source.address), source.port, 0, 0)
    return (str(source.address), source.port)
