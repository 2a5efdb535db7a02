"""What all WebSockets share: every option of Autobahn set on purpose, and their books."""

from __future__ import annotations

from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory

from chatd.core.principal import Principal
from chatd.edge.connections import Connections
from chatd.edge.journal import Journal
from chatd.edge.settings import EdgeSettings
from chatd.edge.ticker import Ticker
from chatd.edge.websocket import ChatSocket, MakeSession
from chatd.edge.websocket_opening import AS_OPENED

#: RFC 6455 §7.4.1: no code was given; the connection was cut.
NO_STATUS = 1005
ABNORMAL = 1006


class SocketFactory(WebSocketServerFactory):
    """Makes sockets with every option set on purpose, and knows what they share."""

    def __init__(
        self,
        reactor: Any,
        settings: EdgeSettings,
        make_session: MakeSession,
        connections: Connections,
        journal: Journal,
    ) -> None:
        super().__init__(reactor=reactor, server="chatd")
        self.settings = settings
        self.make_session = make_session
        self.connections = connections
        self.ticker = Ticker(reactor)
        self._journal = journal
        self.setProtocolOptions(
            versions=[13],
            webStatus=False,  # otherwise: a version banner and an open redirect
            utf8validateIncoming=True,
            requireMaskedClientFrames=True,
            maskServerFrames=False,
            applyMask=True,
            maxFramePayloadSize=settings.frame_bytes,
            maxMessagePayloadSize=settings.frame_bytes,
            autoFragmentSize=0,
            failByDrop=False,  # otherwise the peer sees 1006 and never learns why
            echoCloseCodeReason=True,
            openHandshakeTimeout=0,  # the handshake is read and checked before Autobahn sees it
            closeHandshakeTimeout=0,  # the ticker's, together with peers that do not read
            tcpNoDelay=True,
            perMessageCompressionAccept=_no_compression,
            autoPingInterval=0,  # liveness is the session's
            autoPingTimeout=0,
            allowedOrigins=["*"],  # ours, RFC 6454, before this
            allowNullOrigin=True,
            maxConnections=0,  # the door's, and ours for each user
            trustXForwardedFor=0,
            serveFlashSocketPolicy=False,
        )
        self.logOctets = self.logFrames = self.trackTimings = False
        # Autobahn copies the options into each protocol that lacks them; as attributes of the class
        # they exist once for all.
        options = {name: getattr(self, name) for name in ChatSocket.CONFIG_ATTRS}
        options["perMessageCompressionAccept"] = staticmethod(_no_compression)
        shared = {**AS_OPENED, **options, "CONFIG_ATTRS": (), "factory": self, "__slots__": ()}
        self._socket = type("BoundChatSocket", (ChatSocket,), shared)

    def socket(self, principal: Principal, address: str, id: str = "-") -> ChatSocket:
        made: ChatSocket = self._socket(principal, address, id)
        return made

    def opened(self, socket: ChatSocket) -> None:
        self.connections.add(socket)
        self.ticker.add(socket)
        who = socket.principal
        self._journal.line(
            "{user} connected from {address} by {credential} as {connection}",
            user=who.user,
            connection=socket.id,
            address=socket.address,
            credential=who.credential,
        )

    def closed(self, socket: ChatSocket) -> None:
        self.connections.remove(socket)
        if socket.closedByMe:
            self.connections.count_closed("server", socket.localCloseCode or NO_STATUS)
        elif socket.wasClean:
            self.connections.count_closed("client", socket.remoteCloseCode or NO_STATUS)
        else:
            self.connections.count_closed("network", ABNORMAL)
        self.ticker.remove(socket)
        self._journal.line(
            "{user} disconnected from {address} as {connection}:"
            " we said {ours}, they said {theirs}",
            connection=socket.id,
            user=socket.principal.user,
            address=socket.address,
            ours=socket.localCloseCode,
            theirs=socket.remoteCloseCode,
        )


def _no_compression(offers: object) -> None:
    """Autobahn's kind keeps a stream and its windows for each connection: see `websocket_opening`
    for ours."""
    return
