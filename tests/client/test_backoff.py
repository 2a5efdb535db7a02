"""When a client tries again."""

from chatd.client.backoff import Backoff


def test_the_bound_doubles_up_to_the_most() -> None:
    backoff = Backoff(lambda: 1.0, first=0.5, most=20.0)
    assert [backoff.next() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 20, 20]


def test_the_wait_is_anything_below_the_bound() -> None:
    backoff = Backoff(lambda: 0.25, first=1.0)
    assert [backoff.next(), backoff.next()] == [0.25, 0.5]


def test_a_connection_that_held_begins_anew() -> None:
    backoff = Backoff(lambda: 1.0, first=1.0)
    backoff.next()
    backoff.next()
    backoff.reset()
    assert backoff.next() == 1.0


def test_what_the_server_asks_for_is_waited_and_spread() -> None:
    assert Backoff(lambda: 0.0).next(retry_after=3.0) == 3.0
    assert Backoff(lambda: 1.0).next(retry_after=3.0) == 6.0
    assert Backoff(lambda: 1.0, most=20.0).next(retry_after=600.0) == 620.0
