"""An idle connection keeps its slots and OpenSSL's part, and nothing that the handshake needed."""

from __future__ import annotations

import ssl

import pytest
from loopback_tls import Peer, Peers, connect, in_thread, until
from OpenSSL import SSL

from chatd.edge.transport_opened import OpenedTls

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


def attributes(thing):
    """Those that are not in slots. Asking makes the dict, so it counts only when it has entries."""
    return set(thing.__dict__)


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_open_connection_has_no_attributes_besides_its_slots(loopback, version):
    factory = Peers(echo=True)
    sock = await in_thread(connect, loopback.listen(factory), version)
    peer = await factory.arrival()
    await in_thread(sock.sendall, b"hello")
    assert await in_thread(sock.recv, 100) == b"hello"
    peer.transport.registerProducer(peer, True)
    peer.transport.unregisterProducer()
    peer.transport.pauseProducing()
    peer.transport.resumeProducing()
    assert attributes(peer.transport) == set()
    sock.close()


async def test_pyopenssls_own_object_goes_with_the_handshake(loopback):
    factory = Peers()
    sock = await in_thread(connect, loopback.listen(factory))
    peer = await factory.arrival()
    assert type(peer.transport._tls) is OpenedTls
    assert peer.transport._tls._ssl not in SSL.Connection._reverse_mapping
    sock.close()


async def test_the_queue_exists_only_while_something_waits(loopback):
    factory = Peers()
    sock = await in_thread(connect, loopback.listen(factory))
    transport = (await factory.arrival()).transport
    empty = transport._chunks
    assert not empty
    data = b"x" * 8_000_000
    transport.write(data)
    transport.write(b"y")
    assert transport.unsent() and transport._chunks

    def all_of_it():
        left = len(data) + 1
        while left:
            left -= len(sock.recv(65_536))

    await in_thread(all_of_it)
    await until(lambda: not transport.unsent())
    assert transport._chunks is empty
    sock.close()


class Keeping(Peer):
    """Keeps the very objects it was given."""

    def dataReceived(self, data):
        self.kept = data


async def test_what_one_connection_read_stays_as_it_was_when_another_reads(loopback):
    """All of them read through one buffer."""
    factory = Peers(protocol=Keeping)
    port = loopback.listen(factory)
    socks, peers = [], []
    for said in (b"A" * 1000, b"B" * 1000):
        socks.append(await in_thread(connect, port))
        peers.append(await factory.arrival())
        await in_thread(socks[-1].sendall, said)
        await until(lambda: hasattr(peers[-1], "kept"))
    assert [bytes(peer.kept) for peer in peers] == [b"A" * 1000, b"B" * 1000]
    for sock in socks:
        sock.close()
