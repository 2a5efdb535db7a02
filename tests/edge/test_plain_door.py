"""Plain TCP behind a proxy on this machine: the same door, without TLS."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from pathlib import Path

import pytest
import pytest_twisted
from loopback_tls import SECONDS, Peers, in_thread, plain, until
from test_door import ends
from test_door_strangers import answer, request, stands
from twisted.internet import reactor
from twisted.internet.task import deferLater

from chatd.edge.door import authenticated, listen, seat_of
from chatd.edge.door_budget import Places, address_key
from chatd.edge.door_shared import DoorLimits
from tests.daemon import Daemon
from tests.hostile.peer import Peer, member

BEHIND = {
    "tls": {"terminated": True},
    "server": {"proxies": ["127.0.0.1/32"], "forwarded_by": "x-forwarded-for"},
}


@pytest_twisted.async_yield_fixture
async def door():
    """Makes a plain listener; in the end every connection is waited for."""
    ports = []

    def make(factory, limits=None, **more):
        ports.append(listen(reactor, "127.0.0.1", 0, None, factory, limits, **more))
        return ports[-1]

    yield make
    for port in ports:
        await port.stopListening()
        await until(lambda port=port: port.door.budget.connections == 0)


async def test_a_plain_connection_is_counted_served_and_forgotten(door):
    factory = Peers(echo=True)
    port = door(factory)
    sock = await in_thread(plain, port)
    peer = await factory.arrival()
    assert (peer.address.host, peer.transport.getPeer().port) == (
        "127.0.0.1",
        sock.getsockname()[1],
    )
    sock.sendall(b"hello")
    assert await in_thread(sock.recv, 100) == b"hello"
    budget = port.door.budget
    assert (port.door.counters.accepted, budget.connections, budget.unauthenticated) == (1, 1, 1)
    assert budget.of_address(address_key("127.0.0.1")) == 1
    authenticated(peer.transport)
    assert (budget.connections, budget.unauthenticated) == (1, 0)
    sock.close()
    assert await peer.lost == "ConnectionDone"
    await until(lambda: (budget.connections, budget.addresses()) == (0, 0))


@pytest.mark.parametrize("limit", ["connections", "unauthenticated"])
async def test_the_totals_hold_for_a_proxy_and_the_limits_of_an_address_do_not(door, limit):
    factory = Peers()
    places = {"connections_per_address": 1, "unauthenticated_per_address": 1, limit: 4}
    port = door(factory, DoorLimits(Places(**places)), exempt=["127.0.0.0/8"])
    inside = [await in_thread(plain, port) for _ in range(4)]
    for _ in inside:
        seat_of((await factory.arrival()).transport).busy()
    outside = await in_thread(plain, port)
    assert await in_thread(ends, outside) == b""
    assert port.door.counters.refused == {limit: 1}
    seat_of(factory.made[2].transport).idle()
    newcomer = await in_thread(plain, port)
    await factory.arrival()
    assert await in_thread(ends, inside[2]) in (b"", "ConnectionResetError")
    for sock in (*inside, outside, newcomer):
        sock.close()


async def test_whoever_is_no_proxy_meets_the_limit_of_an_address(door):
    factory = Peers()
    places = Places(connections_per_address=1)
    port = door(factory, DoorLimits(places), exempt=["192.0.2.0/24"])
    inside = await in_thread(plain, port)
    authenticated((await factory.arrival()).transport)
    outside = await in_thread(plain, port)
    assert await in_thread(ends, outside) == b""
    assert port.door.counters.refused == {"connections_per_address": 1}
    inside.close()
    outside.close()


@pytest.mark.logs_errors("a new connection from 127.0.0.1 could not be served")
async def test_a_protocol_that_fails_to_begin_costs_its_own_connection_alone(door):
    class Failing(Peers):
        def buildProtocol(self, addr):
            if not self.made:
                self.made.append(None)
                raise RuntimeError("on purpose")
            return super().buildProtocol(addr)

    factory = Failing()
    port = door(factory)
    sock = await in_thread(plain, port)
    assert await in_thread(ends, sock) in (b"", "ConnectionResetError")
    await until(lambda: port.door.budget.connections == 0)
    good = await in_thread(plain, port)
    await factory.arrival()
    sock.close()
    good.close()


async def test_out_of_descriptors_a_plain_listener_rests_and_recovers(door):
    factory = Peers()
    port = door(factory)
    clients = [socket.socket() for _ in range(6)]
    await in_thread(lambda: None)  # the thread pool has what it needs
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used, hard))
    fill = []
    try:
        with contextlib.suppress(OSError):
            while True:
                fill.append(os.open(os.devnull, os.O_RDONLY))
        for sock in clients:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port.getHost().port))
        await until(lambda: port.door.counters.refused.get("descriptors"))
        await deferLater(reactor, 0.15)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in fill:
            os.close(descriptor)
    turned_away = port.door.counters.refused["descriptors"]
    await until(lambda: port.door.counters.accepted + turned_away >= 6, SECONDS)
    for sock in clients:
        sock.close()


# The daemon.


def test_behind_a_proxy_the_daemon_keeps_to_its_connections(tmp_path: Path) -> None:
    limits = {"limits": {"connections": 20}}
    with Daemon(tmp_path / "data", BEHIND, limits) as daemon, contextlib.ExitStack() as stack:
        proxy = "127.0.0.1"
        token = daemon.token("alice")
        talking = stack.enter_context(member(daemon.port, token, source=proxy, tls=False))
        crowd = [stack.enter_context(Peer(daemon.port, proxy, tls=False)) for _ in range(200)]
        last = stack.enter_context(Peer(daemon.port, proxy, tls=False))
        last.send(request("GET", "/healthz"))
        answer(last)
        assert sum(map(stands, crowd)) == 18
        status = daemon.ask("status")
        assert (status["accepted"], status["refused"]) == (202, 0)
        talking.say(type="rooms", id=1)
        assert talking.hears("rooms")


def test_behind_a_proxy_more_clients_than_one_address_may_have_are_served(tmp_path: Path) -> None:
    limits = {"limits": {"connections_per_address": 5, "unauthenticated_per_address": 5}}
    with Daemon(tmp_path / "data", BEHIND, limits) as daemon, contextlib.ExitStack() as stack:
        token = daemon.token("alice")
        people = [
            stack.enter_context(member(daemon.port, token, source="127.0.0.1", tls=False))
            for _ in range(9)
        ]
        for person in people:
            person.say(type="rooms", id=1)
            assert person.hears("rooms")
