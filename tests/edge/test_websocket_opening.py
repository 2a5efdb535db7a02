"""A WebSocket opened at once is the one that Autobahn's own opening handshake would have made."""

from typing import Any

import pytest
from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.compress import PerMessageDeflateOfferAccept
from autobahn.websocket.utf8validator import Utf8Validator
from site_rig import KEY, EchoSession, frame, handshake, text
from twisted.internet.task import Clock

from chatd.core.principal import Principal
from chatd.edge.connections import Connections
from chatd.edge.extensions import accepted
from chatd.edge.handshake import SUBPROTOCOL, Offer
from chatd.edge.journal import Journal
from chatd.edge.settings import EdgeSettings
from chatd.edge.sockets import SocketFactory
from chatd.edge.websocket import ChatSocket
from chatd.edge.websocket_opening import switching
from tests.fakes.tcp import MemoryTcp

DEFLATE = accepted("permessage-deflate")
OFFERS = [Offer(KEY, "", ()), Offer(KEY, SUBPROTOCOL, ())]
#: Texts of the request, which an open connection does not keep, and what a test may ask for.
OF_THE_HANDSHAKE = {
    "_wskey",
    "http_headers",
    "http_request_data",
    "http_request_host",
    "http_request_params",
    "http_request_path",
    "http_request_uri",
    "http_status_line",
    "http_response_data",
    "websocket_extensions",
    "websocket_origin",
    "websocket_protocols",
}


def factory_of(session: Any = EchoSession) -> SocketFactory:
    clock = Clock()
    edge = EdgeSettings(public_url="https://chat.example.org")
    journal = Journal(edge.log_lines, clock.seconds)
    return SocketFactory(clock, edge, session, Connections(20), journal)


def socket_of(factory: SocketFactory) -> ChatSocket:
    return factory.socket(Principal("u1", "alice", False, "bearer", "c1"), "192.0.2.1")


class Writes(MemoryTcp):
    """Remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)
        super().write(data)


def opened(offer: Offer, session: Any = EchoSession) -> tuple[ChatSocket, Writes]:
    socket, transport = socket_of(factory_of(session)), Writes()
    socket.makeConnection(transport)
    socket.open(offer)
    return socket, transport


def opened_by_autobahn(offer: Offer) -> tuple[Any, Writes]:
    """The same class with Autobahn's own methods in the place of ours, up to the open state."""
    factory = factory_of()
    ours = socket_of(factory)

    class Plain(type(ours)):  # type: ignore[misc]
        sendData = WebSocketServerProtocol.sendData

        def connectionMade(self) -> None:
            self._connectionMade()

        def onConnect(self, request: Any) -> str | None:
            return SUBPROTOCOL if SUBPROTOCOL in request.protocols else None

        def _onOpen(self) -> None:
            pass

        @staticmethod
        def perMessageCompressionAccept(offers: Any) -> Any:
            return PerMessageDeflateOfferAccept(offers[0], True, no_context_takeover=True)

    plain = Plain(ours.principal, ours.address, ours.id)
    transport = Writes()
    plain.makeConnection(transport)
    headers = {"Sec_WebSocket_Protocol": offer.subprotocol or None}
    if offer.extension:
        headers["Sec_WebSocket_Extensions"] = "permessage-deflate; server_no_context_takeover"
    plain.dataReceived(handshake(**headers))
    return plain, transport


@pytest.mark.parametrize("offer", [*OFFERS, Offer(KEY, SUBPROTOCOL, (), DEFLATE)])
def test_the_answer_is_autobahns_byte_for_byte(offer: Offer) -> None:
    _, transport = opened_by_autobahn(offer)
    assert transport.value() == switching(offer, offer.extension)
    _, ours = opened(offer)
    assert ours.value().startswith(transport.value() + b"\x81")


def held(socket: Any) -> set[str]:
    """The names of what is there for this one alone."""
    slots = {name for name in ChatSocket.__slots__ if hasattr(socket, name)}
    return slots | vars(socket).keys()


def comparable(name: str, value: Any) -> Any:
    if name in ("utf8validator", "trafficStats", "factory", "transport"):
        return type(value)
    return list(value) if name in ("websocket_extensions_in_use", "send_queue") else value


@pytest.mark.parametrize("offer", OFFERS)
def test_every_attribute_is_as_autobahn_leaves_it(offer: Offer) -> None:
    plain, _ = opened_by_autobahn(offer)
    ours, _ = opened(offer)
    names = held(plain) - OF_THE_HANDSHAKE - {"wire", "session", "validator"}
    assert {"state", "data", "current_frame", "wasClean", "autoPingPendingCall"} <= names
    left = {name: comparable(name, getattr(plain, name)) for name in names}
    assert {name: comparable(name, getattr(ours, name)) for name in names} == left
    assert plain.factory.countConnections == ours.factory.countConnections == 1


def test_an_open_connection_carries_nothing_but_its_slots() -> None:
    ours, _ = opened(OFFERS[1])
    assert vars(ours) == {}


def test_the_answer_and_the_first_words_leave_in_one_write() -> None:
    _, transport = opened(OFFERS[0])
    assert len(transport.writes) == 1
    assert transport.writes[0] == switching(OFFERS[0]) + b"\x81\x0bhello alice"


class Mute(EchoSession):
    def opened(self) -> None:
        pass


class Failing(EchoSession):
    def opened(self) -> None:
        raise RuntimeError("on purpose")


def test_a_session_with_nothing_to_say_gets_its_answer_too() -> None:
    socket, transport = opened(OFFERS[0], Mute)
    assert transport.writes == [switching(OFFERS[0])]
    socket.dataReceived(text(b"hi"))
    assert transport.writes[1:] == [b"\x81\x02hi"]


def test_whoever_kept_the_first_wire_writes_no_second_answer() -> None:
    class Keeping(EchoSession):
        def opened(self) -> None:
            self.kept = self.wire.wire
            super().opened()

    socket, transport = opened(OFFERS[0], Keeping)
    socket.session.kept.write_now(b"\x81\x00")  # type: ignore[union-attr]
    assert transport.writes[1:] == [b"\x81\x00"]
    assert socket.wire is not socket.session.kept  # type: ignore[union-attr]


@pytest.mark.logs_errors("fault - at opening")
def test_a_close_does_not_overtake_the_answer() -> None:
    _, transport = opened(OFFERS[0], Failing)
    said = transport.value()
    assert said.startswith(switching(OFFERS[0]) + b"\x88")


def test_a_check_of_utf8_is_made_when_a_message_comes_and_handed_on() -> None:
    first, _ = opened(OFFERS[0])
    second, _ = opened(OFFERS[0])
    first.dataReceived(frame(1, "gr\u00fc".encode()[:3], fin=False))
    assert isinstance(first.validator, Utf8Validator)
    second.dataReceived(text("\u00fc".encode()))
    assert second.validator is None and first.validator is not None, "they never share one"
    first.dataReceived(frame(0, "gr\u00fc".encode()[3:]))
    assert first.validator is None
    assert first.session.frames == ["gr\u00fc".encode()]  # type: ignore[union-attr]
    assert second.session.frames == ["\u00fc".encode()]  # type: ignore[union-attr]
    second.dataReceived(frame(1, b"\xff", fin=False))
    assert second.failedByMe, "and one that was handed on begins anew"
