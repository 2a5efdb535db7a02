"""From a request for the WebSocket to an open one: checks, identity, then the socket opens."""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol as TwistedProtocol

from chatd.auth.credentials import unauthorized
from chatd.core.bucket import Buckets
from chatd.core.principal import Principal
from chatd.edge.answers import Ask, Declined
from chatd.edge.connections import Connections
from chatd.edge.door_budget import AddressKey, address_key
from chatd.edge.guard import Guard
from chatd.edge.handshake import Offer, check_handshake
from chatd.edge.request import ChatRequest
from chatd.edge.sockets import SocketFactory


class Asking(Protocol):
    """A connection that asks for a WebSocket: a `FirstRead` or a `ChatRequest`."""

    vanished: bool

    def give_up(self, successor: TwistedProtocol) -> bytes:
        """The connection is now the successor's; returns what came after the request."""


class Upgrader:
    def __init__(self, factory: SocketFactory, guard: Guard, connections: Connections) -> None:
        self._factory = factory
        self._guard = guard
        self._connections = connections
        self._buckets: Buckets[AddressKey] = Buckets(factory.settings.handshakes)

    def __call__(self, request: ChatRequest, ask: Ask) -> Deferred[None]:
        """For a request that twisted.web has parsed."""
        pending = Deferred.fromCoroutine(self._check_and_admit(request, ask))
        return pending.addTimeout(self._factory.settings.admission_seconds, self._factory.reactor)

    async def _check_and_admit(self, request: ChatRequest, ask: Ask) -> None:
        await self.admit(request, ask, check_handshake(ask, request.clientproto))

    async def admit(self, asking: Asking, ask: Ask, offer: Offer) -> None:
        """Open the requested WebSocket, unless its peer has gone; or a refusal."""
        self._charge(ask)
        endings = self._connections.endings
        principal = (await self._guard.connecting(ask, offer.tickets)).principal
        if asking.vanished:
            return
        if self._connections.ended_since(endings, principal):
            raise unauthorized()
        if self._connections.full(principal.user):
            raise Declined(
                429,
                "limit-reached",
                f"This user has {self._connections.most_per_user} connections open already.",
                retry_after=30,
            )
        self._take_over(asking, ask, offer, principal)

    def _charge(self, ask: Ask) -> None:
        now = self._factory.reactor.seconds()
        wait = self._buckets.take(address_key(ask.address), 1, now)
        if wait:
            raise Declined(
                429, "rate-limited", "Too many connections in a short time.", retry_after=wait
            )

    def _take_over(self, asking: Asking, ask: Ask, offer: Offer, principal: Principal) -> None:
        socket = self._factory.socket(principal, ask.address, ask.id)
        behind = asking.give_up(socket)
        socket.open(offer)
        if behind:
            # Frames sent without waiting for the 101.
            socket.dataReceived(behind)
