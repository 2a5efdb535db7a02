from itertools import pairwise

from chatd.fanout.pace import Expiry, Pace
from tests.fakes.clock import FakeClock


def test_a_key_ends_after_its_last_renewal() -> None:
    clock, over = FakeClock(), []
    expiry: Expiry[str] = Expiry(clock, clock, 6.0, 10, lambda key: over.append((key, clock.now())))
    expiry.renew("a")
    clock.advance(1)
    expiry.renew("b")
    clock.advance(4)
    expiry.renew("a")
    clock.advance(60)
    assert over == [("b", 7.0), ("a", 11.0)]
    assert clock.waiting() == 0


def test_a_dropped_key_ends_silently_and_a_full_book_takes_no_more() -> None:
    clock, over = FakeClock(), []
    expiry: Expiry[str] = Expiry(clock, clock, 6.0, 1, over.append)
    assert expiry.renew("a")
    assert not expiry.renew("b")
    assert "b" not in expiry
    expiry.drop("a")
    assert expiry.renew("b")
    clock.advance(60)
    assert over == ["b"]


def test_the_first_goes_out_at_once_and_the_rest_together_when_it_is_due() -> None:
    clock, sent = FakeClock(), []
    pace: Pace[str] = Pace(clock, clock, 1.0, 10, lambda key: sent.append((key, clock.now())))
    for _ in range(25):
        pace.ask("a")
        clock.advance(0.1)
    pace.ask("b")
    clock.advance(10)
    moments = [moment for key, moment in sent if key == "a"]
    assert len(moments) == 4 and moments[0] == 0.0
    assert all(later - before > 0.999 for before, later in pairwise(moments))
    assert [key for key, _ in sent].count("b") == 1
    assert clock.waiting() == 0


def test_stopping_leaves_no_timer() -> None:
    clock = FakeClock()
    pace: Pace[str] = Pace(clock, clock, 1.0, 10, lambda key: None)
    pace.ask("a")
    assert clock.waiting() == 1
    pace.stop()
    assert clock.waiting() == 0
