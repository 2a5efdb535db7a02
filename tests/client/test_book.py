"""What a client keeps of the rooms it has open."""

from typing import Any

import pytest

from chatd.client.book import Book, Hole


def event(room: str, seq: int, position: int) -> dict[str, Any]:
    return {"type": "message", "room": room, "seq": seq, "cursor": f"e.{position}"}


def opened(room: str, seq: int, position: int) -> dict[str, Any]:
    return {"type": "opened", "room": {"room": room, "seq": seq}, "cursor": f"e.{position}"}


def resumed(
    *events: dict[str, Any],
    position: int,
    rooms: dict[str, int] | None = None,
    removed: tuple[str, ...] = (),
    more: bool = False,
    known: bool = True,
) -> dict[str, Any]:
    return {
        "type": "resumed",
        "resumed": known,
        "cursor": f"e.{position}",
        "events": list(events),
        "more": more,
        "rooms": [{"room": room, "seq": seq} for room, seq in (rooms or {}).items()],
        "removed": list(removed),
    }


@pytest.fixture
def book() -> Book:
    """Tea is open and known up to seq 4, at position 10."""
    book = Book()
    book.opened(opened("tea", 4, 10))
    return book


def test_events_in_turn_are_news_and_move_the_cursor(book: Book) -> None:
    assert book.event(event("tea", 5, 11))
    assert book.event(event("tea", 6, 13))
    assert (book.heads, book.cursor) == ({"tea": 6}, "e.13")


@pytest.mark.parametrize("frame", [event("tea", 4, 10), event("tea", 2, 5), event("milk", 5, 11)])
def test_what_is_known_or_not_open_is_no_news(book: Book, frame: dict[str, Any]) -> None:
    assert not book.event(frame)
    assert (book.heads, book.cursor) == ({"tea": 4}, "e.10")


def test_a_second_room_leaves_the_cursor_where_the_first_needs_it(book: Book) -> None:
    book.opened(opened("milk", 7, 15))
    assert book.cursor == "e.10"
    assert book.event(event("tea", 5, 12))
    assert book.cursor == "e.12"


def test_the_first_room_after_all_were_closed_starts_from_its_own_cursor(book: Book) -> None:
    book.closed("tea")
    book.opened(opened("milk", 7, 15))
    assert book.cursor == "e.15"


def test_a_hole_is_told_and_holds_the_cursor_until_it_is_filled(book: Book) -> None:
    book.opened(opened("milk", 7, 10))
    with pytest.raises(Hole):
        book.event(event("tea", 6, 12))
    assert book.event(event("milk", 8, 13))
    assert book.cursor == "e.10"
    missed = [event("tea", 5, 11), event("tea", 6, 12), event("milk", 8, 13)]
    news, lost = book.resumed(resumed(*missed, position=13, rooms={"tea": 6, "milk": 8}))
    assert (news, lost) == (missed[:2], [])
    assert book.event(event("tea", 7, 14))
    assert book.cursor == "e.14"


def test_a_hole_is_not_filled_before_the_last_page(book: Book) -> None:
    with pytest.raises(Hole):
        book.event(event("tea", 6, 12))
    book.resumed(resumed(event("tea", 5, 11), position=11, more=True))
    assert book.has_hole
    book.resumed(resumed(event("tea", 6, 12), position=12, rooms={"tea": 6}))
    assert not book.has_hole


def test_a_resume_brings_what_is_new_only(book: Book) -> None:
    reply = resumed(event("tea", 4, 10), event("tea", 5, 12), position=20, rooms={"tea": 5})
    assert book.resumed(reply) == ([event("tea", 5, 12)], [])
    assert (book.heads, book.cursor) == ({"tea": 5}, "e.20")


def test_between_two_stays_in_a_room_is_no_hole(book: Book) -> None:
    stays = [event("tea", 5, 12), event("tea", 9, 18)]
    assert book.resumed(resumed(*stays, position=20, rooms={"tea": 9})) == (stays, [])


def test_a_room_one_was_removed_from_is_closed_after_its_last_event(book: Book) -> None:
    last = event("tea", 5, 12)
    assert book.resumed(resumed(last, position=20, removed=("tea",))) == ([last], [])
    assert book.heads == {}


def test_a_cursor_of_another_log_loses_every_room_even_at_the_same_seq(book: Book) -> None:
    book.opened(opened("milk", 7, 15))
    news, lost = book.resumed(resumed(position=3, rooms={"tea": 4, "milk": 2}, known=False))
    assert (news, lost) == ([], ["tea", "milk"])
    assert (book.heads, book.cursor) == ({"tea": 4, "milk": 2}, "e.3")


def test_a_resume_that_does_not_reach_the_head_is_told(book: Book) -> None:
    news, lost = book.resumed(resumed(event("tea", 5, 12), position=20, rooms={"tea": 6}))
    assert (news, lost) == ([event("tea", 5, 12)], ["tea"])
    assert book.event(event("tea", 7, 21))


def test_a_room_closed_meanwhile_stays_closed(book: Book) -> None:
    book.closed("tea")
    assert book.resumed(resumed(position=20, rooms={"tea": 6})) == ([], [])
    assert book.heads == {}


def test_a_heartbeat_agrees_with_the_sum_of_heads(book: Book) -> None:
    book.opened(opened("milk", 7, 15))
    assert book.agrees(11)
    assert not book.agrees(12)


def test_to_forget_is_to_begin_anew(book: Book) -> None:
    assert book.forget() == ["tea"]
    assert book == Book()
