"""Bytes through TLS on the socket: whole, in order, whatever the sizes and the pace."""

from __future__ import annotations

import os
import ssl
import time

import pytest
from loopback_tls import (
    Peers,
    client_context,
    connect,
    in_thread,
    plain,
    read_exactly,
    send_and_read,
    until,
)

from chatd.edge.door_shared import DoorLimits
from chatd.edge.transport import BYTES_PER_TURN, RECORDS_PER_TURN
from chatd.edge.transport_closing import TransportSettings

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("stock", [False, True])
async def test_four_megabytes_come_back_unchanged(loopback, version, stock):
    port = loopback.listen(Peers(echo=True), stock_tls=stock)
    data = os.urandom(4_000_000)

    def client():
        with connect(port, version) as sock:
            return send_and_read(sock, data)

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
    assert transport.kernel_unsent() > 0
    await until(lambda: bool(drained))
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


@pytest.mark.parametrize(
    ("records", "size", "most"),
    [
        (500, 16_384, BYTES_PER_TURN),
        (500, 10_000, BYTES_PER_TURN + 10_000),
        (5_000, 1, RECORDS_PER_TURN),
    ],
)
async def test_one_busy_peer_does_not_starve_the_loop(loopback, records, size, most):
    factory = Peers()
    port = loopback.listen(factory)

    def client():
        with connect(port) as sock:
            for _ in range(records):
                sock.sendall(bytes(size))
            sock.recv(1)

    sending = in_thread(client)
    peer = await factory.arrival()
    in_a_turn: list[int] = []
    do_read = peer.transport.doRead

    def counted():
        before = len(peer.received)
        why = do_read()
        in_a_turn.append(len(peer.received) - before)
        return why

    peer.transport.doRead = counted
    await until(lambda: len(peer.received) == records * size)
    assert max(in_a_turn) <= most
    peer.transport.loseConnection()
    await sending


async def test_a_paused_reader_gets_what_waited_when_it_resumes(loopback):
    factory = Peers()
    port = loopback.listen(factory)

    class OneAtATime:
        """Pauses in each delivery, as twisted.web does while a request is answered."""

        def __call__(self, data):
            peer.received += data
            peer.transport.pauseProducing()
            deliveries.append(len(data))

    deliveries: list[int] = []

    def client():
        sock = connect(port)
        sock.sendall(bytes(100_000))
        return sock

    sending = in_thread(client)
    peer = await factory.arrival()
    peer.transport.pauseProducing()
    peer.dataReceived = OneAtATime()
    sock = await sending
    await until(lambda: True)
    assert deliveries == []
    while len(peer.received) < 100_000:
        count = len(deliveries)
        peer.transport.resumeProducing()
        await until(lambda count=count: len(deliveries) > count)
        assert len(deliveries) == count + 1
    sock.close()
    peer.transport.resumeProducing()


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_producer_is_paced_by_the_peer(loopback, streaming):
    factory = Peers()
    port = loopback.listen(factory)
    total = 300

    def client():
        with connect(port) as sock:
            time.sleep(0.1)
            return len(read_exactly(sock, 100_000 * total + 1))

    class Producer:
        """Pushes or is pulled; never more than one piece above the mark in memory."""

        left = total
        running = True
        most = 0

        def resumeProducing(self):
            self.running = True
            while self.left and self.running:
                self.left -= 1
                transport.write(bytes(100_000))
                self.most = max(self.most, transport.unsent())
                if not streaming:
                    break
            if not self.left:
                transport.unregisterProducer()
                transport.loseConnection()

        def pauseProducing(self):
            self.running = False

        def stopProducing(self):
            self.left = 0

    reading = in_thread(client)
    transport = (await factory.arrival()).transport
    producer = Producer()
    transport.registerProducer(producer, streaming)
    if streaming:
        producer.resumeProducing()
    assert await reading == 100_000 * total
    assert producer.most <= 2 * 100_000


async def test_a_second_producer_is_refused_and_one_for_a_lost_connection_is_stopped(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    sock = await in_thread(connect, port)
    peer = await factory.arrival()
    stopped = []

    class Producer:
        def stopProducing(self):
            stopped.append(self)

    first, late = Producer(), Producer()
    peer.transport.registerProducer(first, True)
    with pytest.raises(RuntimeError):
        peer.transport.registerProducer(late, True)
    await in_thread(lambda: sock.unwrap().close())
    await peer.lost
    assert stopped == [first]
    peer.transport.registerProducer(late, True)
    assert stopped == [first, late]


async def test_a_closing_connection_waits_for_its_producer(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    reading = in_thread(lambda: read_exactly(connect(port), 100))
    transport = (await factory.arrival()).transport

    class Producer:
        def stopProducing(self):
            pass

    transport.registerProducer(Producer(), True)
    transport.loseConnection()
    transport.write(b"still welcome")
    transport.unregisterProducer()
    assert await reading == b"still welcome"
