"""Handshakes take turns, and newcomers wait outside while many wait already."""

from __future__ import annotations

import contextlib
import ssl

import pytest
from loopback_tls import Peers, client_context, in_thread, plain, until
from twisted.internet import reactor
from twisted.internet.task import deferLater

from chatd.edge.door_budget import Places
from chatd.edge.door_shared import Door, DoorLimits
from chatd.edge.transport_turns import CROWDED, HandshakeTurns


class Turns:
    """The part of a reactor that HandshakeTurns uses: what is asked for in a turn runs in the next.

    (task.Clock runs it in the same `advance`.)
    """

    def __init__(self):
        self.asked = []

    def callLater(self, delay, call):
        assert delay == 0
        self.asked.append(call)

    def next(self):
        due, self.asked = self.asked, []
        for call in due:
            call()


def test_only_so_many_steps_run_in_one_turn_in_the_order_of_arrival():
    reactor = Turns()
    turns = HandshakeTurns(reactor, 3)
    ran: list[int] = []
    for i in range(8):
        assert turns.run(lambda i=i: ran.append(i)) == (i < 3)
    assert ran == [0, 1, 2]
    reactor.next()
    assert ran == [0, 1, 2, 3, 4, 5]
    turns.run(lambda: ran.append(8))
    assert len(ran) == 6, "a newcomer does not overtake, and the turn is used up"
    assert len(turns) == 3
    reactor.next()
    assert ran == list(range(9))
    reactor.next()
    reactor.next()
    assert reactor.asked == [], "an idle door asks for no turns"


@pytest.mark.logs_errors("a handshake step failed; the others go on")
def test_a_step_that_fails_does_not_stop_the_others(lines):
    reactor = Turns()
    turns = HandshakeTurns(reactor, 1)
    ran: list[int] = []
    turns.run(lambda: ran.append(0))
    turns.run(lambda: 1 / 0)
    turns.run(lambda: ran.append(2))
    for _ in range(3):
        reactor.next()
    assert ran == [0, 2]
    assert [event["log_failure"].type for event in lines] == [ZeroDivisionError]


def test_it_is_crowded_until_half_of_the_queue_is_worked_off():
    reactor = Turns()
    turns = HandshakeTurns(reactor, 8)
    eased: list[int] = []
    for _ in range(8 + CROWDED - 1):
        turns.run(lambda: None)
    assert not turns.crowded
    turns.run(lambda: None)
    assert turns.crowded
    turns.when_eased(lambda: eased.append(len(turns)))
    for _ in range(9):
        reactor.next()
    assert eased == [CROWDED // 2], "once"
    while reactor.asked:
        reactor.next()


async def test_newcomers_wait_outside_while_handshakes_are_behind(loopback):
    slow = Turns()
    door = Door(reactor, DoorLimits())
    door.turns = HandshakeTurns(slow, 8)
    factory = Peers()
    port = loopback.listen(factory, door=door)
    first = await in_thread(plain, port)
    await until(lambda: door.counters.accepted == 1)
    for _ in range(8 + CROWDED):
        door.turns.run(lambda: None)
    waiting = [await in_thread(plain, port) for _ in range(3)]
    first.close()  # this one is inside, and is looked after
    await until(lambda: door.budget.connections == 0)
    assert door.counters.accepted == 1
    while slow.asked:
        slow.next()
    await until(lambda: door.counters.accepted == 4)
    for sock in waiting:
        sock.close()


async def test_a_port_that_is_closed_while_newcomers_wait_stays_closed(loopback):
    slow = Turns()
    door = Door(reactor, DoorLimits())
    door.turns = HandshakeTurns(slow, 8)
    port = loopback.listen(Peers(), door=door)
    for _ in range(8 + CROWDED):
        door.turns.run(lambda: None)
    sock = await in_thread(plain, port)
    await deferLater(reactor, 0.02)
    loopback.ports.remove(port)
    await port.stopListening()
    while slow.asked:
        slow.next()
    assert port not in reactor.getReaders()
    assert door.counters.accepted == 0
    sock.close()


async def test_a_storm_of_handshakes_is_worked_off_in_small_turns(loopback):
    count = 60
    places = Places(unauthenticated_per_address=count + 1)
    port = loopback.listen(Peers(), DoorLimits(places, handshakes_per_turn=2))
    hellos = [await in_thread(_hello, port) for _ in range(count)]
    longest = [0]
    step = port.door.turns.run
    in_turn = [0]

    def counted(what):
        def one():
            if not in_turn[0]:
                reactor.callLater(0, _measure)
            in_turn[0] += 1
            what()

        return step(one)

    def _measure():
        longest[0] = max(longest[0], in_turn[0])
        in_turn[0] = 0

    port.door.turns.run = counted
    for sock, hello in hellos:
        sock.sendall(hello)
    answered = [await in_thread(sock.recv, 5) for sock, _ in hellos]
    assert all(answer[:1] == b"\x16" for answer in answered)
    await deferLater(reactor, 0.01)
    assert 0 < longest[0] <= 4  # two of one turn, and two of the next before the measure ran
    for sock, _ in hellos:
        sock.close()


def _hello(port):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = client_context().wrap_bio(incoming, outgoing)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return plain(port), outgoing.read()
