"""How late the event loop is."""

from chatd.watching.lag import EVERY, Lag
from tests.fakes.clock import FakeClock


def test_a_loop_that_turns_in_time_is_not_late() -> None:
    clock = FakeClock()
    lag = Lag(clock, clock)
    lag.start()
    for _ in range(4):
        clock.advance(EVERY)
    assert (sum(lag.seconds.counts), lag.seconds.sum) == (4, 0.0)
    lag.stop()


def test_what_held_the_loop_up_is_measured() -> None:
    clock, timers = FakeClock(), FakeClock()
    lag = Lag(timers, clock)
    lag.start()
    clock.advance(EVERY + 0.2)
    timers.advance(EVERY)
    assert round(lag.seconds.sum, 6) == 0.2
    lag.stop()


def test_nothing_is_left_behind_once_it_stopped() -> None:
    clock = FakeClock()
    lag = Lag(clock, clock)
    lag.start()
    lag.stop()
    clock.advance(10 * EVERY)
    assert sum(lag.seconds.counts) == 0
