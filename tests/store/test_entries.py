"""Ways into a room: a link lets in as many as it says, and nobody on a word that is void."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.entries import (
    CreateRoomLink,
    EndInvited,
    EndRoomLink,
    EnterByLink,
    IsInvited,
    MayBeInvited,
    SetInvited,
)
from chatd.engine.rows import ToPerson
from chatd.engine.unit import CreateRoom, SetBan
from chatd.store import entry_reads
from chatd.wire.signals import RoomAdded
from tests.store.desk import NOW, Desk

PEOPLE = ("bob", "carol", "dave", "erin")


@pytest.fixture
def den(desk: Desk) -> Desk:
    desk.user("dave", "erin")
    desk.room("den", kind="private")
    desk.member("den", "alice", "owner")
    return desk


def link(id: str = "l1", by: str = "alice", expires=None, uses=None, most=10) -> CreateRoomLink:
    return CreateRoomLink(id, id.encode(), "den", by, NOW, expires, uses, most)


def enter(user: str, id: str = "l1", at: int = NOW) -> EnterByLink:
    return EnterByLink(id.encode(), user, at, b'{"change":"joined"}', 5)


def invite(user: str, by: str = "alice", at: int = NOW) -> SetInvited:
    return SetInvited("den", user, by, at, lambda row: ToPerson(user, RoomAdded(room=row.name)))


def members(desk: Desk) -> int:
    row = desk.database.row("select members from rooms where id = 'den'", {})
    assert row is not None
    return int(row[0])


def test_a_link_lets_in_exactly_as_many_as_it_says(den: Desk) -> None:
    assert den.do(link(uses=2)).answer.at == NOW
    assert den.do(enter("bob")).members == (("den", 2),)
    assert den.code(changes=(enter("bob"),)) is Code.EXISTS
    den.do(enter("carol"))
    assert den.code(changes=(enter("dave"),)) is Code.NOT_FOUND
    assert members(den) == 3


def test_a_use_that_was_refused_is_not_taken(den: Desk) -> None:
    den.do(link(uses=1), SetBan("den", "bob", "alice", NOW))
    assert den.code(changes=(enter("bob"),)) is Code.BANNED
    den.do(enter("carol"))


def test_a_link_without_end_goes_on(den: Desk) -> None:
    den.do(link())
    for user in PEOPLE:
        den.do(enter(user, at=NOW + 10**12))
    assert entry_reads.room_links(den.database, "alice", "den", NOW)[0].uses_left is None


def test_what_is_not_good_answers_alike(den: Desk) -> None:
    den.do(link("old", expires=NOW + 5), link("used", uses=1), link("ended"))
    den.do(enter("bob", "used"), EndRoomLink("den", "ended"))
    den.do(enter("erin", "old", NOW + 4))
    told = {
        den.refusal(changes=(enter("carol", id, NOW + 5),)).message
        for id in ("old", "used", "ended", "never")
    }
    assert len(told) == 1
    for id in ("old", "used", "ended", "never"):
        with pytest.raises(Refusal, match=told.copy().pop()):
            entry_reads.behind_link(den.database, "carol", id.encode(), NOW + 5)


def test_links_of_a_room_are_few_and_old_ones_make_room(den: Desk) -> None:
    den.do(link("a", expires=NOW - 1), link("b", uses=1))
    den.do(enter("bob", "b"))
    den.do(link("c", most=1))
    assert den.code(changes=(link("d", most=1),)) is Code.LIMIT_REACHED


def test_a_link_shows_the_room_and_who_made_it(den: Desk) -> None:
    den.do(link())
    row = entry_reads.behind_link(den.database, "bob", b"l1", NOW)
    assert (row.room, row.name, row.by_name, row.members, row.joined) == (
        "den",
        "Den",
        "alice",
        1,
        False,
    )
    den.do(enter("bob"))
    assert entry_reads.behind_link(den.database, "bob", b"l1", NOW).joined


@pytest.mark.parametrize("role", ["member", "reader", None])
def test_links_and_invitations_end_with_the_right_to_make_them(den: Desk, role) -> None:
    den.member("den", "bob", "moderator")
    den.do(link("bobs", "bob"), link("alices"), invite("carol", "bob"), invite("dave"))
    den.member("den", "bob", "owner")
    assert len(entry_reads.room_links(den.database, "alice", "den", NOW)) == 2
    den.member("den", "bob", role)
    assert den.code(changes=(enter("erin", "bobs"),)) is Code.NOT_FOUND
    assert den.code(IsInvited("den", "carol")) is Code.NOT_FOUND
    den.require(IsInvited("den", "dave"))
    den.do(enter("erin", "alices"))


def test_only_who_may_invite_sees_who_else_may_come(den: Desk) -> None:
    den.member("den", "bob")
    for read in (
        lambda: entry_reads.room_links(den.database, "bob", "den", NOW),
        lambda: entry_reads.invited_people(den.database, "bob", "den"),
    ):
        with pytest.raises(Refusal, match="moderator"):
            read()


def test_an_invitation_is_told_listed_and_ends_with_coming(den: Desk) -> None:
    told = den.do(invite("bob")).tells
    assert told == (ToPerson("bob", RoomAdded(room="Den")),)
    (row,) = entry_reads.invited(den.database, "bob")
    assert (row.room, row.by_name, row.at) == ("den", "alice", NOW)
    assert [p.name for p in entry_reads.invited_people(den.database, "alice", "den")] == ["bob"]
    den.member("den", "bob")
    assert entry_reads.invited(den.database, "bob") == ()


def test_an_invitation_that_is_not_there_cannot_end(den: Desk) -> None:
    assert den.code(changes=(EndInvited("den", "bob"),)) is Code.NOT_FOUND
    den.do(invite("bob"))
    den.do(EndInvited("den", "bob"))
    assert den.code(IsInvited("den", "bob")) is Code.NOT_FOUND


def test_invitations_that_wait_are_few(den: Desk) -> None:
    def may(user: str, by: str = "alice", room: str = "den", **most: int) -> MayBeInvited:
        bounds = {"most_of_room": 9, "most_of_person": 9, "most_between": 9, **most}
        return MayBeInvited(room, user, by, **bounds)

    den.do(CreateRoom("hut", "private", "Hut", None, "", "alice", NOW, False))
    den.do(invite("bob"), invite("carol"))
    assert den.code(may("bob")) is Code.EXISTS
    assert den.code(may("dave", most_of_room=2)) is Code.LIMIT_REACHED
    assert den.code(may("bob", room="hut", most_of_person=1)) is Code.LIMIT_REACHED
    assert den.code(may("bob", room="hut", most_between=1)) is Code.LIMIT_REACHED
    den.require(may("bob", room="hut", by="carol", most_between=1), may("dave"))
