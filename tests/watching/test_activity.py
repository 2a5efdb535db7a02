"""Busy rooms and people, counted while somebody watches."""

from types import SimpleNamespace
from typing import Any

from chatd.watching.activity import MOST, SPAN, WATCHED_FOR, Activity
from tests.fakes.tiny import Time


def said(*events: tuple[str, str]) -> list[Any]:
    return [
        SimpleNamespace(events=[SimpleNamespace(room=room, author=author)])
        for room, author in events
    ]


def test_nothing_is_counted_while_nobody_watches() -> None:
    clock = Time()
    activity = Activity(clock)
    activity.committed(said(("r1", "u1")))
    assert activity.top(5) == ([], [])
    clock.advance(WATCHED_FOR + 1)
    activity.committed(said(("r1", "u1")))
    assert activity.top(5) == ([], [])


def test_the_busiest_come_first_with_their_events_a_second() -> None:
    clock = Time()
    activity = Activity(clock)
    activity.top(5)
    clock.advance(2)
    activity.committed(said(("r1", "u1"), ("r2", "u1"), ("r2", "u2"), ("r2", "u1")))
    assert activity.top(1) == ([("r2", 1.5)], [("u1", 1.5)])


def test_what_was_long_ago_counts_no_more() -> None:
    clock = Time()
    activity = Activity(clock)
    activity.top(5)
    activity.committed(said(("r1", "u1")))
    clock.advance(SPAN)
    activity.top(5)
    activity.committed(said(("r2", "u2")))
    clock.advance(SPAN)
    assert [room for room, _ in activity.top(5)[0]] == ["r2"]
    clock.advance(2 * SPAN)
    assert activity.top(5) == ([], [])


def test_however_many_rooms_there_are_so_many_are_told_apart() -> None:
    clock = Time()
    activity = Activity(clock)
    activity.top(5)
    activity.committed(said(*((f"r{n}", "u1") for n in range(MOST + 10))))
    assert len(activity._now[0]) == MOST
