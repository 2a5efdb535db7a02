"""Guests who were away for long are deleted, and those who are here are not."""

from chatd.chores.departures import EVERY, Departures
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from tests.fakes.clock import FakeClock
from tests.fakes.drive import drive

DAY = 24 * 3600


class World:
    """Guests by the day on which they were last here."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.guests = {"u1": 0, "u2": 0, "u3": 5}
        self.gone: list[str] = []
        self.fails = False
        self.departures = Departures(
            *(self, self, self.ended, self.clock, self.clock, drive, 7.0),  # type: ignore[arg-type]
            lambda user: user == "u2",
        )

    async def idle_guests(self, before: int, limit: int) -> list[str]:
        if self.fails:
            raise Refusal(Code.UNAVAILABLE, "The store is out of order.")
        return [user for user, day in self.guests.items() if day * DAY * 1000 < before]

    async def delete(self, user: str, *, erase: bool, asker: object) -> None:
        assert not erase, "what they said stays"
        del self.guests[user]

    def ended(self, user: str) -> None:
        self.gone.append(user)


def test_who_was_away_for_so_long_goes_but_not_who_is_connected() -> None:
    world = World()
    world.departures.start()
    world.clock.advance(7 * DAY)
    assert world.gone == []
    world.clock.advance(EVERY)
    assert world.gone == ["u1"]
    world.clock.advance(5 * DAY)
    assert world.gone == ["u1", "u3"]


def test_a_store_that_refuses_is_asked_again() -> None:
    world = World()
    world.fails = True
    world.departures.start()
    world.clock.advance(8 * DAY)
    world.fails = False
    world.clock.advance(EVERY)
    assert world.gone == ["u1"]


def test_after_the_stop_nothing_is_looked_at() -> None:
    world = World()
    world.departures.start()
    world.departures.stop()
    world.clock.advance(30 * DAY)
    assert world.gone == [] and world.clock.waiting() == 0
