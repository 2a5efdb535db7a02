"""After writing that took long, what is being committed is waited for: one write instead of two."""

import pytest

from chatd.fanout.hub import Hub
from chatd.fanout.turn import LONG, MOMENT
from tests.fakes.listener import Listener
from tests.fanout.stage import Stage


class Slow(Listener):
    """Each write to it takes a while."""

    takes = LONG

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def write(self, data: bytes) -> None:
        super().write(data)
        self._stage.clock.advance(self.takes)


class Busy(Stage):
    """``committing``: the store has something on its way to the disk."""

    def __init__(self, **rooms: str) -> None:
        super().__init__(**rooms)
        self.committing = False
        self.hub = Hub(
            self.clock,
            self.clock,
            self.log.position,
            self.faults.append,
            lambda: self.committing,
        )
        self.bob = Slow(self)
        bob = self.hub.attach("bob", "Bob", self.bob)
        bob.memberships(self.log.rooms_of("bob"), self.log.position)
        bob.release()
        self.open(bob, "tea")
        self.clock.advance(1)
        self.bob.take()

    def say(self) -> None:
        self.log.say("tea", "ann")
        self.deliver()


@pytest.fixture
def stage() -> Busy:
    return Busy(tea="ann bob")


def test_what_is_being_committed_goes_out_with_what_is_there(stage: Busy) -> None:
    stage.say()
    assert len(stage.bob.writes) == 1, "nothing was long before: at once"
    stage.committing = True
    stage.say()
    assert len(stage.bob.writes) == 1, "the next one is on its way"
    stage.clock.advance(MOMENT / 2)
    stage.committing = False
    stage.say()
    stage.clock.turn()
    assert len(stage.bob.writes) == 2
    assert stage.bob.events == [3, 4, 5]


def test_it_is_waited_for_no_longer_than_a_moment_and_once(stage: Busy) -> None:
    stage.say()
    stage.committing = True
    stage.say()
    stage.clock.advance(MOMENT * 0.9)
    assert len(stage.bob.writes) == 1
    stage.clock.advance(MOMENT * 0.2)
    assert len(stage.bob.writes) == 2
    stage.say()
    stage.say()
    stage.clock.turn()
    assert len(stage.bob.writes) == 3, "two came, and a third is not waited for"
    stage.clock.advance(60)
    assert len(stage.bob.writes) == 3 and stage.clock.waiting() == 0


def test_nothing_is_waited_for_where_writing_is_quick_or_nothing_is_committed(stage: Busy) -> None:
    stage.say()
    stage.say()
    assert len(stage.bob.writes) == 2
    stage.bob.takes = LONG / 10
    stage.say()
    stage.committing = True
    stage.say()
    assert len(stage.bob.writes) == 4


def test_who_comes_meanwhile_finds_everything_written(stage: Busy) -> None:
    stage.say()
    stage.committing = True
    stage.say()
    cat = stage.hub.attach("ann", "Ann", Listener())
    assert len(stage.bob.writes) == 2
    cat.detach()
    stage.clock.advance(60)
    assert len(stage.bob.writes) == 2 and stage.clock.waiting() == 0
