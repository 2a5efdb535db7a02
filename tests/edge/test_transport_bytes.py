"""Bytes through TLS on the socket: whole, in order, whatever the sizes and however slow the peer."""

from __future__ import annotations

import os
import ssl
import time

import pytest
import pytest_twisted
from loopback_tls import (
    Loopback,
    Peers,
    client_context,
    connect,
    in_thread,
    plain,
    read_exactly,
    until,
)

from chatd.edge.door import DoorLimits
from chatd.edge.transport_closing import TransportSettings

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest_twisted.async_yield_fixture
async def loopback(tmp_path):
    world = Loopback(tmp_path)
    yield world
    await world.stop()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stock", [False, True])
async def test_four_megabytes_come_back_unchanged(loopback, version, stock):
    port = loopback.listen(Peers(echo=True), stock_tls=stock)
    data = os.urandom(4_000_000)

    def client():
        import threading

        with connect(port, version) as sock:
            sender = threading.Thread(target=sock.sendall, args=(data,))
            sender.start()
            back = read_exactly(sock, len(data))
            sender.join()
            return back

    assert await in_thread(client) == data
    assert port.door.counters.handshakes == 1


async def test_a_slow_reader_gets_everything_and_the_loop_does_not_spin(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    data = os.urandom(26_000_000)

    def client():
        with connect(port) as sock:
            time.sleep(0.3)
            return read_exactly(sock, len(data))

    reading = in_thread(client)
    transport = (await factory.arrival()).transport
    drained = []
    turns = []
    transport.on_drain = lambda: drained.append(transport.unsent())
    do_write = transport.doWrite
    transport.doWrite = lambda: (turns.append(1), do_write())[1]
    transport.write(data)
    left = transport.unsent()
    assert 0 < left < len(data)
    assert 0 < transport.kernel_unsent()
    await until(lambda: False if not drained else True)
    assert await reading == data
    assert drained == [0]
    assert transport.unsent() == 0
    assert len(turns) < 20_000


async def test_a_tiny_kernel_buffer_keeps_order_between_all_ways_of_writing(loopback):
    factory = Peers()
    settings = TransportSettings(send_buffer=4_096)
    port = loopback.listen(factory, DoorLimits(transport=settings))

    def client():
        with connect(port) as sock:
            time.sleep(0.2)
            return read_exactly(sock, len(expected))

    parts = [bytes([i % 256]) * (1 + i * 37 % 9_000) for i in range(600)]
    expected = b"".join(parts)
    reading = in_thread(client)
    transport = (await factory.arrival()).transport
    for i, part in enumerate(parts):
        if i % 3 == 0:
            transport.write_now(part)
        elif i % 3 == 1:
            transport.write(part)
        else:
            transport.writeSequence([part[:5], part[5:]])
    assert await reading == expected


async def test_a_client_hello_of_single_bytes_is_served(loopback):
    port = loopback.listen(Peers(echo=True))

    def client():
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client_context().wrap_bio(incoming, outgoing)
        with plain(port) as raw:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    for byte in outgoing.read():
                        raw.send(bytes([byte]))
                    incoming.write(raw.recv(65_536))
            raw.sendall(outgoing.read())
            tls.write(b"hello")
            raw.sendall(outgoing.read())
            while True:
                try:
                    return tls.read(100)
                except ssl.SSLWantReadError:
                    incoming.write(raw.recv(65_536))

    assert await in_thread(client) == b"hello"
