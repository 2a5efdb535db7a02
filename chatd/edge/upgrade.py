"""From a request for the WebSocket to an open one: checks, who it is, then Autobahn takes over."""

from __future__ import annotations

from autobahn.twisted.resource import WebSocketResource
from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers

from chatd.auth.credentials import unauthorized
from chatd.core.bucket import Buckets
from chatd.core.principal import Principal
from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.connections import Connections
from chatd.edge.door_budget import AddressKey
from chatd.edge.guard import Guard
from chatd.edge.handshake import Offer, check_handshake
from chatd.edge.request import ChatRequest
from chatd.edge.site import address_key_of
from chatd.edge.sockets import SocketFactory
from chatd.edge.websocket import ChatSocket


class Prepared:
    """What `WebSocketResource` takes for a factory: it has the one protocol already."""

    def __init__(self, socket: ChatSocket) -> None:
        self._socket = socket

    def buildProtocol(self, addr: object) -> ChatSocket:
        return self._socket


class Upgrader:
    def __init__(self, factory: SocketFactory, guard: Guard, connections: Connections) -> None:
        self._factory = factory
        self._guard = guard
        self._connections = connections
        self._buckets: Buckets[AddressKey] = Buckets(factory.settings.handshakes)

    def __call__(self, request: ChatRequest, ask: Ask) -> Deferred[Response | None]:
        pending = Deferred.fromCoroutine(self._admit(request, ask))
        return pending.addTimeout(self._factory.settings.admission_seconds, self._factory.reactor)

    async def _admit(self, request: ChatRequest, ask: Ask) -> Response | None:
        offer = check_handshake(ask, request.clientproto)
        self._charge(ask)
        endings = self._connections.endings
        principal = (await self._guard.connecting(ask, offer.tickets)).principal
        if request.vanished:
            return None
        if self._connections.ended_since(endings, principal):
            raise unauthorized()
        if self._connections.full(principal.user):
            raise Declined(
                429,
                "limit-reached",
                f"This user has {self._connections.most_per_user} connections open already.",
                retry_after=30,
            )
        self._take_over(request, ask, offer, principal)
        return None

    def _charge(self, ask: Ask) -> None:
        now = self._factory.reactor.seconds()
        wait = self._buckets.take(address_key_of(ask.address), 1, now)
        if wait:
            raise Declined(
                429, "rate-limited", "Too many connections in a short time.", retry_after=wait
            )

    def _take_over(
        self, request: ChatRequest, ask: Ask, offer: Offer, principal: Principal
    ) -> None:
        channel, transport = request.channel, request.channel.transport
        socket = self._factory.socket(principal, ask.address)
        left = channel.give_up(socket)
        # The channel is the transport's producer still; a socket that wants to be one would fail.
        transport.unregisterProducer()
        # Autobahn parses the request anew. It gets what it needs and no proof of identity.
        headers = {
            "Host": "chatd",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": offer.key,
        }
        if offer.subprotocol:
            headers["Sec-WebSocket-Protocol"] = offer.subprotocol
        request.requestHeaders = Headers({name: [value] for name, value in headers.items()})
        request.uri = b"/ws"
        WebSocketResource(Prepared(socket)).render(request)
        if left:
            # Frames sent without waiting for the 101; the channel kept them back.
            socket.dataReceived(left)
