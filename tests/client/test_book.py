"""What a client keeps of the rooms it has open; the page's book has the same cases."""

import json
from pathlib import Path
from typing import Any

import pytest

from chatd.client.book import Book, Hole

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "book.json").read_text("utf-8"))


def event(room: str, seq: int, position: int) -> dict[str, Any]:
    return {"type": "message", "room": room, "seq": seq, "cursor": f"e.{position}"}


def opened(room: str, seq: int, position: int) -> dict[str, Any]:
    return {"type": "opened", "room": {"room": room, "seq": seq}, "cursor": f"e.{position}"}


def resumed(told: dict[str, Any]) -> dict[str, Any]:
    rooms = told.get("rooms", {})
    return {
        "type": "resumed",
        "resumed": told.get("resumed", True),
        "cursor": f"e.{told['cursor']}",
        "events": [event(*each) for each in told.get("events", [])],
        "more": told.get("more", False),
        "rooms": [{"room": room, "seq": seq} for room, seq in rooms.items()],
        "removed": told.get("removed", []),
    }


def took(book: Book, frame: dict[str, Any]) -> str:
    try:
        return "news" if book.event(frame) else "known"
    except Hole:
        return "hole"


def step(book: Book, told: dict[str, Any]) -> None:
    if "opened" in told:
        book.opened(opened(*told["opened"]))
    elif "closed" in told:
        book.closed(told["closed"])
    elif "event" in told:
        assert took(book, event(*told["event"])) == told["is"]
    elif "agrees" in told:
        assert book.agrees(told["agrees"]) is told["is"]
    else:
        news = [event(*each) for each in told["news"]]
        assert book.resumed(resumed(told["resumed"])) == (news, told["lost"])
    if "cursor" in told:
        assert book.cursor == f"e.{told['cursor']}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_it_knows(case: dict[str, Any]) -> None:
    """Tea is open and known up to seq 4, at position 10."""
    book = Book()
    book.opened(opened("tea", 4, 10))
    for told in case["steps"]:
        step(book, told)
    expected = (case["heads"], f"e.{case['cursor']}", case["hole"])
    assert (book.heads, book.cursor, book.has_hole) == expected


def test_to_forget_is_to_begin_anew() -> None:
    book = Book()
    book.opened(opened("tea", 4, 10))
    assert book.forget() == ["tea"]
    assert book == Book()
