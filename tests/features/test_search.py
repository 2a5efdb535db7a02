"""The search command: what it takes, and what it answers to what cannot be."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.drive import run
from tests.scenarios.language import Frame
from tests.scenarios.memory import MemoryLink, MemoryWorld


class Room:
    """Alice and bob in #tea; alice asks."""

    def __init__(self) -> None:
        self.world = MemoryWorld()
        self.links: dict[str, MemoryLink] = {}
        for name in ("alice", "bob"):
            run(self.world.person(name))
            self.links[name] = run(self.world.connect(name, 1))
        made = self.ask("alice", type="create_room", key="1", name="tea", slug="tea", kind="public")
        self.id = made["room"]
        self.ask("bob", type="join", key="1", room="#tea")
        for n in range(4):
            name = ("alice", "bob")[n % 2]
            self.ask(name, type="send", key=f"cup{n}", room="#tea", text=f"cup {n} of {name}")

    def ask(self, who: str, **frame: Any) -> Frame:
        return run(self.links[who].command(frame))

    def search(self, text: str = "", **more: Any) -> Frame:
        return self.ask("alice", type="search", text=text, **more)

    def texts(self, text: str = "", **more: Any) -> list[str]:
        return [hit["message"]["text"] for hit in self.search(text, **more)["hits"]]


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.world.stop()
    assert room.world.faults == []


BOBS = ["cup 3 of bob", "cup 1 of bob"]


def test_filters_are_fields_or_typed(room: Room) -> None:
    assert room.texts("from:@bob") == room.texts("from:bob cup") == BOBS
    assert room.texts(**{"from": "@bob"}) == room.texts(**{"from": "ubob"}) == BOBS
    assert room.texts("from:ubob", room=room.id) == BOBS
    assert room.texts("from:me") == ["cup 2 of alice", "cup 0 of alice"]
    assert room.texts("in:#tea bob") == room.texts("in:tea bob") == BOBS
    assert room.texts(f"in:{room.id} bob") == BOBS
    # Where a field and the text differ, the field counts.
    assert room.texts("from:@alice", **{"from": "@bob"}) == BOBS
    hits = room.search("cup")["hits"]
    at = hits[1]["message"]["at"]
    assert room.texts("cup", after=at) == ["cup 3 of bob", "cup 2 of alice"]
    assert room.texts("cup", before=at) == ["cup 1 of bob", "cup 0 of alice"]
    assert room.texts("cup", has="link") == []


def test_the_words_to_mark_come_with_the_answer(room: Room) -> None:
    assert room.search("CÚP from:bob -alice")["words"] == ["cup"]


def test_pages(room: Room) -> None:
    first = room.search("cup", limit=3)
    assert [hit["message"]["number"] for hit in first["hits"]] == [4, 3, 2]
    second = room.search("cup", limit=3, page=first["next"])
    assert [hit["message"]["number"] for hit in second["hits"]] == [1]
    assert "next" not in second and "behind" not in second


def test_neighbours(room: Room) -> None:
    (hit,) = room.search('"cup 1"', context=3)["hits"]
    assert [message["number"] for message in hit["before"]] == [1]
    assert [message["number"] for message in hit["after"]] == [3, 4]


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("", {}, "bad-field"),
        ("-", {"limit": 3, "context": 1}, "bad-field"),
        ("x" * 257, {}, "bad-field"),
        ("cup", {"limit": 51}, "bad-field"),
        ("cup", {"context": 4}, "bad-field"),
        ("cup", {"has": "cat"}, "bad-field"),
        ("cup", {"page": "another0.5"}, "bad-field"),
        ("cup", {"page": "nonsense"}, "bad-field"),
        ("from:@nobody", {}, "not-found"),
        ("in:#nowhere", {}, "not-found"),
        ("in:nowhere", {}, "not-found"),
        ("cup", {"room": "rzzzzzzzzzzz"}, "not-found"),
    ],
)
def test_what_cannot_be_is_refused(room: Room, text: str, more: Frame, code: str) -> None:
    reply = room.search(text, **more)
    assert (reply["type"], reply["code"]) == ("error", code)


def test_an_id_of_nobody_finds_nothing(room: Room) -> None:
    assert room.texts("from:uzzzzzzzzzzz cup") == []
