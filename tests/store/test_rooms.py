"""Rooms, members and marks as one person sees them."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import MarkRow, MemberRow, RoomRow
from chatd.engine.unit import AdvanceMark
from chatd.store import refusals, rooms
from tests.store.desk import NOW, Desk


@pytest.fixture
def tea(desk: Desk) -> Desk:
    desk.room("tea", slug="tea")
    desk.member("tea", "alice", "owner")
    desk.member("tea", "bob")
    return desk


def test_a_room_as_a_member_and_as_a_stranger_see_it(tea: Desk) -> None:
    tea.say("tea", "alice")
    tea.say("tea", "alice")
    tea.do(AdvanceMark("tea", "bob", 5, 4, NOW))
    mine = rooms.room(tea.database, "bob", "tea")
    assert mine == RoomRow("tea", "public", "Tea", "tea", "", "member", 5, 2, 4, 5, 1, 2)
    other = rooms.room(tea.database, "carol", "tea")
    assert other == RoomRow("tea", "public", "Tea", "tea", "", None, 5, 2, 0, 0, 0, 2)


def test_a_hidden_room_is_not_found_like_a_missing_one(tea: Desk) -> None:
    tea.room("den", kind="private")
    said = set()
    for room in ("den", "nowhere"):
        with pytest.raises(Refusal) as caught:
            rooms.room(tea.database, "bob", room)
        said.add(str(caught.value))
    assert said == {str(refusals.no_room())}


def test_a_conversation_names_the_other_person_to_each(desk: Desk) -> None:
    desk.room("pair", kind="direct", shared=True, pair=("alice", "bob"))
    desk.member("pair", "alice")
    desk.member("pair", "bob")
    for user, other in (("alice", "bob"), ("bob", "alice")):
        row = rooms.room(desk.database, user, "pair")
        assert (row.other, row.other_name) == (other, other)


def test_unread_counts_only_what_one_was_there_for(tea: Desk) -> None:
    tea.say("tea", "alice")
    tea.member("tea", "bob", None)
    for _ in range(3):
        tea.say("tea", "alice")
    tea.member("tea", "bob")
    assert rooms.room(tea.database, "bob", "tea").unread == 1
    tea.say("tea", "alice")
    assert rooms.room(tea.database, "bob", "tea").unread == 2
    tea.do(AdvanceMark("tea", "bob", None, 4, NOW))
    assert rooms.room(tea.database, "bob", "tea").unread == 1


def test_reading_on_after_a_return_leaves_nothing_unread_behind(tea: Desk) -> None:
    tea.say("tea", "alice")
    tea.member("tea", "bob", None)
    tea.say("tea", "alice")
    tea.member("tea", "bob")
    last = tea.say("tea", "alice")
    tea.do(AdvanceMark("tea", "bob", None, last, NOW))
    assert rooms.room(tea.database, "bob", "tea").unread == 0


def test_ones_rooms_are_those_one_is_in_with_the_position_of_the_snapshot(tea: Desk) -> None:
    tea.room("den", kind="private")
    tea.member("den", "bob")
    tea.room("left")
    tea.member("left", "bob")
    tea.member("left", "bob", None)
    found, position = rooms.of_user(tea.database, "bob")
    assert [room.id for room in found] == ["den", "tea"]
    assert position == 8
    tea.say("tea", "alice")
    found, position = rooms.of_user(tea.database, "bob")
    assert [room.id for room in found] == ["tea", "den"]
    assert position == 9
    assert rooms.of_user(tea.database, "carol") == ((), 9)


def test_ones_rooms_by_id_a_page_at_a_time(tea: Desk) -> None:
    for room in ("jam", "den", "left"):
        tea.room(room, kind="private")
        tea.member(room, "bob")
    tea.member("left", "bob", None)

    def ids(after: str | None, limit: int = 9) -> list[str]:
        return [room.id for room in rooms.joined(tea.database, "bob", after, limit)]

    assert ids(None) == ["den", "jam", "tea"]
    assert ids(None, 2) == ["den", "jam"]
    # One may have left meanwhile the room after which one goes on.
    assert ids("jam") == ids("left") == ["tea"]
    assert ids("tea") == []
    assert rooms.joined(tea.database, "bob", "jam", 1) == (rooms.room(tea.database, "bob", "tea"),)


def test_public_rooms_by_name_behind_a_slug_or_an_id(desk: Desk) -> None:
    for room, slug in (("c", "cocoa"), ("a", "ale"), ("b", None)):
        desk.room(room, slug=slug)
    desk.room("aa", kind="private")

    def names(after: str | None, limit: int = 9) -> list[str]:
        return [room.id for room in rooms.public(desk.database, "bob", after, limit)]

    assert names(None) == ["a", "b", "c"]
    assert names(None, 2) == ["a", "b"]
    assert names("ale") == names("a") == names("#ale") == ["b", "c"]
    assert names("cocoa") == []
    for unknown in ("nowhere", "aa"):
        with pytest.raises(Refusal) as caught:
            names(unknown)
        assert caught.value.code == Code.NOT_FOUND


def test_members_by_name_a_page_at_a_time(tea: Desk) -> None:
    tea.member("tea", "carol", "reader")
    tea.member("tea", "carol", "moderator")
    everyone = (
        MemberRow("alice", "alice", "owner", "Alice"),
        MemberRow("bob", "bob", "member", "Bob"),
        MemberRow("carol", "carol", "moderator", "Carol"),
    )
    assert rooms.members(tea.database, "bob", "tea", None, 9) == everyone
    assert rooms.members(tea.database, "bob", "tea", None, 1) == everyone[:1]
    assert rooms.members(tea.database, "bob", "tea", "alice", 9) == everyone[1:]
    tea.member("tea", "carol", None)
    assert rooms.members(tea.database, "bob", "tea", "bob", 9) == ()


def test_marks_of_members_the_furthest_first(tea: Desk) -> None:
    tea.member("tea", "carol")
    tea.do(AdvanceMark("tea", "bob", 4, 2, NOW), AdvanceMark("tea", "carol", 3, 3, NOW))
    carol, bob = MarkRow("tea", "carol", 3, 3), MarkRow("tea", "bob", 4, 2)
    assert rooms.marks(tea.database, "alice", "tea", 9) == (carol, bob)
    assert rooms.marks(tea.database, "alice", "tea", 1) == (carol,)
    tea.member("tea", "carol", None)
    assert rooms.marks(tea.database, "alice", "tea", 9) == (bob,)


@pytest.mark.parametrize("read", [rooms.members, rooms.marks])
def test_members_and_marks_need_a_membership(tea: Desk, read: object) -> None:
    args = (None, 9) if read is rooms.members else (9,)
    for room, code in (("tea", Code.FORBIDDEN), ("nowhere", Code.NOT_FOUND)):
        with pytest.raises(Refusal) as caught:
            read(tea.database, "carol", room, *args)  # type: ignore[operator]
        assert caught.value.code == code


def test_a_slug_leads_to_its_room(tea: Desk) -> None:
    assert rooms.by_slug(tea.database, "tea") == rooms.by_slug(tea.database, "#tea") == "tea"
    with pytest.raises(Refusal) as caught:
        rooms.by_slug(tea.database, "den")
    assert str(caught.value) == str(refusals.no_room())
