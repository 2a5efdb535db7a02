"""Who gets in: limits before TLS, proxies, storms of handshakes, no descriptors, garbage."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import socket
import struct
import time
from ipaddress import ip_address

import pytest
from loopback_tls import Peers, client_context, connect, in_thread, plain, until
from twisted.internet import reactor
from twisted.internet.task import deferLater

from chatd.edge.door import _plain_peer, authenticated, seat_of
from chatd.edge.door_budget import Budget, Places, Seat, address_key
from chatd.edge.door_shared import Door, DoorLimits
from chatd.edge.proxy_protocol import SIGNATURE
from chatd.edge.transport_closing import TransportSettings


def ends(sock):
    """What a blocking peer reads when the server closes: b'' for FIN, an error for a reset."""
    try:
        return sock.recv(100)
    except OSError as error:
        return type(error).__name__


# The budget.


def test_an_ipv4_address_counts_alone_and_ipv6_by_its_network():
    assert address_key("192.0.2.1") != address_key("192.0.2.2")
    assert address_key("2001:db8:1:2::1") == address_key("2001:db8:1:2:ffff::9")
    assert address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1")
    assert address_key("fe80::1%eth0") == address_key("fe80::2")


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (Places(connections=2), "connections"),
        (Places(unauthenticated=2), "unauthenticated"),
        (Places(connections_per_address=2), "connections_per_address"),
        (Places(unauthenticated_per_address=2), "unauthenticated_per_address"),
    ],
)
def test_each_limit_refuses_by_its_name_and_a_released_seat_is_free_again(places, reason):
    budget = Budget(places)
    first = budget.admit("a")
    assert isinstance(budget.admit("a"), Seat)
    assert budget.admit("a") == reason
    first.release()
    first.release()
    assert isinstance(budget.admit("a"), Seat)
    assert budget.admit("a") == reason


def test_the_authenticated_leave_room_for_strangers_but_count_in_all():
    budget = Budget(Places(connections_per_address=3, unauthenticated_per_address=1))
    for _ in range(3):
        seat = budget.admit("a")
        assert budget.admit("a") == "unauthenticated_per_address" or budget.connections == 3
        seat.authenticated()
        seat.authenticated()
    assert budget.admit("a") == "connections_per_address"
    assert isinstance(budget.admit("b"), Seat)
    assert (budget.connections, budget.unauthenticated) == (4, 1)


def test_addresses_without_connections_are_forgotten():
    budget = Budget(Places())
    seats = [budget.admit(key) for key in range(100)]
    assert budget.addresses() == 100
    for seat in seats:
        seat.release()
    assert (budget.addresses(), budget.connections, budget.unauthenticated) == (0, 0, 0)


# The door itself.


@pytest.mark.parametrize("stock", [False, True])
async def test_over_the_limit_the_socket_is_closed_without_a_reset_and_counted(loopback, stock):
    factory = Peers()
    limits = DoorLimits(Places(unauthenticated_per_address=2))
    port = loopback.listen(factory, limits, stock_tls=stock)
    inside = [await in_thread(connect, port) for _ in range(2)]
    peers = [await factory.arrival() for _ in inside]
    for peer in peers:
        seat_of(peer.transport).busy()
    outside = await in_thread(plain, port)
    assert await in_thread(ends, outside) == b""
    assert port.door.counters.refused == {"unauthenticated_per_address": 1}
    for peer in peers:
        authenticated(peer.transport)
    more = await in_thread(connect, port)
    await until(lambda: port.door.counters.handshakes == 3)
    for sock in (*inside, outside, more):
        sock.close()


async def test_a_lost_connection_gives_its_place_back(loopback):
    port = loopback.listen(Peers(), DoorLimits(Places(connections_per_address=1)))
    for _ in range(5):
        (await in_thread(connect, port)).close()
        await until(lambda: port.door.budget.connections == 0)
    assert port.door.counters.refused == {}
    assert port.door.counters.accepted == 5


async def test_garbage_costs_one_log_line_and_no_traceback(loopback, lines):
    places = Places(unauthenticated_per_address=100)
    port = loopback.listen(Peers(), DoorLimits(places))

    def client():
        answers = []
        for i in range(40):
            with plain(port) as sock:
                sock.sendall((b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"SSH-2.0-x\r\n")[i % 2])
                answers.append(ends(sock))
        return answers

    await in_thread(client)
    assert port.door.counters.handshake_failures == 40
    assert [event["log_format"] for event in lines] == [lines[0]["log_format"]]
    assert lines[0]["why"] == "http request"
    assert not any(event.get("log_failure") for event in lines)


@pytest.mark.parametrize("error", [errno.EPROTO, errno.ENETDOWN, errno.EPERM, errno.ECONNABORTED])
async def test_a_connection_that_failed_before_it_was_accepted_does_not_end_the_listener(
    loopback, lines, error
):
    port = loopback.listen(Peers())
    real = port.socket

    class Failing:
        """Fails once, as the kernel does, then is the socket it stands for."""

        def accept(self):
            port.socket = real
            raise OSError(error, os.strerror(error))

        def __getattr__(self, name):
            return getattr(real, name)

    port.socket = Failing()
    (await in_thread(connect, port)).close()
    await until(lambda: port.door.counters.handshakes == 1)
    assert not any(event.get("log_failure") for event in lines)


async def test_out_of_descriptors_it_rests_turns_one_away_and_recovers(loopback):
    port = loopback.listen(Peers())
    waiting = [await in_thread(plain, port) for _ in range(1)]
    await until(lambda: port.door.counters.accepted == 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    clients = [socket.socket() for _ in range(12)]
    await in_thread(lambda: None)  # the thread pool has what it needs
    turns = [0]
    do_read = port.doRead
    port.doRead = lambda: (turns.__setitem__(0, turns[0] + 1), do_read())[1]
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
        await deferLater(reactor, 0.35)
        assert turns[0] < 6, "it spins"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in fill:
            os.close(descriptor)
    turned_away = port.door.counters.refused["descriptors"]
    await until(lambda: port.door.counters.accepted + turned_away >= 13)
    ending = await in_thread(connect, port)
    await until(lambda: port.door.counters.handshakes == 1)
    for sock in (*waiting, *clients, ending):
        sock.close()


async def test_an_adopted_socket_serves_and_outlives_the_port(loopback):
    listening = socket.create_server(("127.0.0.1", 0))
    factory = Peers(echo=True)
    port = loopback.listen(factory, adopt_fd=listening.fileno())
    assert port.getHost().port == listening.getsockname()[1]

    def client():
        with connect(port) as sock:
            sock.sendall(b"hello")
            return sock.recv(100)

    assert await in_thread(client) == b"hello"
    where = listening.getsockname()
    await port.stopListening()
    loopback.ports.clear()
    await until(lambda: port.door.budget.connections == 0)
    late = await in_thread(socket.create_connection, where, 5)  # waits in the backlog
    again = loopback.listen(factory, adopt_fd=listening.fileno())
    await until(lambda: again.door.counters.accepted == 1)
    late.close()
    listening.close()


async def test_listeners_that_share_a_door_share_its_limits(loopback):
    door = Door(reactor, DoorLimits(Places(connections=1)))
    factory = Peers()
    one = loopback.listen(factory, door=door)
    two = loopback.listen(Peers(), door=door)
    sock = await in_thread(connect, one)
    authenticated((await factory.arrival()).transport)
    other = await in_thread(plain, two)
    assert await in_thread(ends, other) == b""
    assert door.counters.refused == {"connections": 1}
    sock.close()
    other.close()


def test_an_ipv4_peer_of_a_dual_stack_socket_is_an_ipv4_peer():
    assert _plain_peer(("::ffff:192.0.2.1", 9, 0, 0)) == ("192.0.2.1", 9)
    assert _plain_peer(("2001:db8::1", 9, 0, 0)) == ("2001:db8::1", 9, 0, 0)
    assert _plain_peer(("192.0.2.1", 9)) == ("192.0.2.1", 9)


# Behind a proxy.


def announce(address, port=4_711):
    packed = ip_address(address).packed
    family = 0x11 if len(packed) == 4 else 0x21
    rest = packed + packed + struct.pack("!HH", port, 443)
    return SIGNATURE + bytes([0x21, family]) + struct.pack("!H", len(rest)) + rest


def through_proxy(port, header, pause=False):
    raw = plain(port)
    if pause:
        for byte in header:
            raw.send(bytes([byte]))
            time.sleep(0.001)
    else:
        raw.sendall(header)
    return client_context().wrap_socket(raw, suppress_ragged_eofs=False)


@pytest.mark.parametrize("stock", [False, True])
@pytest.mark.parametrize("pause", [False, True])
@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8::9"])
async def test_the_client_named_by_the_proxy_is_the_peer(loopback, address, pause, stock):
    factory = Peers()
    port = loopback.listen(factory, proxies=["127.0.0.0/8"], stock_tls=stock)
    sock = await in_thread(through_proxy, port, announce(address), pause)
    peer = await factory.arrival()
    for seen in (peer.transport.getPeer(), peer.address):
        assert (seen.host, seen.port) == (address, 4_711)
    assert port.door.budget.of_address(address_key(address)) == 1
    assert port.door.budget.of_address(address_key("127.0.0.1")) == 0
    sock.close()


async def test_the_limit_of_an_address_holds_for_the_client_not_the_proxy(loopback):
    factory = Peers()
    limits = DoorLimits(Places(connections_per_address=1))
    port = loopback.listen(factory, limits, proxies=["127.0.0.1"])
    socks = [await in_thread(through_proxy, port, announce(f"203.0.113.{i}")) for i in range(3)]
    for _ in socks:
        authenticated((await factory.arrival()).transport)
    raw = await in_thread(plain, port)
    raw.sendall(announce("203.0.113.1"))
    assert await in_thread(ends, raw) == b""
    assert port.door.counters.refused == {"connections_per_address": 1}
    assert port.door.budget.connections == 3
    for sock in (*socks, raw):
        sock.close()


async def test_a_proxy_speaking_for_itself_is_served_as_itself(loopback):
    factory = Peers()
    port = loopback.listen(factory, proxies=["127.0.0.1"])
    local = SIGNATURE + b"\x20\x00\x00\x00"
    sock = await in_thread(through_proxy, port, local)
    assert (await factory.arrival()).transport.getPeer().host == "127.0.0.1"
    sock.close()


@pytest.mark.parametrize("data", [b"\x16\x03\x01", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", b""])
async def test_a_proxy_without_a_header_is_refused(loopback, data):
    settings = TransportSettings(handshake_seconds=0.2)
    port = loopback.listen(Peers(), DoorLimits(transport=settings), proxies=["127.0.0.1"])
    raw = await in_thread(plain, port)
    raw.sendall(data)
    assert await in_thread(ends, raw) in (b"", "ConnectionResetError")
    assert port.door.counters.refused == {"proxy_header": 1}
    assert port.door.budget.connections == 0
    raw.close()


async def test_a_header_from_anybody_else_is_never_believed(loopback):
    factory = Peers()
    port = loopback.listen(factory, proxies=["192.0.2.0/24"])
    raw = await in_thread(plain, port)
    raw.sendall(announce("203.0.113.9"))
    await in_thread(ends, raw)
    assert factory.made == []
    assert port.door.counters.handshake_failures == 1
    raw.close()
