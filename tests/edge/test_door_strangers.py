"""Strangers at the door: each has a limited time, and the longest idle gives way to a newcomer."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

import pytest
from loopback_tls import Peers, connect, in_thread, plain, read_exactly, until
from test_door import announce, ends, through_proxy
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.core.bucket import Rate
from chatd.edge.answers import Response
from chatd.edge.door import authenticated, listen, seat_of
from chatd.edge.door_budget import Budget, Places, Seat
from chatd.edge.door_shared import DoorLimits
from chatd.edge.journal import Journal
from chatd.edge.router import Router
from chatd.edge.settings import EdgeSettings
from chatd.edge.site import ChatSite
from tests.daemon import Daemon
from tests.hostile.peer import Gone, Peer, member

PASSWORD = "correct horse battery"


# The budget.


def admitted(budget, key, gone, name=None):
    seat = budget.admit(key)
    assert isinstance(seat, Seat), seat
    seat.closes_by(lambda: gone.append(key if name is None else name))
    return seat


@pytest.mark.parametrize("limit", ["connections", "unauthenticated"])
def test_in_all_the_stranger_idle_for_longest_gives_way(limit):
    budget, gone = Budget(Places(**{limit: 3})), []
    first, second, _ = (admitted(budget, key, gone) for key in ("a", "b", "c"))
    first.busy()
    first.idle()  # had an answer: idle for a shorter time than the others now
    second.busy()
    admitted(budget, "d", gone)
    admitted(budget, "e", gone)
    assert gone == ["c", "a"]
    assert (budget.connections, budget.unauthenticated, budget.displaced) == (3, 3, 2)
    assert budget.addresses() == 3


@pytest.mark.parametrize("limit", ["connections_per_address", "unauthenticated_per_address"])
def test_whoever_fills_an_address_displaces_that_address_alone(limit):
    budget, gone = Budget(Places(unauthenticated=3, **{limit: 1})), []
    for key in ("quiet", "calm", "loud"):
        admitted(budget, key, gone)
    for _ in range(20):
        admitted(budget, "loud", gone)
    assert gone == ["loud"] * 20
    assert [budget.of_address(key) for key in ("quiet", "calm", "loud")] == [1, 1, 1]


def test_only_where_nobody_is_idle_the_newcomer_is_refused():
    budget, gone = Budget(Places(unauthenticated=2)), []
    seats = [admitted(budget, key, gone) for key in ("a", "b")]
    for seat in seats:
        seat.busy()
    assert budget.admit("c") == "unauthenticated"
    assert (budget.connections, budget.addresses()) == (2, 2), "a refusal takes no place"
    seats[1].idle()
    admitted(budget, "c", gone)
    assert gone == ["b"]


def test_those_who_are_known_never_give_way():
    budget, gone = Budget(Places(connections=2, unauthenticated=1)), []
    known = admitted(budget, "a", gone)
    known.authenticated()
    known.idle()
    known.closes_by(lambda: gone.append("closed late"))
    known.expire()
    admitted(budget, "b", gone)
    admitted(budget, "c", gone)
    assert gone == ["b"]


def test_a_client_named_late_by_its_proxy_displaces_its_own_address():
    budget, gone = Budget(Places(unauthenticated_per_address=1)), []
    admitted(budget, "a", gone, "old")
    late = admitted(budget, None, gone, "late")
    assert late.claim("a") is None
    assert gone == ["old"]
    admitted(budget, "a", gone, "new")
    assert gone == ["old", "late"]
    assert (budget.connections, budget.of_address("a")) == (1, 1)


def test_a_strangers_time_ends_but_not_inside_an_answer():
    budget, gone, clock = Budget(Places()), [], Clock()

    def stranger(name):
        seat = admitted(budget, "a", gone, name)
        seat.life = clock.callLater(60, seat.expire)
        return seat

    stranger("idle")
    answered, known, lost = stranger("answered"), stranger("known"), stranger("lost")
    answered.busy()
    known.authenticated()
    lost.release()
    clock.advance(60)
    assert gone == ["idle"]
    answered.idle()
    assert gone == ["idle", "answered"]
    assert clock.getDelayedCalls() == []
    assert (budget.connections, budget.unauthenticated) == (1, 0)


# The door.


@pytest.mark.parametrize("stock", [False, True])
@pytest.mark.parametrize("shaken", [False, True])
async def test_a_newcomer_gets_the_place_of_an_idle_stranger(loopback, stock, shaken):
    limits = DoorLimits(Places(unauthenticated_per_address=3))
    factory = Peers()
    port = loopback.listen(factory, limits, stock_tls=stock)
    known = await in_thread(connect, port)
    authenticated((await factory.arrival()).transport)
    idle = [await in_thread(connect if shaken else plain, port) for _ in range(3)]
    await until(lambda: port.door.budget.connections == 4)
    newcomer = await in_thread(connect, port)
    await until(lambda: port.door.counters.handshakes == (5 if shaken else 2))
    assert await in_thread(ends, idle[0]) in (b"", "ConnectionResetError", "SSLEOFError")
    assert (port.door.counters.refused, port.door.budget.displaced) == ({}, 1)
    newcomer.sendall(b"x")
    known.sendall(b"x")
    await until(lambda: factory.made[0].received and factory.made[-1].received)
    for sock in (known, newcomer, *idle):
        sock.close()


async def test_a_proxied_newcomer_displaces_who_has_not_said_a_word(loopback):
    factory = Peers()
    port = loopback.listen(factory, DoorLimits(Places(unauthenticated=2)), proxies=["127.0.0.1"])
    silent = [await in_thread(plain, port) for _ in range(2)]
    await until(lambda: port.door.budget.connections == 2)
    newcomer = await in_thread(through_proxy, port, announce("203.0.113.1"))
    assert (await factory.arrival()).address.host == "203.0.113.1"
    assert await in_thread(ends, silent[0]) == b""
    assert port.door.counters.refused == {}
    for sock in (*silent, newcomer):
        sock.close()


async def test_a_connection_on_which_nobody_becomes_known_ends_in_time(loopback):
    factory = Peers()
    port = loopback.listen(factory, DoorLimits(stranger_seconds=0.3))
    stranger = await in_thread(connect, port)
    await factory.arrival()
    busy = await in_thread(connect, port)
    seat = seat_of((await factory.arrival()).transport)
    seat.busy()
    known = await in_thread(connect, port)
    authenticated((await factory.arrival()).transport)
    await until(lambda: factory.made[0].reason is not None)
    await until(lambda: seat.life is None)
    assert [peer.reason is None for peer in factory.made] == [False, True, True]
    seat.idle()
    await until(lambda: factory.made[1].reason is not None)
    assert factory.made[2].reason is None
    for sock in (stranger, busy, known):
        sock.close()


@pytest.mark.parametrize("tls", [False, True])
async def test_a_request_being_answered_keeps_its_place_and_its_answer_is_whole(loopback, tls):
    pending: list[Deferred] = []

    def answers_later(request, ask):
        pending.append(Deferred())
        return pending[-1]

    site = ChatSite(
        reactor,
        EdgeSettings("https://localhost"),
        Router(()),
        answers_later,
        Journal(Rate(1, 1), reactor.seconds),
        bytes,
    )
    certificates = loopback.certificates if tls else None
    limits = DoorLimits(Places(unauthenticated=1))
    port = listen(reactor, "127.0.0.1", 0, certificates, site, limits)
    loopback.ports.append(port)
    asking = await in_thread(connect if tls else plain, port)
    asking.sendall(request("GET", "/ws"))
    await until(lambda: pending)
    refused = await in_thread(plain, port)
    assert await in_thread(ends, refused) == b""
    assert port.door.counters.refused == {"unauthenticated": 1}
    pending[0].callback(Response(200, b"all of it"))
    newcomer = await in_thread(connect if tls else plain, port)
    got = await in_thread(read_exactly, asking, 100_000)  # a cut or a reset would raise
    assert got.endswith(b"all of it")
    newcomer.sendall(request("GET", "/ws"))
    await until(lambda: len(pending) == 2)
    pending[1].callback(Response(200, b""))
    for sock in (asking, refused, newcomer):
        sock.close()


# The daemon.


def request(method, path, body=None, **headers):
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def answer(peer):
    """Status line and head; the body is read and dropped."""
    head = peer.head()
    size = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
    while len(peer._buffer) < size:
        peer._buffer += peer.receive()
    peer._buffer = peer._buffer[size:]
    return head


def stands(peer):
    """Whether the server has kept this connection."""
    peer.socket.settimeout(0.01)
    try:
        peer.receive()
    except TimeoutError:
        return True
    except Gone:
        return False
    return True


SOURCE = "127.8.0.1"


@pytest.mark.parametrize("kind", ["answered", "shaken", "half a request", "silent"])
def test_sixty_idle_connections_of_one_address_bar_nobody_from_signing_in(
    tmp_path: Path, kind: str
) -> None:
    with Daemon(tmp_path / "data") as daemon, contextlib.ExitStack() as stack:
        daemon.user("alice", PASSWORD)
        friend = stack.enter_context(member(daemon.port, daemon.token("bob"), source=SOURCE))
        reader = stack.enter_context(Peer(daemon.port, SOURCE))
        bearer = f"Bearer {daemon.token('bob')}"
        reader.send(request("GET", "/api/session", Authorization=bearer))
        assert answer(reader).startswith("HTTP/1.1 200 ")
        idle = []
        for _ in range(60):
            peer = stack.enter_context(Peer(daemon.port, SOURCE, tls=kind != "silent"))
            idle.append(peer)
            if kind == "answered":
                peer.send(request("GET", "/api/session"))
                assert answer(peer).startswith("HTTP/1.1 200 ")
            elif kind == "half a request":
                peer.send(b"GET / HT")
        began = time.monotonic()
        visitor = stack.enter_context(Peer(daemon.port, SOURCE))
        body = {"name": "alice", "password": PASSWORD}
        visitor.send(request("POST", "/api/session", body, Origin=daemon.url))
        assert answer(visitor).startswith("HTTP/1.1 200 ")
        assert time.monotonic() - began < 3
        assert sum(map(stands, idle)) <= 50
        assert daemon.ask("status")["refused"] == 0
        # Those who were known already, by a WebSocket or by a request, have noticed nothing.
        friend.say(type="rooms", id=1)
        assert friend.hears("rooms")
        reader.send(request("GET", "/api/session", Authorization=bearer))
        assert answer(reader).startswith("HTTP/1.1 200 ")


def test_a_cookie_that_proves_somebody_makes_the_connection_known(tmp_path: Path) -> None:
    limits = {"limits": {"unauthenticated_per_address": 2}}
    with Daemon(tmp_path / "data", limits) as daemon, contextlib.ExitStack() as stack:
        daemon.user("alice", PASSWORD)
        visitor = stack.enter_context(Peer(daemon.port, SOURCE))
        body = {"name": "alice", "password": PASSWORD}
        visitor.send(request("POST", "/api/session", body, Origin=daemon.url))
        head = answer(visitor)
        cookie = head.partition("Set-Cookie: ")[2].partition(";")[0]
        visitor.send(request("GET", "/api/session", Cookie=cookie))
        answer(visitor)
        pretender = stack.enter_context(Peer(daemon.port, SOURCE))
        pretender.send(request("GET", "/api/session", Cookie=cookie + "x"))
        answer(pretender)
        for _ in range(4):
            stack.enter_context(Peer(daemon.port, SOURCE))
        assert stands(visitor)
        assert not stands(pretender)


def test_strangers_of_many_addresses_bar_no_newcomer(tmp_path: Path) -> None:
    limits = {"limits": {"unauthenticated": 60}}
    with Daemon(tmp_path / "data", limits) as daemon, contextlib.ExitStack() as stack:
        token = daemon.token("alice")
        for number in range(90):
            stack.enter_context(Peer(daemon.port, f"127.8.1.{number + 1}"))
        began = time.monotonic()
        for number in range(10):
            source = f"127.8.2.{number + 1}"
            stack.enter_context(member(daemon.port, token, source=source))
        assert time.monotonic() - began < 5
        assert daemon.ask("status")["refused"] == 0
