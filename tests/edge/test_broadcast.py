"""What is written past outbox, WebSocket and transport arrives as what goes through them."""

import random

import pytest
import pytest_twisted
from loopback_tls import Loopback, connect, in_thread, plain, until
from site_rig import PUBLIC, Rig, handshake, text
from twisted.internet import reactor

from chatd.core.meters import Meters
from chatd.edge.broadcast import broadcast
from chatd.edge.door import listen
from chatd.fanout.turn import plainly
from chatd.session.outbox import RESYNC, Outbox
from chatd.wire import framing
from tests.fakes.clock import FakeClock

MESSAGE = framing.text(b"said")


class Reader:
    """A connection whose session is an outbox, and its far end, which reads when told to."""

    def __init__(self, session, sock, bound):
        self.session, self.sock = session, sock
        self.outbox = Outbox(session.wire, FakeClock(), Meters(), bound)
        session.drained = self.outbox.drained
        self.said = bytearray()
        self.heard = bytearray()

    def write(self, how, data):
        self.said += data
        how(iter([self.outbox]), data)

    @property
    def is_lent(self):
        return self.outbox.straight is not None

    async def hear(self, size=None):
        """So many bytes more, or all that was said so far."""
        size = len(self.said) - len(self.heard) if size is None else size

        def read():
            left = size
            while left and (data := self.sock.recv(min(left, 1 << 16))):
                self.heard += data
                left -= len(data)

        await in_thread(read)


class Hall:
    def __init__(self, folder):
        self.rig = Rig(real_time=True)
        self.loopback = Loopback(folder)

    async def reader(self, kind="tls", bound=1 << 30):
        ports = self.loopback.ports
        if not ports and kind == "plain":
            ports.append(listen(reactor, "127.0.0.1", 0, None, self.rig.edge.site))
        elif not ports:
            self.loopback.listen(self.rig.edge.site, stock_tls=kind == "stock")
        number = len(self.rig.sessions)
        token = await self.rig.token(await self.rig.person(f"reader{number}"))
        sock = await in_thread(plain if kind == "plain" else connect, ports[0])
        hello = handshake(Authorization=f"Bearer {token}", Origin=PUBLIC) + text(b"hi")
        await in_thread(sock.sendall, hello)
        await until(lambda: len(self.rig.sessions) > number and self.rig.sessions[number].frames)
        reader = Reader(self.rig.sessions[number], sock, bound)
        greeting = framing.text(f"hello reader{number}".encode()) + framing.text(b"hi")
        received = b""
        while not received.endswith(greeting):
            received += await in_thread(sock.recv, 4096)
        return reader

    async def stop(self):
        await self.loopback.stop()
        await self.rig.stop()


@pytest_twisted.async_yield_fixture
async def hall(tmp_path):
    made = Hall(tmp_path)
    yield made
    await made.stop()


@pytest_twisted.ensureDeferred
async def test_the_first_write_asks_and_the_next_go_straight(hall):
    reader = await hall.reader()
    assert not reader.is_lent
    for _ in range(3):
        reader.write(broadcast, MESSAGE)
        assert reader.is_lent
    assert reader.outbox.accepted == 3 * len(MESSAGE)
    await reader.hear()
    assert reader.heard == reader.said
    reader.sock.close()


@pytest_twisted.ensureDeferred
async def test_what_fills_several_records_goes_straight_and_does_not_end_the_loan(hall):
    reader = await hall.reader()
    reader.write(broadcast, MESSAGE)
    reader.write(broadcast, framing.text(b"0123456789" * 5_000))
    assert reader.is_lent
    await reader.hear()
    assert reader.heard == reader.said
    assert reader.outbox.accepted == len(reader.said)
    reader.sock.close()


@pytest.mark.parametrize("kind", ["tls", "stock", "plain"])
@pytest_twisted.ensureDeferred
async def test_nothing_is_lost_or_overtaken_whatever_the_kernel_takes(hall, kind):
    chance = random.Random(f"broadcast {kind}")
    straight, handed_down = await hall.reader(kind), await hall.reader(kind)
    lent = refused = 0
    for step in range(60):
        size = chance.choice((1, 100, 5_000, 300_000, 3_000_000))
        data = framing.text(chance.randbytes(size))
        control = chance.random() < 0.2
        for reader, how in ((straight, broadcast), (handed_down, plainly)):
            lent += how is broadcast and reader.is_lent
            reader.write(how, data)
            refused += bool(reader.session.wire.unsent())
            if control and reader.outbox.empty:  # else it overtakes what waits, as it may
                reader.session.wire.write(b"\x89\x00")
                reader.said += b"\x89\x00"
        if step % 7 == 6:
            for reader in (straight, handed_down):
                waiting = len(reader.said) - len(reader.heard)
                await reader.hear(int(waiting * chance.random()))
    for reader in (straight, handed_down):
        await reader.hear()
        assert reader.heard == reader.said
        await until(lambda reader=reader: not reader.session.wire.unsent())
        assert reader.outbox.empty
    assert bool(lent) is (kind == "tls") and refused
    for reader in (straight, handed_down):
        reader.sock.close()


@pytest_twisted.ensureDeferred
async def test_what_the_kernel_refuses_is_kept_and_ends_the_loan_until_it_went(hall):
    reader = await hall.reader()
    reader.write(broadcast, MESSAGE)
    while reader.is_lent:
        reader.write(broadcast, framing.text(bytes(1 << 20)))
    assert reader.session.wire.unsent() > 0
    reader.write(broadcast, MESSAGE)
    assert not reader.outbox.empty and not reader.is_lent
    await reader.hear()
    await until(lambda: reader.outbox.empty)
    assert reader.heard == reader.said and reader.outbox.accepted == len(reader.said)
    reader.write(broadcast, MESSAGE)
    assert reader.is_lent
    reader.sock.close()


@pytest.mark.parametrize("kind", ["tls", "stock", "plain"])
@pytest_twisted.ensureDeferred
async def test_a_slow_reader_has_its_bound_and_then_the_resync(hall, kind):
    reader = await hall.reader(kind, bound=1 << 20)
    most = framing.text(bytes(1 << 18))
    while not reader.outbox.stalled:
        reader.write(broadcast, most)
    assert not reader.is_lent
    for _ in range(5):
        broadcast(iter([reader.outbox]), most)
    await reader.hear(reader.outbox.accepted)
    await until(lambda: not reader.outbox.stalled)
    await reader.hear(len(RESYNC))
    assert bytes(reader.heard[-len(RESYNC) :]) == RESYNC
    assert reader.heard[: -len(RESYNC)] == reader.said[: len(reader.heard) - len(RESYNC)]
    reader.sock.close()


@pytest.mark.parametrize("kind", ["tls", "stock", "plain"])
@pytest_twisted.ensureDeferred
async def test_nothing_goes_out_behind_a_close_frame(hall, kind):
    reader = await hall.reader(kind)
    reader.write(broadcast, MESSAGE)
    reader.session.wire.close(1000, "done")
    assert not reader.is_lent
    for _ in range(3):
        broadcast(iter([reader.outbox]), MESSAGE)
    await reader.hear(len(MESSAGE) + 8)
    assert reader.heard == MESSAGE + b"\x88\x06\x03\xe8done"
    reader.sock.close()
    await until(lambda: reader.session.told[-1:] == ["lost"])


@pytest_twisted.ensureDeferred
async def test_an_ear_on_the_connection_hears_all_of_it(hall):
    class Ear:
        frames = b""

        def went(self, connection, frames):
            self.frames += frames

    reader, ear = await hall.reader(), Ear()
    reader.write(broadcast, MESSAGE)
    reader.outbox.tap(ear)
    for _ in range(3):
        reader.write(broadcast, MESSAGE)
    assert ear.frames == 3 * MESSAGE
    reader.outbox.untap()
    reader.write(broadcast, MESSAGE)
    assert ear.frames == 3 * MESSAGE and reader.is_lent
    await reader.hear()
    assert reader.heard == reader.said
    reader.sock.close()


@pytest_twisted.ensureDeferred
async def test_what_ended_gets_nothing_more(hall):
    reader = await hall.reader()
    reader.write(broadcast, MESSAGE)
    reader.outbox.end()
    broadcast(iter([reader.outbox]), MESSAGE)
    reader.session.wire.write(b"\x89\x00")
    await reader.hear(len(MESSAGE) + 2)
    assert reader.heard == MESSAGE + b"\x89\x00"
    reader.sock.close()


@pytest.mark.parametrize("kind", ["tls", "plain"])
@pytest.mark.parametrize("how", ["reset", "abort"])
@pytest_twisted.ensureDeferred
async def test_who_is_gone_harms_nobody_in_the_same_sweep(hall, how, kind):
    first, gone, last = [await hall.reader(kind) for _ in range(3)]
    outboxes = [each.outbox for each in (first, gone, last)]
    broadcast(iter(outboxes), MESSAGE)
    assert all(each.is_lent is (kind == "tls") for each in (first, gone, last))
    if how == "abort":
        gone.session.wire.abort()
        assert not gone.is_lent
    else:
        gone.sock.setsockopt(1, 13, b"\x01\0\0\0\0\0\0\0")  # SOL_SOCKET, SO_LINGER: a reset
        gone.sock.close()
    for _ in range(3):
        broadcast(iter(outboxes), MESSAGE)
    await until(lambda: gone.session.told[-1:] == ["lost"])
    assert not gone.is_lent
    for reader in (first, last):
        await reader.hear(4 * len(MESSAGE))
        assert reader.heard == 4 * MESSAGE
        reader.sock.close()
