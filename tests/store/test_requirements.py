"""Each requirement holds, or refuses with the code that its docstring states."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import SetDisabled
from chatd.engine.rows import RoleName
from chatd.engine.unit import (
    ChangeRoom,
    FewRooms,
    FewStays,
    IsMember,
    IsMessage,
    IsRoom,
    KeepsAnOwner,
    MayWrite,
    NotBanned,
    NotBlocked,
    NotBlockedBy,
    NotMember,
    Outranks,
    Requirement,
    SetBan,
    SetBlock,
    UnderLimit,
    UserExists,
)
from chatd.store.requirements import REQUIREMENTS, check
from tests.store.desk import NOW, Desk


@pytest.fixture
def rooms(desk: Desk) -> Desk:
    """A public room, a private one and a direct conversation. Alice is in all, bob in none but the
    last, carol was in the private one."""
    desk.room("tea")
    desk.member("tea", "alice", "owner")
    desk.room("den", kind="private")
    desk.member("den", "alice", "owner")
    desk.member("den", "carol")
    desk.member("den", "carol", None)
    desk.room("pair", kind="direct", shared=True, pair=("alice", "bob"))
    desk.member("pair", "alice")
    desk.member("pair", "bob")
    return desk


@pytest.mark.parametrize(
    ("posting", "role", "said"),
    [
        ("owner", "moderator", "Only owners can post here."),
        ("moderator", "member", "Only moderators and owners can post here."),
        ("member", "reader", "You can only read in this room: members can post, readers cannot."),
    ],
)
def test_who_may_not_post_is_told_who_may(
    rooms: Desk, posting: RoleName, role: RoleName, said: str
) -> None:
    rooms.do(ChangeRoom("tea", posting=posting))
    rooms.member("tea", "bob", role)
    assert rooms.refusal(MayWrite("tea", "bob", NOW)).message == said


def test_every_requirement_has_a_function() -> None:
    # By name: a dataclass with slots is made twice, and the first may linger among the subclasses.
    known = {requirement.__name__ for requirement in REQUIREMENTS}
    assert known == {requirement.__name__ for requirement in Requirement.__subclasses__()}


def test_a_member_with_enough_of_a_role_is_one(rooms: Desk) -> None:
    rooms.require(IsMember("tea", "alice"), IsMember("tea", "alice", "owner"))
    rooms.member("tea", "bob", "reader")
    rooms.require(IsMember("tea", "bob"))
    assert rooms.code(IsMember("tea", "bob", "member")) == Code.FORBIDDEN
    rooms.member("tea", "bob", "moderator")
    rooms.require(IsMember("tea", "bob", "member"), IsMember("tea", "bob", "moderator"))
    assert rooms.code(IsMember("tea", "bob", "owner")) == Code.FORBIDDEN


def test_a_stranger_is_told_to_join_a_public_room(rooms: Desk) -> None:
    assert rooms.code(IsMember("tea", "bob")) == Code.FORBIDDEN


@pytest.mark.parametrize("user", ["bob", "carol", "nobody"])
@pytest.mark.parametrize(
    "requirement",
    [
        lambda room, user: IsMember(room, user),
        lambda room, user: IsMember(room, user, "owner"),
        lambda room, user: IsRoom(room, user, ("public",)),
        lambda room, user: IsRoom(room, user, ("private",)),
        lambda room, user: Outranks(room, user, "alice"),
        lambda room, user: Outranks(room, user, user),
        lambda room, user: IsMessage(room, 1, user),
    ],
)
def test_a_hidden_room_answers_exactly_like_a_missing_one(
    rooms: Desk, requirement: type[Requirement], user: str
) -> None:
    hidden = rooms.refusal(requirement("den", user))  # type: ignore[call-arg]
    missing = rooms.refusal(requirement("nowhere", user))  # type: ignore[call-arg]
    assert (hidden.code, hidden.message, hidden.field) == (
        Code.NOT_FOUND,
        missing.message,
        missing.field,
    )


def test_a_room_of_the_right_kind(rooms: Desk) -> None:
    rooms.require(
        IsRoom("tea", "bob", ("public",)),
        IsRoom("den", "alice", ("private", "public")),
        IsRoom("pair", "bob", ("direct",)),
    )
    assert rooms.code(IsRoom("pair", "bob", ("public", "private"))) == Code.WRONG_STATE
    assert rooms.code(IsRoom("tea", "bob", ("direct",))) == Code.WRONG_STATE


def test_not_yet_a_member(rooms: Desk) -> None:
    rooms.require(NotMember("tea", "bob"), NotMember("den", "carol"))
    assert rooms.code(NotMember("tea", "alice")) == Code.EXISTS


def test_others_bring_one_into_few_rooms_and_conversations_do_not_count(rooms: Desk) -> None:
    rooms.require(FewRooms("bob", 1), FewRooms("carol", 1))
    rooms.member("tea", "bob")
    assert rooms.code(FewRooms("bob", 1)) == Code.LIMIT_REACHED
    rooms.require(FewRooms("bob", 2))
    rooms.member("den", "bob")
    assert rooms.code(FewRooms("bob", 2)) == Code.LIMIT_REACHED
    rooms.member("tea", "bob", None)
    rooms.require(FewRooms("bob", 2))


def test_what_does_not_hold_first_is_what_a_check_says(rooms: Desk) -> None:
    check(rooms.database, IsMember("tea", "alice"), UserExists("bob"))
    with pytest.raises(Refusal) as caught:
        check(rooms.database, UserExists("bob"), NotMember("tea", "alice"), UserExists("nobody"))
    assert caught.value.code == Code.EXISTS


def test_a_ban_holds_until_its_end(rooms: Desk) -> None:
    rooms.require(NotBanned("tea", "bob", NOW))
    rooms.do(SetBan("tea", "bob", "alice", NOW, until=NOW + 10))
    assert rooms.code(NotBanned("tea", "bob", NOW + 9)) == Code.BANNED
    rooms.require(NotBanned("tea", "bob", NOW + 10), NotBanned("den", "bob", NOW))


def test_a_ban_for_good_holds_until_it_is_lifted(rooms: Desk) -> None:
    rooms.do(SetBan("tea", "bob", "alice", NOW, until=NOW + 10))
    rooms.do(SetBan("tea", "bob", "alice", NOW))
    assert rooms.code(NotBanned("tea", "bob", 2**50)) == Code.BANNED
    rooms.do(SetBan("tea", "bob", "alice", NOW, lifted=True))
    rooms.require(NotBanned("tea", "bob", NOW))


@pytest.mark.parametrize(
    ("actor", "other", "allowed"),
    [
        ("owner", "owner", True),
        ("owner", "moderator", True),
        ("moderator", "moderator", False),
        ("moderator", "owner", False),
        ("moderator", "member", True),
        ("member", "reader", True),
        ("member", "member", False),
        ("reader", "member", False),
    ],
)
def test_who_outranks_whom(rooms: Desk, actor: str, other: str, allowed: bool) -> None:
    rooms.member("tea", "bob", actor)  # type: ignore[arg-type]
    rooms.member("tea", "carol", other)  # type: ignore[arg-type]
    if allowed:
        rooms.require(Outranks("tea", "bob", "carol"))
    else:
        assert rooms.code(Outranks("tea", "bob", "carol")) == Code.FORBIDDEN


def test_one_may_act_on_oneself_and_beforehand_on_who_is_not_there(rooms: Desk) -> None:
    rooms.member("tea", "bob", "reader")
    rooms.require(Outranks("tea", "bob", "bob"))
    rooms.require(Outranks("tea", "alice", "carol", must_be_member=False))
    assert rooms.code(Outranks("tea", "alice", "carol")) == Code.NOT_FOUND


def test_a_room_with_people_keeps_an_owner(rooms: Desk) -> None:
    rooms.require(KeepsAnOwner("tea", "alice"))
    rooms.member("tea", "bob")
    assert rooms.code(KeepsAnOwner("tea", "alice")) == Code.WRONG_STATE
    rooms.require(KeepsAnOwner("tea", "bob"))
    rooms.member("tea", "bob", "owner")
    rooms.require(KeepsAnOwner("tea", "alice"))
    rooms.member("tea", "bob", None)
    rooms.require(KeepsAnOwner("tea", "alice"), KeepsAnOwner("pair", "alice"))
    assert rooms.code(KeepsAnOwner("nowhere", "alice")) == Code.NOT_FOUND


def test_a_message_of_ones_own_in_time(rooms: Desk) -> None:
    seq = rooms.say("tea", "alice", at=NOW)
    rooms.require(IsMessage("tea", seq, "alice"), IsMessage("tea", seq, "alice", not_before=NOW))
    late = IsMessage("tea", seq, "alice", not_before=NOW + 1)
    assert rooms.code(late) == Code.FORBIDDEN
    rooms.require(IsMessage("tea", seq, "alice", not_before=NOW + 1, or_role="moderator"))


def test_a_message_of_another_takes_the_role(rooms: Desk) -> None:
    rooms.member("tea", "bob")
    seq = rooms.say("tea", "alice")
    assert rooms.code(IsMessage("tea", seq, "bob")) == Code.FORBIDDEN
    assert rooms.code(IsMessage("tea", seq, "bob", or_role="moderator")) == Code.FORBIDDEN
    rooms.member("tea", "bob", "moderator")
    rooms.require(IsMessage("tea", seq, "bob", or_role="moderator"))
    assert rooms.code(IsMessage("tea", seq, "bob")) == Code.FORBIDDEN


def test_what_is_no_message_or_was_said_before_ones_time_is_not_found(rooms: Desk) -> None:
    seq = rooms.say("tea", "alice")
    rooms.member("tea", "bob", "moderator")
    join = rooms.member("tea", "carol").answer.seq
    for number, user in ((seq, "bob"), (join, "alice"), (99, "alice"), (0, "alice")):
        assert rooms.code(IsMessage("tea", number or 0, user)) == Code.NOT_FOUND


def test_what_was_said_after_ones_time_is_not_found(rooms: Desk) -> None:
    rooms.member("tea", "bob")
    mine = rooms.say("tea", "bob")
    rooms.member("tea", "bob", None)
    later = rooms.say("tea", "alice")
    rooms.require(IsMessage("tea", mine, "bob"))
    assert rooms.code(IsMessage("tea", later, "bob")) == Code.NOT_FOUND


def test_a_deleted_message_is_gone_for_who_could_see_it(rooms: Desk) -> None:
    seq = rooms.say("tea", "alice")
    rooms.member("tea", "bob")
    rooms.erase("tea", "alice", seq)
    assert rooms.code(IsMessage("tea", seq, "alice")) == Code.GONE
    assert rooms.code(IsMessage("tea", seq, "bob")) == Code.NOT_FOUND


def test_an_account_in_use(rooms: Desk) -> None:
    rooms.require(UserExists("bob"))
    rooms.do(SetDisabled("bob", True, NOW))
    assert rooms.code(UserExists("bob")) == rooms.code(UserExists("nobody")) == Code.NOT_FOUND
    rooms.do(SetDisabled("bob", False, NOW))
    rooms.require(UserExists("bob"))


@pytest.mark.parametrize(("by", "whom"), [("alice", "bob"), ("bob", "alice")])
def test_a_block_closes_the_conversation_both_ways_and_nothing_else(
    rooms: Desk, by: str, whom: str
) -> None:
    both = (NotBlocked("pair", "alice"), NotBlocked("pair", "bob"))
    two = (NotBlockedBy("alice", "bob"), NotBlockedBy("bob", "alice"))
    rooms.require(*both, *two)
    rooms.do(SetBlock(by, whom, True, NOW))
    rooms.do(SetBlock(by, whom, True, NOW))
    for requirement in (*both, *two):
        assert rooms.code(requirement) == Code.BLOCKED
    rooms.require(NotBlocked("tea", "alice"), NotBlockedBy("alice", "carol"))
    rooms.do(SetBlock(by, whom, False, NOW))
    rooms.require(*both, *two)


def test_a_person_makes_so_many_rooms(rooms: Desk) -> None:
    rooms.require(UnderLimit("alice", 3), UnderLimit("bob", 1))
    assert rooms.code(UnderLimit("alice", 2)) == Code.LIMIT_REACHED
    assert rooms.code(UnderLimit("bob", 0)) == Code.LIMIT_REACHED


def test_a_person_comes_and_goes_so_many_times(rooms: Desk) -> None:
    for _ in range(2):
        rooms.member("den", "bob")
        rooms.member("den", "bob", None)
    rooms.require(FewStays("den", "bob", 3), FewStays("den", "nobody", 1))
    assert rooms.code(FewStays("den", "bob", 2)) == Code.LIMIT_REACHED


def test_a_room_with_shared_history_keeps_one_stay(rooms: Desk) -> None:
    rooms.room("hall", shared=True)
    for _ in range(3):
        rooms.member("hall", "bob")
        rooms.member("hall", "bob", None)
    rooms.require(FewStays("hall", "bob", 2))


def test_requirements_are_checked_in_the_order_given(rooms: Desk) -> None:
    first, second = IsMember("den", "bob"), UserExists("nobody")
    assert rooms.refusal(first, second).message == rooms.refusal(first).message
    assert rooms.refusal(second, first).message == rooms.refusal(second).message
