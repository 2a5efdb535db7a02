"""The short way of a plain request and twisted.web's own: the same answers, books and deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_twisted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from site_rig import KEY, PUBLIC, handshake, text
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from two_ways import Slow, Wire, World, bearer, both

from chatd.edge.door_budget import Budget, Places, Seat
from chatd.edge.first_read import hand_over
from chatd.edge.plain_upgrade import plain_upgrade

REQUESTS: dict[str, Callable[[World], bytes]] = {
    "by bearer": bearer,
    "by bearer, with a subprotocol": lambda w: bearer(w, Sec_WebSocket_Protocol="chatd.v1"),
    "by bearer, with an extension": lambda w: bearer(
        w, Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits"
    ),
    "extensions in two headers": lambda w: bearer(
        w, Sec_WebSocket_Extensions="x; a=1\r\nSec-WebSocket-Extensions: permessage-deflate"
    ),
    "extensions that are no list": lambda w: bearer(w, Sec_WebSocket_Extensions="a b"),
    "by cookie": lambda w: handshake(Cookie=w.cookie, Origin=PUBLIC),
    "by cookie from another site": lambda w: handshake(Cookie=w.cookie, Origin="https://e.org"),
    "by cookie, cross-site": lambda w: handshake(
        Cookie=w.cookie, Origin=PUBLIC, Sec_Fetch_Site="cross-site"
    ),
    "a token that is none": lambda w: handshake(Authorization="Bearer chatd_t_" + "A" * 43),
    "a token that cannot be one": lambda w: handshake(Authorization="Bearer chatd_t_x"),
    "two proofs": lambda w: bearer(w, Cookie=w.cookie, Origin=PUBLIC),
    "a ticket that is none": lambda w: handshake(
        Sec_WebSocket_Protocol="chatd.v1, chatd.ticket." + "A" * 43
    ),
    "nobody": lambda w: handshake(),
    "with a query": lambda w: bearer(w).replace(b"/ws", b"/ws?a=1"),
    "another path": lambda w: bearer(w).replace(b"/ws", b"/wss"),
    "POST": lambda w: bearer(w).replace(b"GET", b"POST"),
    "HTTP/1.0": lambda w: bearer(w).replace(b"1.1", b"1.0"),
    "no key": lambda w: bearer(w, Sec_WebSocket_Key=None),
    "no host": lambda w: bearer(w, Host=None),
    "two hosts": lambda w: bearer(w, Host="a\r\nHost: b"),
    "header twice": lambda w: bearer(w, X="1\r\nx: 2"),
    "two tokens": lambda w: bearer(w, X=f"1\r\nAuthorization: Bearer {w.token}"),
    "folded": lambda w: bearer(w, X="1\r\n 2"),
    "no space": lambda w: bearer(w).replace(b": ", b":"),
    "a tab": lambda w: bearer(w, X="\t1"),
    "space before the colon": lambda w: bearer(w, **{"X ": "1"}),
    "no name": lambda w: bearer(w, **{"": "1"}),
    "empty value": lambda w: bearer(w, X=""),
    "bare line feeds": lambda w: bearer(w).replace(b"\r\n", b"\n"),
    "a bare carriage return": lambda w: bearer(w, X="a\rb"),
    "a null": lambda w: bearer(w, X="a\0b"),
    "latin-1": lambda w: bearer(w, X="\xe9"),
    "a length": lambda w: bearer(w, Content_Length="0"),
    "a body": lambda w: bearer(w, Content_Length="2") + b"hi",
    "chunks": lambda w: bearer(w, Transfer_Encoding="chunked") + b"0\r\n\r\n",
    "expects": lambda w: bearer(w, Expect="100-continue"),
    "close": lambda w: bearer(w, Connection="close, Upgrade"),
    "frames behind it": lambda w: bearer(w) + text(b"early"),
    "a request behind it": lambda w: handshake() + handshake(),
    "an empty line before it": lambda w: b"\r\n" + bearer(w),
    "as many headers as may be": lambda w: bearer(w, **{f"X{n}": "1" for n in range(58)}),
    "a header too many": lambda w: bearer(w, **{f"X{n}": "1" for n in range(59)}),
    "as large as may be": lambda w: bearer(w, X="1" * (16_384 - len(bearer(w, X="")))),
    "a byte too large": lambda w: bearer(w, X="1" * (16_385 - len(bearer(w, X="")))),
    "forwarded": lambda w: bearer(w, X_Forwarded_For="198.51.100.1"),
    "no HTTP": lambda w: b"\x16\x03\x01\r\n\r\n",
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest_twisted.ensureDeferred
async def test_whatever_comes_is_answered_the_same(name: str) -> None:
    def talk(world: World) -> Wire:
        wire = world.arrive()
        wire.protocol.dataReceived(REQUESTS[name](world))
        return wire

    told = await both(talk)
    assert told["said"] or name == "bare line feeds", "which are no end of a line"
    if name.startswith("by bearer"):
        assert told["said"].startswith(b"HTTP/1.1 101 ") and told["open"] == 1


@pytest.mark.parametrize("name", ["by bearer", "a token that is none", "no key"])
@pytest_twisted.ensureDeferred
async def test_a_request_in_pieces_is_answered_the_same(name: str) -> None:
    def talk(world: World) -> Wire:
        wire = world.arrive()
        for byte in REQUESTS[name](world):
            wire.protocol.dataReceived(bytes([byte]))
        return wire

    assert (await both(talk))["said"]


@pytest.mark.parametrize("name", ["by bearer", "a token that is none", "no key", "with a query"])
@pytest_twisted.ensureDeferred
async def test_the_limits_of_an_address_are_the_same(name: str) -> None:
    """It knocks until both buckets are empty; what is refused says the same each time."""

    def talk(world: World) -> Wire:
        said = []
        for _ in range(26):
            wire = world.arrive()
            wire.protocol.dataReceived(REQUESTS[name](world))
            said.append(wire.value().partition(b"\r\n")[0])
            if wire is not world.wires[0]:
                wire.protocol.connectionLost(Failure(ConnectionDone()))
                wire.seat.release()
                world.wires.remove(wire)
        world.lines.append(tuple(said))
        return world.wires[0]

    told = await both(talk, connections_per_address=5)
    assert b"HTTP/1.1 429 Too Many Requests" in told["lines"][-1]


@pytest.mark.parametrize("name", ["by bearer", "a token that is none"])
@pytest.mark.parametrize("size", [10, 20_000])
@pytest_twisted.ensureDeferred
async def test_what_comes_while_it_is_being_answered_waits_the_same(name: str, size: int) -> None:
    def talk(world: World) -> Wire:
        store, wire = Slow(world), world.arrive()
        wire.protocol.dataReceived(REQUESTS[name](world))
        for piece in (text(b"a" * size), text(b"second")):
            wire.protocol.dataReceived(piece)
        world.lines.append((wire.producerState, wire.value(), world.budget.unauthenticated))
        store.answer()
        return wire

    told = await both(talk)
    assert told["lines"][0][1] == b"", "nothing is said before it is known who asks"
    if name == "by bearer":
        assert told["frames"] == [[b"a" * size, b"second"]]


@pytest.mark.parametrize("seconds", [5, 9.9, 10, 61])
@pytest_twisted.ensureDeferred
async def test_an_answer_that_does_not_come_is_given_up_the_same(seconds: float) -> None:
    def talk(world: World) -> Wire:
        Slow(world)
        wire = world.arrive()
        wire.protocol.dataReceived(bearer(world))
        world.rig.clock.advance(seconds)
        return wire

    told = await both(talk)
    assert told["said"].startswith(b"HTTP/1.1 503") == (seconds >= 10)


@pytest.mark.parametrize("seconds", [9.9, 10, 13, 61])
@pytest_twisted.ensureDeferred
async def test_silence_has_the_same_end(seconds: float) -> None:
    def talk(world: World) -> Wire:
        wire = world.arrive()
        world.rig.clock.advance(seconds)
        return wire

    told = await both(talk)
    assert told["said"].startswith(b"HTTP/1.1 408") == (seconds >= 10)


@pytest.mark.parametrize("name", ["by bearer", "a token that is none"])
@pytest_twisted.ensureDeferred
async def test_one_that_went_away_meanwhile_leaves_the_same_behind(name: str) -> None:
    def talk(world: World) -> Wire:
        store, wire = Slow(world), world.arrive()
        wire.protocol.dataReceived(REQUESTS[name](world))
        wire.protocol.connectionLost(Failure(ConnectionDone()))
        wire.seat.release()
        world.wires.clear()
        store.answer()
        return wire

    told = await both(talk)
    assert told["said"] == b"" and told["open"] == 0


@pytest.mark.parametrize("busy", [False, True])
@pytest_twisted.ensureDeferred
async def test_a_stranger_gives_way_the_same(busy: bool) -> None:
    def talk(world: World) -> Wire:
        store, wire = Slow(world), world.arrive(stranger_seconds=1)
        if busy:
            wire.protocol.dataReceived(REQUESTS["a token that is none"](world))
        world.rig.clock.advance(1)
        world.lines.append((wire.value(), tuple(wire.calls)))
        store.answer()
        return wire

    told = await both(talk)
    assert told["calls"], "it ends, once the answer is given"
    assert (b" 401 " in told["said"]) == busy


names = st.sampled_from(
    ["Host", "Upgrade", "Connection", "X", "Sec-WebSocket-Key", "Cookie", "x-y"]
)
plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
odd = st.text(st.sampled_from(list("a \t\r\n:,\0\x7f\xe9")), max_size=4)
headers = st.lists(
    st.tuples(st.one_of(names, odd), st.sampled_from([": ", ":", " :"]), plain | odd)
)


@st.composite
def requests(draw: Any) -> bytes:
    """A good one with a few things changed anywhere."""
    request = bytearray(handshake(Authorization="Bearer chatd_t_" + "A" * 43))
    more = "".join(f"{name}{colon}{value}\r\n" for name, colon, value in draw(headers))
    request[-2:-2] = more.encode("latin-1")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(request)))
        request[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(request)


@given(requests())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_is_read_in_two_ways(request: bytes) -> None:
    """What the short way takes, twisted.web reads exactly so; the rest it is given untouched."""
    found = plain_upgrade(request, 16_384, 64)
    if found is None:
        return
    asked: list[Any] = []
    for site in _sites():
        site.serve = lambda made: asked.append(
            (made.clientproto, made.ask("/ws", ()), made.uri, made.content.read())
        )
        wire = Wire(Seat(Budget(Places())))
        channel = site.channel()
        hand_over(wire, channel)
        channel.dataReceived(request)
        assert wire.value() == b"" and len(asked) == 1
        version, ask, uri, body = asked[0]
        assert (version, ask.method, uri, body) == (b"HTTP/1.1", "GET", b"/ws", b"")
        assert ask.headers == found and ask.query == ""
        channel.connectionLost(Failure(ConnectionDone()))


def _sites() -> Iterator[Any]:
    from twisted.internet.task import Clock

    from chatd.core.bucket import Rate
    from chatd.edge.journal import Journal
    from chatd.edge.router import Router
    from chatd.edge.settings import EdgeSettings
    from chatd.edge.site import ChatSite

    clock = Clock()
    upgrade: Any = None
    journal = Journal(Rate(50, 500), clock.seconds)
    yield ChatSite(clock, EdgeSettings(PUBLIC), Router(()), upgrade, journal, bytes)
    assert clock.getDelayedCalls() == []


def test_a_browsers_request_is_plain() -> None:
    request = handshake(
        Pragma="no-cache",
        Cache_Control="no-cache",
        User_Agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        Origin=PUBLIC,
        Accept_Encoding="gzip, deflate, br, zstd",
        Accept_Language="de,en;q=0.9",
        Cookie="__Host-chatd=chatd_s_" + "A" * 43,
        Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits",
        Sec_WebSocket_Protocol="chatd.v1",
    )
    found = plain_upgrade(request, 16_384, 64)
    assert found is not None
    assert found["sec-websocket-key"] == (KEY,) and len(found) == 14
