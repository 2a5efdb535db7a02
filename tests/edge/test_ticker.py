"""The ticker: everybody once a second, never all in one turn, whatever the clock went through."""

from collections import Counter

from twisted.internet.task import Clock

from chatd.edge.ticker import SLICES, STEP_SECONDS, Ticker


class Crowd:
    """Connections that note when they were ticked."""

    def __init__(self, count: int) -> None:
        self.clock = Clock()
        self.ticker = Ticker(self.clock)
        self.ticks: list[tuple[float, int]] = []
        self.people = [Someone(self, number) for number in range(count)]
        for each in self.people:
            self.ticker.add(each)

    def passes(self, seconds: float, step: float = STEP_SECONDS) -> None:
        for _ in range(int(seconds / step)):
            self.clock.advance(step)


class Someone:
    def __init__(self, crowd: Crowd, number: int) -> None:
        self.crowd = crowd
        self.number = number

    def tick(self, now: float) -> None:
        self.crowd.ticks.append((now, self.number))
        self.ticked()

    def ticked(self) -> None:
        pass


def test_everybody_is_ticked_once_a_second_a_slice_at_a_time() -> None:
    crowd = Crowd(100)
    crowd.passes(3)
    assert Counter(number for _, number in crowd.ticks) == dict.fromkeys(range(100), 3)
    assert max(Counter(now for now, _ in crowd.ticks).values()) == -(-100 // SLICES)


def test_a_reactor_that_comes_late_leaves_nobody_out() -> None:
    crowd = Crowd(100)
    crowd.passes(30, step=0.375)
    assert Counter(number for _, number in crowd.ticks) == dict.fromkeys(range(100), 30)


def test_after_a_pause_of_this_process_not_all_are_ticked_in_one_turn() -> None:
    crowd = Crowd(100)
    crowd.passes(2)
    crowd.ticks.clear()
    crowd.clock.advance(60)
    crowd.passes(1 - STEP_SECONDS)
    assert Counter(number for _, number in crowd.ticks) == dict.fromkeys(range(100), 1)
    assert max(Counter(now for now, _ in crowd.ticks).values()) == -(-100 // SLICES)


def test_a_tick_that_fails_or_removes_somebody_leaves_the_others_theirs(logged_errors) -> None:
    crowd = Crowd(SLICES * 3)
    first, second = crowd.people[0], crowd.people[SLICES]  # in the same slice

    def fail() -> None:
        crowd.ticker.remove(second)
        raise ZeroDivisionError

    first.ticked = fail
    crowd.passes(1)
    assert {number for _, number in crowd.ticks} == set(range(SLICES * 3)) - {second.number}
    assert "ZeroDivisionError" in logged_errors.take()[0]


def test_no_timer_is_left_when_the_last_one_goes() -> None:
    crowd = Crowd(2)
    for each in crowd.people:
        crowd.ticker.remove(each)
    assert crowd.clock.getDelayedCalls() == []
    crowd.ticker.add(crowd.people[0])
    crowd.passes(1)
    assert len(crowd.ticks) == 1
