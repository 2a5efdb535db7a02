"""Key updates: answered under load, and half of one stops writing without spinning.

A key update (RFC 8446 4.6.3) makes OpenSSL read inside a write and write inside a read.
"""

from __future__ import annotations

import os
import ssl
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from loopback_tls import Peers, SClient, client_context, in_thread, plain, until
from twisted.internet import reactor
from twisted.internet.task import deferLater

from chatd.edge.door_shared import DoorLimits
from chatd.edge.transport_closing import TransportSettings

HANDSHAKE, APPLICATION_DATA = 22, 23
KEY_UPDATE_REQUESTED = bytes([24, 0, 0, 1, 1])
KEY_UPDATE = bytes([24, 0, 0, 1, 0])


class HandMadeClient:
    """A TLS 1.3 client whose records after the handshake are sealed by hand, and cut at will."""

    def __init__(self, port, folder):
        context = client_context(ssl.TLSVersion.TLSv1_3)
        log = folder / "keys.log"
        context.keylog_filename = str(log)
        self.incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, outgoing)
        self.raw = plain(port)
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self.raw.sendall(outgoing.read())
                self.incoming.write(self.raw.recv(65_536))
        self.raw.sendall(outgoing.read())
        assert self.tls.cipher()[0] == "TLS_AES_128_GCM_SHA256"
        secrets = dict(line.split()[::2] for line in log.read_text().splitlines() if line[0] != "#")
        self.use(bytes.fromhex(secrets["CLIENT_TRAFFIC_SECRET_0"]))

    def use(self, secret):
        """RFC 8446 7.3."""
        self.secret = secret
        self.key = AESGCM(_expand(secret, b"key", 16))
        self.nonce = int.from_bytes(_expand(secret, b"iv", 12), "big")
        self.sent = 0

    def send(self, kind, content):
        self.raw.sendall(self.seal(kind, content))

    def seal(self, kind, content):
        inner = content + bytes([kind])
        header = struct.pack("!BHH", APPLICATION_DATA, 0x0303, len(inner) + 16)
        nonce = (self.nonce ^ self.sent).to_bytes(12, "big")
        self.sent += 1
        return header + self.key.encrypt(nonce, inner, header)

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            try:
                data += self.tls.read(65_536)
            except ssl.SSLWantReadError:
                self.incoming.write(self.raw.recv(65_536))
        return bytes(data)


def _expand(secret, label, size):
    """HKDF-Expand-Label with an empty context, RFC 8446 7.1."""
    label = b"tls13 " + label
    info = struct.pack("!HB", size, len(label)) + label + b"\0"
    return HKDFExpand(hashes.SHA256(), size, info).derive(secret)


@pytest.mark.parametrize("paused", [False, True])
async def test_half_a_key_update_holds_writing_back_without_spinning(loopback, tmp_path, paused):
    factory = Peers()
    port = loopback.listen(factory)
    client = await in_thread(HandMadeClient, port, tmp_path)
    transport = (await factory.arrival()).transport
    client.send(APPLICATION_DATA, b"ping")
    await until(lambda: bool(factory.made[0].received))
    client.send(HANDSHAKE, KEY_UPDATE_REQUESTED[:4])  # the header of the message, not its body
    await deferLater(reactor, 0.05)
    if paused:
        transport.pauseProducing()
    drained = []
    transport.on_drain = lambda: drained.append(1)
    turns = []
    do_write = transport.doWrite
    transport.doWrite = lambda: (turns.append(1), do_write())[1]
    transport.write(b"held back ")
    transport.write_now(b"in order")
    assert transport.unsent() == 18
    await deferLater(reactor, 0.1)
    assert len(turns) < 3, "the loop spins on EPOLLOUT"
    assert transport.unsent() == 18
    client.send(HANDSHAKE, KEY_UPDATE_REQUESTED[4:])
    assert await in_thread(client.read, 18) == b"held back in order"
    assert drained == [1]
    transport.resumeProducing()
    client.raw.close()


async def test_key_updates_asked_for_while_the_kernel_is_full_lose_nothing(loopback, tmp_path):
    """The answer to the first one does not fit: a read that wants to write."""
    factory = Peers()
    settings = TransportSettings(send_buffer=4_096)
    port = loopback.listen(factory, DoorLimits(transport=settings))
    client = await in_thread(HandMadeClient, port, tmp_path)
    peer = await factory.arrival()
    data = os.urandom(3_000_000)
    peer.transport.write(data)
    assert peer.transport.unsent() > 0
    client.send(HANDSHAKE, KEY_UPDATE_REQUESTED)
    await deferLater(reactor, 0.1)
    assert await in_thread(client.read, len(data)) == data
    client.raw.close()


async def test_a_read_that_wants_to_write_goes_on_when_there_is_room(loopback, tmp_path):
    """Nothing of ours is waiting, the kernel is full to the last byte, and a key update comes."""
    factory = Peers()
    settings = TransportSettings(send_buffer=4_096)
    port = loopback.listen(factory, DoorLimits(transport=settings))
    client = await in_thread(HandMadeClient, port, tmp_path)
    peer = await factory.arrival()
    sent = 0
    while not peer.transport.unsent():
        peer.transport.write(bytes(1_000))
        sent += 1_000
    client.send(HANDSHAKE, KEY_UPDATE_REQUESTED)
    await deferLater(reactor, 0.05)
    peer.transport.write(b"the end")
    assert (await in_thread(client.read, sent + 7))[-7:] == b"the end"
    client.raw.close()


async def test_a_flood_of_key_updates_shares_the_loop_with_everybody(loopback, tmp_path):
    factory = Peers()
    port = loopback.listen(factory)
    client = await in_thread(HandMadeClient, port, tmp_path)
    peer = await factory.arrival()
    turns = []
    do_read = peer.transport.doRead
    peer.transport.doRead = lambda: (turns.append(1), do_read())[1]
    flood = bytearray()
    for _ in range(300):
        flood += client.seal(HANDSHAKE, KEY_UPDATE)
        client.use(_expand(client.secret, b"traffic upd", 32))
    flood += client.seal(APPLICATION_DATA, b"the end")
    client.raw.sendall(flood)
    await until(lambda: bytes(peer.received) == b"the end")
    assert len(turns) >= 300
    client.raw.close()


async def test_the_key_updates_of_s_client_are_answered(loopback):
    port = loopback.listen(Peers(echo=True))

    def client():
        with SClient(port, "-msg") as openssl:
            openssl.tell("before")
            openssl.until("\nbefore\n")
            openssl.tell("K")
            openssl.until(">>> TLS 1.3, Handshake [length 0005], KeyUpdate")
            openssl.tell("between")
            openssl.until("<<< TLS 1.3, Handshake [length 0005], KeyUpdate")
            openssl.until("between\n")
            openssl.tell("k")
            openssl.until(">>> TLS 1.3, Handshake [length 0005], KeyUpdate", times=2)
            openssl.tell("after")
            openssl.until("after\n")
            return openssl.end()

    said = await in_thread(client)
    assert said.count("KeyUpdate") >= 3  # two of theirs, our answer to the one that asked for it
