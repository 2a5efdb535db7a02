"""How one keeps one's rooms: settings in part and in whole, order, unread, drafts."""

import pytest

from chatd.engine.keeping import DraftRow, OrderRooms, SetDraft, SetSettings
from chatd.engine.rows import SettingsRow
from chatd.engine.unit import AdvanceMark
from chatd.store import keeping_reads, rooms
from tests.store.desk import NOW, Desk


@pytest.fixture
def tea(desk: Desk) -> Desk:
    for room in ("tea", "coffee", "water"):
        desk.room(room)
        desk.member(room, "alice", "owner")
    return desk


def keep(room: str = "tea", user: str = "alice", **what) -> SetSettings:
    return SetSettings(room, user, lambda row: row, **what)


def draft(room: str, body: bytes, at: int = NOW, most: int = 9) -> SetDraft:
    return SetDraft(room, "alice", body, at, most, lambda row: row)


def rows(desk: Desk, table: str) -> int:
    row = desk.database.row(f"select count(*) from {table}", {})
    assert row is not None
    return int(row[0])


def test_what_is_left_out_stays_and_all_of_it_is_told(tea: Desk) -> None:
    tea.do(keep(notify="none", muted_until=0, place=3))
    told = tea.do(keep(favourite=True)).tells
    assert told == (SettingsRow("tea", "none", 0, True, 3, None),)
    told = tea.do(keep(favourite=False, clear=("muted_until",))).tells
    assert told == (SettingsRow("tea", "none", None, False, 3, None),)
    row = rooms.room(tea.database, "alice", "tea")
    assert (row.notify, row.muted_until, row.favourite, row.place) == ("none", None, False, 3)


def test_settings_that_say_nothing_take_no_row(tea: Desk) -> None:
    tea.do(keep(notify="all", place=0))
    assert rows(tea, "room_settings") == 1
    tea.do(keep(clear=("notify", "place")))
    assert rows(tea, "room_settings") == 0


def test_an_order_is_the_whole_order_of_rooms_one_is_in(tea: Desk) -> None:
    tea.do(keep("water", place=7), keep("tea", favourite=True))
    told = tea.do(OrderRooms("alice", ("coffee", "nowhere", "tea"), lambda rooms: rooms)).tells
    assert told == (("coffee", "tea"),)
    places = {row.id: row.place for row in rooms.joined(tea.database, "alice", None, 9)}
    assert places == {"coffee": 0, "tea": 1, "water": None}
    assert rooms.room(tea.database, "alice", "tea").favourite


def test_reading_anything_ends_being_marked_as_unread(tea: Desk) -> None:
    first, last = tea.say("tea", "bob"), tea.say("tea", "bob")
    read = AdvanceMark("tea", "alice", None, last, NOW, lambda row: row)
    tea.do(read)
    tea.do(keep(unread_from=first, favourite=True))
    only_delivered = tea.do(AdvanceMark("tea", "alice", last, None, NOW, lambda row: row))
    assert only_delivered.tells == ()
    assert rooms.room(tea.database, "alice", "tea").unread_from == first
    again = tea.do(read)
    assert again.tells == (SettingsRow("tea", favourite=True),)
    assert again.marks == ()
    row = rooms.room(tea.database, "alice", "tea")
    assert (row.unread_from, row.read) == (None, last)
    assert tea.do(read).tells == ()


def test_the_last_draft_counts_and_an_empty_one_is_none(tea: Desk) -> None:
    tea.do(draft("tea", b"1"))
    assert tea.do(draft("tea", b"2", NOW + 1)).tells == (DraftRow("tea", b"2", NOW + 1),)
    assert keeping_reads.drafts(tea.database, "alice", None, 999)[0] == (
        DraftRow("tea", b"2", NOW + 1),
    )
    assert tea.do(draft("tea", b"", NOW + 2)).tells == (DraftRow("tea", b"", NOW + 2),)
    assert tea.do(draft("tea", b"")).tells == ()
    assert rows(tea, "drafts") == 0


def test_of_too_many_drafts_the_oldest_goes_and_is_told(tea: Desk) -> None:
    tea.do(draft("tea", b"1", NOW), draft("coffee", b"2", NOW + 1))
    # Even where the clock was set back, the one just written stays.
    told = tea.do(draft("water", b"3", NOW - 9, most=2)).tells
    assert told == (DraftRow("water", b"3", NOW - 9), DraftRow("tea", b"", NOW - 9))
    kept, more = keeping_reads.drafts(tea.database, "alice", None, 999)
    assert ([row.room for row in kept], more) == (["coffee", "water"], False)


def test_drafts_come_in_pages_of_so_many_bytes(tea: Desk) -> None:
    tea.do(draft("tea", b"x" * 50), draft("coffee", b"x" * 500), draft("water", b"x" * 50))
    first, more = keeping_reads.drafts(tea.database, "alice", None, 100)
    assert ([row.room for row in first], more) == (["coffee"], True)
    second, more = keeping_reads.drafts(tea.database, "alice", "coffee", 100)
    assert ([row.room for row in second], more) == (["tea", "water"], False)


def test_nothing_of_it_outlives_leaving(tea: Desk) -> None:
    tea.member("tea", "bob")
    tea.do(keep(user="bob", favourite=True), keep(favourite=True), draft("tea", b"mine"))
    tea.do(SetDraft("tea", "bob", b"x", NOW, 9, lambda row: row))
    tea.member("tea", "bob", None)
    assert keeping_reads.settings(tea.database, "bob", "tea") == SettingsRow("tea")
    assert keeping_reads.drafts(tea.database, "bob", None, 99) == ((), False)
    assert keeping_reads.settings(tea.database, "alice", "tea").favourite
    assert rows(tea, "drafts") == 1
