"""What a receiver's answer means, and when the next try is."""

import pytest

from chatd.hooks.answers import Answer, Fate, fate, pause, retry_after


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((200, 201, 202, 204, 299), Fate.TAKEN),
        ((300, 301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504, 599), Fate.AGAIN),
        ((400, 401, 403, 404, 405, 413, 415, 422), Fate.REFUSED),
        ((410,), Fate.PAUSE),
    ],
)
def test_every_status_has_a_fate(statuses: tuple[int, ...], expected: Fate) -> None:
    assert {fate(status) for status in statuses} == {expected}


def test_the_longest_wait_doubles_from_a_second_to_ten_minutes() -> None:
    longest = [pause(failures, None, lambda: 1.0) for failures in (1, 2, 3, 9, 10, 11, 500)]
    assert longest == [1, 2, 4, 256, 512, 600, 600]


def test_a_wait_is_anything_from_nothing_to_the_longest() -> None:
    assert pause(5, None, lambda: 0.0) == 0
    assert pause(5, None, lambda: 0.5) == 8


def test_what_the_receiver_asks_for_is_waited_at_least_and_at_most_an_hour() -> None:
    assert pause(1, Answer(429, 30.0), lambda: 1.0) == 30
    assert pause(6, Answer(429, 30.0), lambda: 1.0) == 32
    assert pause(1, Answer(503, 1e9), lambda: 1.0) == 3600


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 400, 999999999.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:05 GMT", 0.0),
        ("Thu, 99 Jan 1970 00:00:05 GMT", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, 10.0) == seconds
