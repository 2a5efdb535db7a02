"""Tries that wait for their turn: a steady pace, the unblamed first, and room for so many."""

import pytest
from twisted.internet.defer import Deferred

from chatd.auth.lanes import MOST, PACE, PAUSE, Lanes
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from tests.fakes.clock import FakeClock


class World:
    def __init__(self):
        self.clock = FakeClock()
        self.lanes = Lanes(self.clock, self.clock)
        self.served = []
        self.refused = []

    def ask(self, name, blame=0, address=1):
        done = Deferred.fromCoroutine(self.lanes.turn(address, blame))
        done.addCallbacks(
            lambda _: self.served.append((name, self.clock.now())),
            lambda failure: self.refused.append((name, failure.value)),
        )


@pytest.fixture
def world():
    return World()


def test_tries_of_one_address_are_served_at_a_steady_pace(world):
    for name in range(4):
        world.ask(name)
    world.clock.advance(1)
    moments = [moment for _, moment in world.served]
    assert moments == pytest.approx([0, 1 / PACE, 2 / PACE, 3 / PACE])


def test_who_was_not_wrong_yet_stands_before_who_was(world):
    for name, blame in (("guesser", 3), ("guesser again", 4), ("alice", 0), ("bob", 0)):
        world.ask(name, blame)
    world.clock.advance(1)
    assert [name for name, _ in world.served] == ["alice", "bob", "guesser", "guesser again"]


def test_the_pace_holds_for_who_comes_when_nobody_waits(world):
    world.ask("first")
    world.clock.advance(0)
    world.ask("second")
    world.clock.advance(1)
    assert world.served[1][1] == pytest.approx(1 / PACE)


def test_another_address_has_a_lane_of_its_own(world):
    for n in range(20):
        world.ask(n)
    world.ask("elsewhere", address=2)
    world.clock.advance(0)
    assert ("elsewhere", 0.0) in world.served


def test_in_a_full_lane_the_most_blamed_give_way_and_others_are_refused(world):
    world.ask("guesser", 5)
    for n in range(MOST - 1):
        world.ask(n, 1)
    world.ask("alice", 0)
    ((name, why),) = world.refused
    assert (name, why.code) == ("guesser", Code.RATE_LIMITED)
    world.ask("another guesser", 1)
    assert world.refused[1][0] == "another guesser"
    world.clock.advance(60)
    assert world.served[0][0] == "alice" and len(world.served) == MOST


def test_a_lane_is_forgotten_once_it_is_empty(world):
    world.ask("alice")
    world.clock.advance(1)
    assert world.lanes._lanes == {} and world.clock.waiting() == 0


def test_who_is_refused_waits_a_while_for_that(world):
    told = []
    Deferred.fromCoroutine(world.lanes.pause()).addCallback(told.append)
    world.clock.advance(PAUSE - 0.1)
    assert told == []
    world.clock.advance(0.1)
    assert told == [None]


def test_a_refusal_is_a_refusal(world):
    for n in range(MOST + 1):
        world.ask(n)
    assert isinstance(world.refused[0][1], Refusal)
