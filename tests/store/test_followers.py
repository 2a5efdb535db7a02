"""How far followers came, and whom a message is for who has not read it."""

from typing import Any

import pytest

from chatd.engine.followers import CALLED, SetFollower
from chatd.engine.unit import AdvanceMark, SetBlock
from chatd.store import follower_reads
from tests.store.desk import NOW, Desk


@pytest.fixture
def desk() -> Desk:
    """Alice and bob talk; all three are in #tea."""
    made = Desk()
    made.user("alice", "bob", "carol")
    made.room("ab", kind="direct", pair=("alice", "bob"), shared=True)
    made.room("tea", slug="tea")
    for room, people in (("ab", "alice bob"), ("tea", "alice bob carol")):
        for person in people.split():
            made.member(room, person)
    return made


def say(desk: Desk, room: str = "ab", mentions: str = "") -> int:
    """A message of alice's; its position."""
    seq = desk.say(room, "alice")
    desk.database.run(
        "update events set mentions = :mentions where room = :room and seq = :seq",
        {"mentions": mentions, "room": room, "seq": seq},
    )
    return desk.work.position


def called(desk: Desk, position: int, now: int = NOW) -> tuple[str, ...]:
    return follower_reads.called(desk.database, position, now)


def absent(desk: Desk, position: int, person: str = "bob") -> Any:
    return follower_reads.absent(desk.database, position, person, NOW)


def keeps(desk: Desk, person: str, room: str, **how: Any) -> None:
    desk.database.run(
        "insert into room_settings (person, room, notify, muted_until)"
        " values (:person, :room, :notify, :muted)",
        {"person": person, "room": room, "notify": how.get("notify"), "muted": how.get("muted")},
    )


def test_a_follower_is_remembered_moved_and_forgotten(desk: Desk) -> None:
    assert follower_reads.follower(desk.database, "hook") is None
    for position in (0, 5):
        desk.do(SetFollower("hook", position))
        assert follower_reads.follower(desk.database, "hook") == position
    desk.do(SetFollower("hook", None), SetFollower("hook", None))
    assert follower_reads.follower(desk.database, "hook") is None


def test_events_are_read_with_their_rooms(desk: Desk) -> None:
    last = desk.work.position
    rows = follower_reads.followed(desk.database, 1, last)
    assert [row.event.position for row in rows] == list(range(1, last + 1))
    assert {(row.room.id, row.room.kind, row.room.slug) for row in rows} == {
        ("ab", "direct", None),
        ("tea", "public", "tea"),
    }
    assert all(row.event.room == row.room.id for row in rows)


def test_a_direct_message_is_for_the_other_one(desk: Desk) -> None:
    assert called(desk, say(desk)) == ("bob",)


def test_a_message_in_a_room_is_for_those_it_mentions(desk: Desk) -> None:
    assert called(desk, say(desk, "tea")) == ()
    assert called(desk, say(desk, "tea", "carol")) == ("carol",)
    assert called(desk, say(desk, "tea", "alice stranger")) == ()
    assert called(desk, say(desk, "tea", "*")) == ("bob", "carol")


def test_nobody_hears_of_their_own_message_wherever_their_mark_is(desk: Desk) -> None:
    position = say(desk, "tea", "*")
    desk.database.run("delete from marks", {})
    assert called(desk, position) == ("bob", "carol")


def test_everyone_is_called_by_name_only_in_rooms_that_are_not_large(desk: Desk) -> None:
    position = say(desk, "tea", "* bob")
    desk.database.run("update rooms set members = :many where id = 'tea'", {"many": CALLED + 1})
    assert called(desk, position) == ("bob",)


def test_who_has_read_it_hears_nothing(desk: Desk) -> None:
    first, second = say(desk), say(desk)
    desk.do(AdvanceMark("ab", "bob", None, 4, NOW))
    assert (called(desk, first), called(desk, second)) == ((), ("bob",))
    assert absent(desk, first) is None
    assert absent(desk, second).unread == 1


def test_what_is_known_of_somebody_who_is_away(desk: Desk) -> None:
    say(desk)
    position = say(desk)
    desk.database.run("update users set email = 'bob@example.org', seen = 7 where id = 'bob'", {})
    found = absent(desk, position)
    assert (found.user, found.name, found.display) == ("bob", "bob", "Bob")
    assert (found.email, found.seen, found.read, found.unread) == (None, 7, 0, 2)
    assert (found.message.position, found.room.id) == (position, "ab")
    desk.database.run("update users set email_confirmed = 1 where id = 'bob'", {})
    assert absent(desk, position).email == "bob@example.org"
    assert absent(desk, position).identities == ()
    desk.database.run("insert into identities values ('https://shop', '17', 'bob', 5)", {})
    assert absent(desk, position).identities == (("https://shop", "17"),)


@pytest.mark.parametrize(
    ("how", "direct", "mention"),
    [
        ({}, True, True),
        ({"notify": "all"}, True, True),
        ({"notify": "mentions"}, False, True),
        ({"notify": "none"}, False, False),
        ({"muted": NOW + 1}, False, False),
        # For good.
        ({"muted": 0}, False, False),
        ({"muted": NOW}, True, True),
    ],
)
def test_how_one_keeps_a_room_decides(
    desk: Desk, how: dict[str, Any], direct: bool, mention: bool
) -> None:
    for room in ("ab", "tea"):
        keeps(desk, "bob", room, **how)
    assert bool(called(desk, say(desk))) is direct
    assert bool(called(desk, say(desk, "tea", "bob"))) is mention
    assert called(desk, say(desk, "tea", "*")) == (("bob", "carol") if mention else ("carol",))


@pytest.mark.parametrize(("user", "other"), [("alice", "bob"), ("bob", "alice")])
def test_between_those_who_blocked_one_another_nothing_is_told(
    desk: Desk, user: str, other: str
) -> None:
    desk.do(SetBlock(user, other, True, NOW))
    assert called(desk, say(desk)) == ()
    assert called(desk, say(desk, "tea", "bob carol")) == ("carol",)


@pytest.mark.parametrize(
    "change",
    [
        "update users set disabled = 1 where id = 'bob'",
        "update users set kind = 'bot' where id = 'bob'",
        "update memberships set to_seq = from_seq where person = 'bob'",
        "update memberships set from_seq = 1000 where person = 'bob'",
    ],
)
def test_who_is_out_or_no_person_hears_nothing(desk: Desk, change: str) -> None:
    position = say(desk)
    desk.database.run(change, {})
    assert called(desk, position) == ()
    assert absent(desk, position) is None


def test_of_a_deleted_message_and_of_other_events_nobody_hears(desk: Desk) -> None:
    position = say(desk)
    seq = follower_reads.followed(desk.database, position, position)[0].event.seq
    desk.erase("ab", "alice", seq)
    assert called(desk, position) == ()
    assert absent(desk, position) is None
    assert called(desk, desk.work.position) == ()
    assert called(desk, 1) == ()
    assert called(desk, 10_000) == ()
    assert absent(desk, 10_000) is None
