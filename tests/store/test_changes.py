"""What each change does to rooms, members, bans, marks and the log."""

import pytest

from chatd.core.codes import Code
from chatd.engine.rows import MarkRow
from chatd.engine.unit import (
    AdvanceMark,
    Append,
    Change,
    ChangeRoom,
    CreateRoom,
    Growth,
    IsMember,
    ReplaceBody,
    SetMember,
    Unit,
    Upkeep,
)
from chatd.store import rooms, timeline
from chatd.store.changes import CHANGES
from tests.store.desk import NOW, Desk


def create(room: str, slug: str | None = None, pair: tuple[str, str] | None = None) -> CreateRoom:
    kind = "direct" if pair else "public"
    return CreateRoom(room, kind, room, slug, "", "alice", NOW, True, pair)  # type: ignore[arg-type]


def stays(desk: Desk, user: str, room: str = "tea") -> tuple[tuple[int, int | None], ...]:
    return timeline.intervals(desk.database, user, room).spans


def test_every_change_has_a_function() -> None:
    # By name: a dataclass with slots is made twice, and the first may linger among the subclasses.
    known = {change.__name__ for change in CHANGES}
    assert known == {
        change.__name__ for kind in (Growth, Upkeep) for change in kind.__subclasses__()
    }


def test_positions_count_all_rooms_and_seqs_each(desk: Desk) -> None:
    desk.room("tea")
    desk.room("den")
    first = desk.say("tea", "alice"), desk.say("den", "alice"), desk.say("tea", "bob")
    assert first == (2, 2, 3)
    log = timeline.events(desk.database, 1, 99)
    assert [(e.position, e.room, e.seq, e.number) for e in log] == [
        (1, "tea", 1, 0),
        (2, "den", 1, 0),
        (3, "tea", 2, 1),
        (4, "den", 2, 1),
        (5, "tea", 3, 2),
    ]
    assert timeline.events(desk.database, 2, 3) == log[1:3]


def test_what_is_no_message_has_the_number_of_the_last_one(desk: Desk) -> None:
    desk.room("tea")
    desk.say("tea", "alice")
    joined = desk.member("tea", "bob")
    assert joined.events[0].number == 1
    assert (joined.answer.seq, joined.answer.number) == (3, None)
    said = desk.do(Append("tea", "message", "bob", NOW, b"{}", numbered=True))
    assert (said.answer.seq, said.answer.number, said.answer.at) == (4, 2, NOW)


def test_an_event_brings_the_names_of_author_and_subject(desk: Desk) -> None:
    desk.room("tea")
    row = desk.do(Append("tea", "x", "alice", NOW, b"{}", subject="bob")).events[0]
    assert (row.author_name, row.subject, row.subject_name) == ("alice", "bob", "bob")
    assert timeline.events(desk.database, row.position, row.position) == (row,)


def test_a_slug_belongs_to_one_room(desk: Desk) -> None:
    desk.room("tea", slug="tea")
    refusal = desk.refusal(changes=(create("den", "tea"),))
    assert (refusal.code, refusal.field) == (Code.NAME_TAKEN, "slug")
    desk.room("den", slug="den")
    assert desk.code(changes=(ChangeRoom("den", slug="tea"),)) == Code.NAME_TAKEN
    desk.do(ChangeRoom("den", slug="den"))
    desk.do(ChangeRoom("den", slug="cave"))
    assert rooms.by_slug(desk.database, "#cave") == "den"


def test_a_room_changes_what_is_given(desk: Desk) -> None:
    desk.room("tea", slug="tea")
    desk.do(ChangeRoom("tea", name="Tea time"))
    desk.do(ChangeRoom("tea", topic="Green or black"))
    row = rooms.room(desk.database, "bob", "tea")
    assert (row.name, row.slug, row.topic) == ("Tea time", "tea", "Green or black")
    desk.do(ChangeRoom("tea", topic=""))
    assert rooms.room(desk.database, "bob", "tea").topic == ""


def test_two_people_share_one_conversation(desk: Desk) -> None:
    pair = ("alice", "bob")
    first = desk.do(create("one", pair=pair), Append("one", "room", "alice", NOW, b"{}"))
    again = desk.do(
        create("two", pair=pair),
        Append("two", "room", "bob", NOW, b"{}"),
        SetMember("two", "alice", "member"),
    )
    assert (first.answer.room, again.answer.room) == ("one", "one")
    assert (again.answer.seq, again.events, again.members) == (None, (), ())
    assert timeline.position(desk.database) == 1


def test_the_answer_names_the_units_room_where_nothing_was_appended(desk: Desk) -> None:
    assert desk.unit(Unit("alice", room="tea")).answer.room == "tea"
    assert desk.do(create("tea")).answer.room == "tea"


def test_a_stay_begins_at_the_joining_and_ends_with_the_removal(desk: Desk) -> None:
    desk.room("tea")
    assert desk.member("tea", "bob").members == (("tea", 1),)
    assert stays(desk, "bob") == ((2, None),)
    desk.say("tea", "alice")
    assert desk.member("tea", "bob", None).members == (("tea", 0),)
    assert stays(desk, "bob") == ((2, 4),)
    desk.say("tea", "alice")
    desk.member("tea", "bob")
    assert stays(desk, "bob") == ((2, 4), (6, None))


def test_a_new_role_is_the_same_stay(desk: Desk) -> None:
    desk.room("tea")
    desk.member("tea", "bob")
    assert desk.member("tea", "bob", "owner").members == (("tea", 1),)
    assert stays(desk, "bob") == ((2, None),)
    desk.require(IsMember("tea", "bob", "owner"))


def test_the_removal_of_a_stranger_changes_nothing(desk: Desk) -> None:
    desk.room("tea")
    assert desk.member("tea", "bob", None).members == (("tea", 0),)
    assert stays(desk, "bob") == ()


def test_shared_history_is_seen_from_its_start_again_after_coming_back(desk: Desk) -> None:
    desk.room("tea", shared=True)
    desk.say("tea", "alice")
    desk.member("tea", "bob")
    assert stays(desk, "bob") == ((1, None),)
    desk.member("tea", "bob", None)
    assert stays(desk, "bob") == ((1, 4),)
    desk.say("tea", "alice")
    desk.member("tea", "bob")
    assert stays(desk, "bob") == ((1, None),)
    assert rooms.room(desk.database, "bob", "tea").members == 1


def test_leaving_and_coming_back_in_one_unit_is_one_stay(desk: Desk) -> None:
    desk.room("tea")
    desk.do(
        Append("tea", "membership", "bob", NOW, b"{}"),
        SetMember("tea", "bob", "member"),
        SetMember("tea", "bob", None),
        SetMember("tea", "bob", "reader"),
    )
    assert stays(desk, "bob") == ((2, None),)
    assert rooms.room(desk.database, "bob", "tea").members == 1


def mark(desk: Desk, delivered: int | None, read: int | None) -> tuple[MarkRow, ...]:
    return desk.do(AdvanceMark("tea", "bob", delivered, read, NOW)).marks


def test_marks_move_forward_up_to_the_head_and_say_so(desk: Desk) -> None:
    desk.room("tea")
    desk.member("tea", "bob")
    for _ in range(4):
        desk.say("tea", "alice")
    assert mark(desk, 3, None) == (MarkRow("tea", "bob", 3, 0),)
    assert mark(desk, 2, None) == ()
    assert mark(desk, None, 2) == (MarkRow("tea", "bob", 3, 2),)
    assert mark(desk, 1, 4) == (MarkRow("tea", "bob", 4, 4),)
    assert mark(desk, 99, None) == (MarkRow("tea", "bob", 6, 4),)
    assert mark(desk, None, 99) == (MarkRow("tea", "bob", 6, 6),)
    assert mark(desk, 6, 6) == ()
    assert rooms.marks(desk.database, "bob", "tea", 9) == (MarkRow("tea", "bob", 6, 6),)


def test_ones_own_message_is_read(desk: Desk) -> None:
    desk.room("tea")
    desk.member("tea", "bob")
    seq = desk.say("tea", "bob")
    row = rooms.room(desk.database, "bob", "tea")
    assert (row.delivered, row.read, row.unread) == (seq, seq, 0)


def test_an_edit_is_told_with_the_new_text(desk: Desk) -> None:
    desk.room("tea")
    seq = desk.say("tea", "alice", "old")
    edited = desk.do(
        Append("tea", "edited", "alice", NOW, b"", target=seq),
        ReplaceBody("tea", seq, b'{"text":"new"}'),
    )
    assert edited.events[0].body == b'{"text":"new"}'


def test_an_event_about_a_message_keeps_a_body_of_its_own(desk: Desk) -> None:
    desk.room("tea")
    seq = desk.say("tea", "alice", "old")
    event = desk.do(Append("tea", "reaction", "bob", NOW, b'{"x":1}', target=seq)).events[0]
    assert event.body == b'{"x":1}'
    assert timeline.events(desk.database, event.position, event.position) == (event,)


@pytest.mark.parametrize(
    "change",
    [
        Append("nowhere", "message", "alice", NOW, b"{}"),
        ReplaceBody("nowhere", 1, b"{}"),
        ReplaceBody("tea", 1, b"{}"),
        SetMember("nowhere", "alice", "member"),
        AdvanceMark("nowhere", "alice", 1, 1, NOW),
    ],
)
def test_a_change_to_what_is_not_there_is_our_mistake_and_leaves_no_trace(
    desk: Desk, change: Change
) -> None:
    desk.room("tea")
    with pytest.raises(LookupError):
        desk.do(Append("tea", "message", "alice", NOW, b"{}", numbered=True), change)
    assert timeline.position(desk.database) == 1
    assert desk.say("tea", "alice") == 2
    assert timeline.position(desk.database) == 2


def test_when_somebody_read_so_far_is_kept_whatever_is_delivered_later(desk: Desk) -> None:
    desk.room("tea")
    desk.member("tea", "bob")
    for _ in range(4):
        desk.say("tea", "alice")

    def moved(at: int, delivered: int | None, read: int | None) -> tuple[int, int]:
        (told,) = desk.do(AdvanceMark("tea", "bob", delivered, read, at)).marks
        (kept,) = [one for one in rooms.marks(desk.database, "bob", "tea", 9) if one.user == "bob"]
        assert (kept.read, kept.read_at) == (told.read, told.read_at)
        return told.read, told.read_at

    assert moved(NOW + 1, 3, None) == (0, 0)
    assert moved(NOW + 2, None, 2) == (2, NOW + 2)
    assert moved(NOW + 3, 5, None) == (2, NOW + 2)
    assert moved(NOW + 4, None, 5) == (5, NOW + 4)
    desk.say("tea", "bob")
    (kept,) = [one for one in rooms.marks(desk.database, "bob", "tea", 9) if one.user == "bob"]
    assert kept.read_at == NOW
