"""What people show, to whom; and what is told of it."""

from dataclasses import replace

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import SetDisabled
from chatd.engine.pictures import CreatePicture
from chatd.engine.profiles import (
    FewBlocks,
    MayBeginDirect,
    OwnsPicture,
    PrivacyRow,
    ProfileRow,
    SetPrivacy,
    SetProfile,
    SetSeen,
    SetStatus,
    TellPerson,
)
from chatd.engine.rows import MarkRow, Shun, StatusRow, ToCompany, ToPerson
from chatd.engine.unit import AdvanceMark, SetBlock
from chatd.features.person_shapes import person_changed
from chatd.store import privacy_reads, profile_reads, rooms
from tests.store.desk import NOW, Desk

BOB = ProfileRow("bob", "bob", "Bob", "person", "", None, None, None, False)
TEA = StatusRow("🍵", "tea", None)
MINUTE = 60_000


@pytest.fixture
def tea(desk: Desk) -> Desk:
    desk.room("tea")
    for user in ("alice", "bob"):
        desk.member("tea", user)
    return desk


def seen(desk: Desk, user: str, other: str = "bob", now: int = NOW) -> ProfileRow:
    return profile_reads.profile(desk.database, user, other, now)


def test_what_is_not_given_stays(desk: Desk) -> None:
    desk.do(SetProfile("bob", about="Leaves", avatar="p1"), SetProfile("bob", display="Bob B."))
    assert seen(desk, "alice") == replace(BOB, display="Bob B.", about="Leaves", avatar="p1")
    desk.do(SetProfile("bob", about="", avatar=""))
    assert seen(desk, "alice") == replace(BOB, display="Bob B.")


def test_nobody_is_not_found(desk: Desk) -> None:
    with pytest.raises(Refusal) as caught:
        seen(desk, "alice", "nobody")
    assert caught.value.code is Code.NOT_FOUND


def test_status_and_time_are_for_those_who_share_a_room(tea: Desk) -> None:
    tea.do(SetStatus("bob", TEA), SetSeen((("bob", NOW),)))
    shown = replace(BOB, status=TEA, last_seen=NOW // MINUTE * MINUTE)
    assert seen(tea, "alice") == seen(tea, "bob") == shown
    assert seen(tea, "carol") == BOB
    tea.member("tea", "alice", None)
    assert seen(tea, "alice") == BOB


@pytest.mark.parametrize("pair", [("alice", "bob"), ("bob", "alice")])
def test_a_block_hides_both_from_both(tea: Desk, pair: tuple[str, str]) -> None:
    tea.do(SetStatus("bob", TEA), SetSeen((("bob", NOW),)), SetBlock(*pair, True, NOW))
    assert seen(tea, "alice") == BOB
    assert [row.status for row in rooms.members(tea.database, "alice", "tea", None, 9)] == [
        None,
        None,
    ]
    assert rooms.members(tea.database, "bob", "tea", None, 9)[1].status == TEA


def test_a_status_ends(tea: Desk) -> None:
    tea.do(SetStatus("bob", StatusRow("", "lunch", NOW + 5)))
    assert seen(tea, "alice", now=NOW + 4).status == StatusRow("", "lunch", NOW + 5)
    assert seen(tea, "alice", now=NOW + 5).status is None
    tea.do(SetStatus("bob", None))
    assert seen(tea, "alice").status is None


def test_who_hides_the_time_is_not_told_that_of_others(tea: Desk) -> None:
    tea.do(SetSeen((("bob", NOW), ("alice", NOW))), SetPrivacy("alice", seen_by="none"))
    assert seen(tea, "alice").last_seen is None
    assert seen(tea, "bob", "alice").last_seen is None
    tea.do(SetPrivacy("alice", seen_by="all"))
    assert seen(tea, "alice").last_seen is not None


def test_less_than_a_minute_later_is_no_news(tea: Desk) -> None:
    tea.do(SetSeen((("bob", NOW),)))
    tea.do(SetSeen((("bob", NOW + MINUTE - 1),)))
    row = tea.database.row("select seen from users where id = 'bob'", {})
    assert row is not None and row[0] == NOW
    tea.do(SetSeen((("bob", NOW + MINUTE),)))
    row = tea.database.row("select seen from users where id = 'bob'", {})
    assert row is not None and row[0] == NOW + MINUTE


def test_settings_that_are_not_given_stay(desk: Desk) -> None:
    assert profile_reads.privacy(desk.database, "bob") == PrivacyRow("all", "all", True, True)
    desk.do(SetPrivacy("bob", direct_from="rooms"), SetPrivacy("bob", receipts=False))
    desk.do(SetPrivacy("bob", seen_by="none", typing=False))
    assert profile_reads.privacy(desk.database, "bob") == PrivacyRow("none", "rooms", False, False)


def found(
    desk: Desk, query: str, directory: str, after: str = "", user: str = "alice"
) -> list[str]:
    rows = profile_reads.find_people(
        desk.database,
        user,
        query,
        after,
        directory,  # type: ignore[arg-type]
        NOW,
        20,
    )
    return [row.name for row in rows]


def test_people_are_found_by_the_beginning_of_either_name(tea: Desk) -> None:
    tea.do(SetProfile("carol", display="Ärzte Ü."), SetProfile("bob", display="Carla"))
    assert found(tea, "CAR", "all") == ["bob", "carol"]
    assert found(tea, "ärz", "all") == ["carol"]
    assert found(tea, "arol", "all") == found(tea, "%", "all") == found(tea, "alice", "all") == []
    assert found(tea, "c", "all", after="bob") == ["carol"]
    tea.do(SetDisabled("carol", True, NOW))
    assert found(tea, "c", "all") == ["bob"]


def test_people_are_found_by_any_word_of_the_name_that_they_show(tea: Desk) -> None:
    tea.do(
        SetProfile("carol", display="Carla Meyer-Lindenberg"),
        SetProfile("bob", display="Amara Okafor"),
    )
    for query in ("carla", "Meyer", "lind", "meyer-l", "Carla Mey", "carol"):
        assert found(tea, query, "all") == ["carol"], query
    assert found(tea, "okafor", "rooms") == ["bob"]
    assert found(tea, "eyer", "all") == found(tea, "meyer b", "all") == []
    assert found(tea, "meyer", "all", after="carol") == found(tea, "meyer", "rooms") == []
    tea.do(SetProfile("carol", display="Carla May"))
    assert found(tea, "meyer", "all") == [] and found(tea, "may", "all") == ["carol"]


def test_people_are_looked_for_by_an_index(tea: Desk) -> None:
    asked: list[tuple[str, dict[str, object]]] = []
    tea.database.connection.exec_trace = lambda cursor, sql, values: (
        asked.append((sql, dict(values))) or True
    )
    found(tea, "me", "rooms")
    tea.database.connection.exec_trace = None
    sql, values = next(each for each in asked if "names_within" in each[0])
    plan = [row[3] for row in tea.database.rows(f"explain query plan {sql}", values)]
    assert not [line for line in plan if line.startswith("SCAN")], plan


def test_the_directory_may_be_of_shared_rooms_or_closed(tea: Desk) -> None:
    assert found(tea, "b", "rooms") == ["bob"]
    assert found(tea, "c", "rooms") == []
    assert found(tea, "b", "rooms", user="carol") == []
    with pytest.raises(Refusal) as caught:
        found(tea, "b", "none")
    assert caught.value.code is Code.FORBIDDEN


def test_who_may_begin_a_conversation(tea: Desk) -> None:
    tea.require(MayBeginDirect("carol", "bob"))
    tea.do(SetPrivacy("bob", direct_from="rooms"))
    tea.require(MayBeginDirect("alice", "bob"))
    assert tea.code(MayBeginDirect("carol", "bob")) is Code.FORBIDDEN
    tea.do(SetPrivacy("bob", direct_from="none"))
    assert tea.code(MayBeginDirect("alice", "bob")) is Code.FORBIDDEN
    tea.room("chat", kind="direct", pair=("alice", "bob"))
    tea.require(MayBeginDirect("alice", "bob"))
    assert tea.code(MayBeginDirect("carol", "bob")) is Code.FORBIDDEN


def test_an_avatar_is_a_picture_of_ones_own(desk: Desk) -> None:
    desk.do(CreatePicture("p1", "bob", "image/png", NOW, b"x", 9))
    desk.require(OwnsPicture("p1", "bob"))
    assert desk.code(OwnsPicture("p1", "alice")) is Code.NOT_FOUND
    assert desk.code(OwnsPicture("p2", "bob")) is Code.NOT_FOUND


def test_one_person_blocks_so_many(desk: Desk) -> None:
    desk.do(SetBlock("alice", "bob", True, NOW))
    desk.require(FewBlocks("alice", "bob", 1), FewBlocks("alice", "carol", 2))
    assert desk.code(FewBlocks("alice", "carol", 1)) is Code.LIMIT_REACHED


def test_a_block_is_told_until_neither_blocks_the_other(desk: Desk) -> None:
    told = [
        desk.do(SetBlock(user, other, on, NOW)).tells
        for user, other, on in (
            ("alice", "bob", True),
            ("bob", "alice", True),
            ("alice", "bob", False),
            ("bob", "alice", False),
        )
    ]
    assert [each[0] for each in told] == [
        Shun("alice", "bob", True),
        Shun("bob", "alice", True),
        Shun("alice", "bob", True),
        Shun("bob", "alice", False),
    ]


def test_whom_one_keeps_away_from_either_way(desk: Desk) -> None:
    desk.do(SetBlock("alice", "bob", True, NOW), SetBlock("carol", "alice", True, NOW))
    assert privacy_reads.shuns(desk.database, "alice") == {"bob", "carol"}
    assert privacy_reads.shuns(desk.database, "bob") == {"alice"}
    assert privacy_reads.shuns(desk.database, "nobody") == frozenset()


def test_a_change_is_told_as_it_is_after_it(desk: Desk) -> None:
    told = desk.do(
        SetStatus("bob", TEA), TellPerson("bob", NOW, person_changed), SetStatus("bob", None)
    ).tells
    signal = person_changed(replace(BOB, status=TEA))
    assert told == (ToCompany("bob", signal), ToPerson("bob", signal))


def test_typing_is_refused_or_told_or_not(tea: Desk) -> None:
    assert privacy_reads.may_type(tea.database, "bob", "tea", NOW)
    tea.do(SetPrivacy("bob", typing=False))
    assert not privacy_reads.may_type(tea.database, "bob", "tea", NOW)
    with pytest.raises(Refusal) as caught:
        privacy_reads.may_type(tea.database, "carol", "tea", NOW)
    assert caught.value.code is Code.FORBIDDEN


def test_marks_of_who_hides_them_are_for_themselves(tea: Desk) -> None:
    tea.say("tea", "alice")
    tea.do(SetPrivacy("bob", receipts=False))
    moved = tea.do(AdvanceMark("tea", "bob", None, 4, NOW)).marks
    assert moved == (MarkRow("tea", "bob", 4, 4, hidden=True),)

    def marks(user: str) -> list[str]:
        return [row.user for row in rooms.marks(tea.database, user, "tea", 9)]

    assert marks("alice") == ["alice"]
    assert sorted(marks("bob")) == ["alice", "bob"]
    tea.do(SetPrivacy("bob", receipts=True))
    assert sorted(marks("alice")) == ["alice", "bob"]


def test_everyone_is_not_called_by_somebody_one_has_blocked(tea: Desk) -> None:
    seq = tea.say("tea", "bob")
    tea.database.run(
        "insert into mentions (room, person, seq) values ('tea', '*', :seq)", {"seq": seq}
    )
    assert rooms.room(tea.database, "alice", "tea").mentions == 1
    tea.do(SetBlock("alice", "bob", True, NOW))
    assert rooms.room(tea.database, "alice", "tea").mentions == 0
