"""What a new connection brings first: nearly always the whole request for a WebSocket, in one read.

That one goes to the upgrade straight away. Anything else goes to a `Channel` before a byte of it
has been looked at: it understands all of HTTP and it alone refuses. twisted.web's channel, request
and headers for a request that is plain took 250 µs of a connect of 1,500 µs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper
from twisted.python.failure import Failure

from chatd.edge.answers import Ask, Declined
from chatd.edge.door import authenticated, seat_of
from chatd.edge.forwarded import client_address
from chatd.edge.handshake import Offer, check_handshake
from chatd.edge.plain_upgrade import SOCKET_PATH, plain_upgrade

if TYPE_CHECKING:
    from chatd.edge.channel import Channel
    from chatd.edge.site import ChatSite

log = Logger()

#: How much may follow the request while it is being answered, as in twisted.web; the rest waits in
#: the kernel.
BEHIND_BYTES = 16_384


def hand_over(transport: Any, successor: Protocol) -> None:
    """``successor`` is what the transport talks to from now on."""
    if isinstance(transport, ProtocolWrapper):
        transport.wrappedProtocol = successor  # Twisted's TLS is a protocol itself
    else:
        transport.protocol = successor
    successor.makeConnection(transport)


class FirstRead(Protocol):
    transport: Any
    vanished = False

    _ask: Ask | None = None  # once a plain request is being answered
    _request = b""
    _pending: Deferred[None] | None = None
    _deadline: IDelayedCall | None = None
    _overdue = False
    _handed_over = False
    _held = False  # the transport is to wait

    def __init__(self, site: ChatSite) -> None:
        self._site = site

    # Twisted calls.

    def connectionMade(self) -> None:
        self._deadline = self._site.reactor.callLater(
            self._site.settings.header_seconds, self._time_is_up
        )
        self._seat = seat_of(self.transport)
        self._seat.closes_by(self._give_way)

    def dataReceived(self, data: bytes) -> None:
        if self._ask is not None:
            self._keep(data)
            return
        settings = self._site.settings
        headers = plain_upgrade(data, settings.header_bytes, settings.headers)
        if headers is None:
            self._channel().dataReceived(data)
            return
        peer = self.transport.getPeer().host
        forwarded = headers.get("x-forwarded-for", ())
        ask = Ask(
            "GET",
            SOCKET_PATH,
            client_address(peer, forwarded, settings.proxies),
            headers,
            id=self._site.new_id(),
            prefix=self._site.prefix,
            known=self._known,
        )
        try:
            offer = check_handshake(ask, b"HTTP/1.1")
        except Declined:
            self._channel().dataReceived(data)
            return
        self._begin(ask, offer, data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.vanished = True
        if self._ask is None:
            self._disarm()

    # Answering a plain request.

    def _begin(self, ask: Ask, offer: Offer, request: bytes) -> None:
        site = self._site
        self._seat.busy()
        self._ask, self._request, self._behind = ask, request, [b""]
        try:
            site.charge(ask)
        except Declined:
            self._failed(Failure())
            return
        if self._deadline is not None:
            self._deadline.reset(site.decision_seconds)
        pending = Deferred.fromCoroutine(site.upgrade.admit(self, ask, offer))
        self._pending = pending
        pending.addCallbacks(self._done, self._failed)

    def _keep(self, data: bytes) -> None:
        self._behind.append(data)
        if not self._held and sum(map(len, self._behind)) > BEHIND_BYTES:
            self._held = True
            self.transport.pauseProducing()

    def _time_is_up(self) -> None:
        """For asking, or for deciding: one after the other, with one timer."""
        self._deadline = None
        if self._ask is None:
            self._channel().too_slow()
            return
        self._overdue = True
        assert self._pending is not None
        self._pending.cancel()

    def give_up(self, successor: Protocol) -> bytes:
        """The connection is the successor's; returns what came after the request."""
        self._disarm()
        self._handed_over = True
        hand_over(self.transport, successor)
        self._go_on()
        return b"".join(self._behind)

    def _done(self, _: None) -> None:
        self._disarm()

    def _failed(self, failure: Failure) -> None:
        self._disarm()
        if self._overdue and failure.check(CancelledError):
            failure = Failure(DeferredTimeout())
        if self._handed_over:
            log.failure("a WebSocket could not be opened", failure)
            self.transport.abortConnection()
            return
        if self.vanished:
            assert self._ask is not None
            self._site.answer_nobody(failure, self._ask)
            return
        channel = self._channel()
        channel.decided = failure
        self._go_on()
        channel.dataReceived(self._request)
        if behind := b"".join(self._behind):
            channel.dataReceived(behind)

    def _go_on(self) -> None:
        if self._held:
            self._held = False
            self.transport.resumeProducing()

    def _known(self) -> None:
        authenticated(self.transport)

    # Anything else.

    def _channel(self) -> Channel:
        """The connection is the channel's."""
        self._disarm()
        channel = self._site.channel()
        hand_over(self.transport, channel)
        return channel

    def _give_way(self) -> None:
        self._channel().give_way()

    def _disarm(self) -> None:
        timer, self._deadline = self._deadline, None
        if timer is not None:
            timer.cancel()
