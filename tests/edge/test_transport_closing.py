"""How connections end: orderly, cut, reset, half open, never heard of again."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import time

import pytest
from loopback_tls import (
    Peer,
    Peers,
    connect,
    in_thread,
    openssl,
    plain,
    read_exactly,
    until,
)
from OpenSSL import SSL
from twisted.internet import reactor
from twisted.internet.error import ConnectionDone
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from chatd.edge.door_shared import DoorLimits
from chatd.edge.transport_closing import TransportSettings

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


class Goodbye(Peer):
    """Closes as soon as anything arrives."""

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(b"bye\n")
        self.transport.loseConnection()


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@pytest.mark.parametrize("flag", ["-tls1_2", "-tls1_3"])
async def test_a_close_by_the_server_sends_close_notify(loopback, flag):
    port = loopback.listen(Peers(protocol=Goodbye))
    said = await in_thread(openssl, port, flag, "-msg", "-ign_eof", stdin=b"hello\n")
    alerts = [line for line in said.splitlines() if "Alert" in line]
    assert alerts and alerts[0].startswith("<<<") and "close_notify" in alerts[0], said
    assert "bye" in said


@pytest.mark.parametrize("version", VERSIONS)
async def test_buffered_data_goes_out_before_the_close(loopback, version):
    factory = Peers()
    port = loopback.listen(factory)
    data = os.urandom(6_000_000)

    def client():
        with connect(port, version) as sock:
            time.sleep(0.2)
            got = read_exactly(sock, len(data) + 1)  # ends at close_notify, a cut would raise
            return got, sock.recv(1)

    reading = in_thread(client)
    peer = await factory.arrival()
    peer.transport.write(data)
    assert peer.transport.unsent() > 0
    peer.transport.loseConnection()
    assert await reading == (data, b"")
    assert await peer.lost == "ConnectionDone"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stock", [False, True])
async def test_close_notify_from_the_peer_is_a_clean_end(loopback, version, stock):
    factory = Peers()
    port = loopback.listen(factory, stock_tls=stock)

    def client():
        sock = connect(port, version)
        sock.sendall(b"last words")
        sock.unwrap().close()  # sends close_notify and waits for ours

    ending = in_thread(client)
    peer = await factory.arrival()
    assert await peer.lost == "ConnectionDone"
    assert bytes(peer.received) == b"last words"
    await ending


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_cut_without_close_notify_is_a_lost_connection(loopback, version):
    factory = Peers()
    port = loopback.listen(factory)

    def client():
        sock = connect(port, version)
        sock.sendall(b"last words")
        sock.shutdown(socket.SHUT_RDWR)
        socket.socket(fileno=sock.detach()).close()

    ending = in_thread(client)
    peer = await factory.arrival()
    assert await peer.lost == "ConnectionLost"
    assert bytes(peer.received) == b"last words"
    await ending


async def test_a_reset_in_the_middle_of_a_write_is_a_lost_connection(loopback):
    factory = Peers()
    port = loopback.listen(factory)

    def client():
        sock = connect(port)
        sock.recv(1_000)
        reset(sock)

    ending = in_thread(client)
    peer = await factory.arrival()
    peer.transport.write(bytes(20_000_000))
    assert await peer.lost == "ConnectionLost"
    await ending
    peer.transport.write(b"silent")
    assert peer.transport.unsent() == 0


async def test_a_write_after_the_reset_tells_the_protocol_later_not_inside_the_call(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    ending = in_thread(lambda: reset(connect(port)))
    peer = await factory.arrival()
    peer.transport.pauseProducing()  # so that only the write can notice
    await ending
    for _ in range(3):
        peer.transport.write(b"anybody there?")
        assert peer.reason is None
    assert await peer.lost == "ConnectionLost"


async def test_a_peer_that_never_reads_cannot_keep_a_closing_connection(loopback):
    factory = Peers()
    limits = DoorLimits(transport=TransportSettings(close_seconds=0.2))
    port = loopback.listen(factory, limits)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    peer.transport.write(bytes(30_000_000))
    begin = reactor.seconds()
    peer.transport.loseConnection()
    assert await peer.lost == "ConnectionAborted"
    assert reactor.seconds() - begin < 2
    sock.close()


async def test_a_peer_that_does_not_answer_the_close_is_left_after_a_moment(loopback):
    factory = Peers()
    limits = DoorLimits(transport=TransportSettings(linger_seconds=0.2))
    port = loopback.listen(factory, limits)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    peer.transport.loseConnection()
    assert await peer.lost == "ConnectionDone"
    assert await in_thread(sock.recv, 10) == b""
    sock.close()


async def test_a_peer_that_floods_after_the_close_is_cut_off(loopback):
    factory = Peers()
    limits = DoorLimits(transport=TransportSettings(linger_seconds=60))
    port = loopback.listen(factory, limits)

    def client():
        sock = connect(port)
        begun.append(1)
        try:
            while True:
                sock.sendall(bytes(65_536))
        except OSError as error:
            return type(error).__name__

    begun: list[int] = []
    flooding = in_thread(client)
    peer = await factory.arrival()
    peer.transport.loseConnection()
    assert await peer.lost == "ConnectionDone"
    assert await flooding in ("BrokenPipeError", "ConnectionResetError", "SSLEOFError")


async def test_an_abort_resets_and_drops_what_was_buffered(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    peer.transport.write(bytes(30_000_000))
    peer.transport.abortConnection()
    assert await peer.lost == "ConnectionAborted"
    with pytest.raises(OSError):
        await in_thread(read_exactly, sock, 30_000_000)
    sock.close()


async def test_data_after_the_servers_close_is_not_delivered(loopback):
    factory = Peers(protocol=Goodbye)
    port = loopback.listen(factory)

    def client():
        with connect(port) as sock:
            sock.sendall(b"one")
            answer = sock.recv(100)
            sock.sendall(b"two")
            return answer, sock.recv(100)

    assert await in_thread(client) == (b"bye\n", b"")
    assert await factory.made[0].lost == "ConnectionDone"


async def test_bytes_that_nobody_read_do_not_turn_our_close_into_a_reset(loopback):
    factory = Peers()
    port = loopback.listen(factory)

    def client():
        sock = connect(port)
        sock.sendall(bytes(200_000))
        heard = sock.recv(10), sock.recv(10)
        time.sleep(0.1)
        sock.unwrap().close()  # fails on a socket that was reset
        return heard

    closing = in_thread(client)
    peer = await factory.arrival()
    peer.transport.pauseProducing()
    await deferLater(reactor, 0.1)
    assert len(peer.received) < 200_000
    peer.transport.write(b"bye")
    peer.transport.loseConnection()
    assert await closing == (b"bye", b"")
    assert await peer.lost == "ConnectionDone"


async def test_a_hang_up_that_only_the_loop_saw_is_a_cut(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    peer.transport.readConnectionLost(Failure(ConnectionDone()))
    assert await peer.lost == "ConnectionLost"
    sock.close()


class Reluctant:
    """A TLS connection whose next `calls` of one method find the kernel full."""

    def __init__(self, tls, method, calls):
        self._tls, self._method, self.calls = tls, method, calls

    def __getattr__(self, name):
        if name != self._method or self.calls <= 0:
            return getattr(self._tls, name)
        self.calls -= 1

        def full(*_):
            raise SSL.WantWriteError

        return full


async def test_a_close_notify_that_finds_no_room_is_sent_when_there_is(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    peer.transport._tls = Reluctant(peer.transport._tls, "shutdown", 2)
    peer.transport.loseConnection()
    assert peer.transport._tls.calls == 1
    assert await in_thread(sock.recv, 10) == b""  # a missing close_notify would raise
    await in_thread(sock.close)
    assert await peer.lost == "ConnectionDone"


async def test_a_close_notify_that_never_finds_room_is_given_up(loopback):
    factory = Peers()
    limits = DoorLimits(transport=TransportSettings(linger_seconds=0.1))
    port = loopback.listen(factory, limits)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    peer.transport._tls = Reluctant(peer.transport._tls, "shutdown", 10**9)
    peer.transport.loseConnection()
    assert await peer.lost == "ConnectionAborted"
    sock.close()


async def test_a_read_that_finds_no_room_to_write_goes_on_later(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    tls = peer.transport._tls = Reluctant(peer.transport._tls, "recv", 2)
    await in_thread(sock.sendall, b"hello")
    await until(lambda: bytes(peer.received) == b"hello")
    assert tls.calls == 0
    assert not peer.transport._writing
    peer.transport.pauseProducing()
    peer.transport.resumeProducing()
    await in_thread(sock.sendall, b" again")
    await until(lambda: bytes(peer.received) == b"hello again")
    await in_thread(lambda: sock.unwrap().close())
    assert await peer.lost == "ConnectionDone"


@pytest.mark.parametrize("how", ["fin", "reset", "garbage", "half a hello"])
async def test_an_aborted_handshake_never_reaches_the_application(loopback, how):
    factory = Peers()
    port = loopback.listen(factory)

    def client():
        sock = plain(port)
        if how == "fin":
            sock.close()
        elif how == "reset":
            reset(sock)
        elif how == "garbage":
            sock.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
            while sock.recv(100):
                pass
            sock.close()
        else:
            sock.sendall(bytes.fromhex("16030100f8010000f40303"))
            sock.close()

    await in_thread(client)
    await loopback.stop()
    loopback.ports.clear()
    assert factory.made == []
    assert port.door.counters.handshake_failures == 1
    assert port.door.counters.handshakes == 0


async def test_a_silent_peer_is_cut_at_the_handshake_deadline(loopback):
    factory = Peers()
    limits = DoorLimits(transport=TransportSettings(handshake_seconds=0.2))
    port = loopback.listen(factory, limits)

    def client():
        with plain(port) as sock:
            begin = time.monotonic()
            return sock.recv(10), time.monotonic() - begin

    got, seconds = await in_thread(client)
    assert got == b""
    assert seconds < 2
    assert port.door.counters.handshake_failures == 1
