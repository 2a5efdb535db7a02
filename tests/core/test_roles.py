"""Every role against every action, against the table as written out for people."""

from itertools import product

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.roles import (
    Action,
    Role,
    SiteAction,
    SiteRole,
    may,
    may_act_on,
    may_leave,
    may_on_site,
    may_set_role,
    may_step_down,
    require,
)

READER, MEMBER, MODERATOR, OWNER = Role

EXPECTED = """
action        reader member moderator owner
open          yes    yes    yes       yes
mark          yes    yes    yes       yes
send          no     yes    yes       yes
type          no     yes    yes       yes
react         no     yes    yes       yes
edit_own      no     yes    yes       yes
delete_own    yes    yes    yes       yes
delete_any    no     no     yes       yes
pin           no     no     yes       yes
invite        no     yes    yes       yes
kick          no     no     yes       yes
ban           no     no     yes       yes
change_room   no     no     yes       yes
change_roles  no     no     yes       yes
delete_room   no     no     no        yes
"""
HEAD, *ROWS = [line.split() for line in EXPECTED.strip().splitlines()]
TABLE = [
    (Role(role), Action[row[0].upper()], word == "yes")
    for row in ROWS
    for role, word in zip(HEAD[1:], row[1:], strict=True)
]


def test_the_written_table_is_whole() -> None:
    assert {(role, action) for role, action, _ in TABLE} == set(product(Role, Action))
    assert len(TABLE) == len(Role) * len(Action)


@pytest.mark.parametrize(("role", "action", "expected"), TABLE)
def test_role_and_action(role: Role, action: Action, expected: bool) -> None:
    assert may(role, action) is expected
    if expected:
        require(role, action)
    else:
        with pytest.raises(Refusal) as caught:
            require(role, action)
        assert caught.value.code is Code.FORBIDDEN
        assert action.value in caught.value.message


@pytest.mark.parametrize("action", Action)
def test_one_who_is_no_member_cannot_even_tell_that_the_room_exists(action: Action) -> None:
    assert not may(None, action)
    with pytest.raises(Refusal) as caught:
        require(None, action)
    assert caught.value.code is Code.NOT_FOUND


def test_roles_have_one_order() -> None:
    assert sorted([OWNER, READER, MODERATOR, MEMBER]) == [READER, MEMBER, MODERATOR, OWNER]
    assert [role.value for role in Role] == ["reader", "member", "moderator", "owner"]
    with pytest.raises(TypeError):
        assert READER < "owner"  # type: ignore[operator]


@pytest.mark.parametrize(("actor", "target"), list(product([None, *Role], [None, *Role])))
def test_one_acts_on_those_below_and_owners_on_each_other(
    actor: Role | None, target: Role | None
) -> None:
    above = {
        None: [],
        READER: [None],
        MEMBER: [None, READER],
        MODERATOR: [None, READER, MEMBER],
        OWNER: [None, READER, MEMBER, MODERATOR, OWNER],
    }
    assert may_act_on(actor, target) is (target in above[actor])


ALLOWED = {
    (MODERATOR, READER, READER),
    (MODERATOR, READER, MEMBER),
    (MODERATOR, MEMBER, READER),
    (MODERATOR, MEMBER, MEMBER),
} | {(OWNER, target, role) for target in Role for role in Role}


@pytest.mark.parametrize(("actor", "target", "role"), list(product([None, *Role], Role, Role)))
def test_who_gives_which_role_to_whom(actor: Role | None, target: Role, role: Role) -> None:
    assert may_set_role(actor, target, role) is ((actor, target, role) in ALLOWED)


@pytest.mark.parametrize(("current", "role"), list(product(Role, Role)))
def test_one_lowers_oneself_but_the_last_owner_stays(current: Role, role: Role) -> None:
    lower = list(Role).index(role) < list(Role).index(current)
    assert may_step_down(current, role, owners=2) is lower
    assert may_step_down(current, role, owners=1) is (lower and current is not OWNER)


@pytest.mark.parametrize(
    ("role", "owners", "members", "expected"),
    [
        (READER, 1, 5, True),
        (MEMBER, 1, 5, True),
        (MODERATOR, 1, 5, True),
        (OWNER, 2, 5, True),
        (OWNER, 1, 5, False),
        (OWNER, 1, 2, False),
        (OWNER, 1, 1, True),
    ],
)
def test_the_last_owner_hands_over_before_leaving(
    role: Role, owners: int, members: int, expected: bool
) -> None:
    assert may_leave(role, owners, members) is expected


SITE = {
    SiteAction.CREATE_ROOM: (True, True),
    SiteAction.TALK_DIRECTLY: (True, True),
    SiteAction.INVITE_TO_SITE: (False, True),
    SiteAction.MANAGE_USERS: (False, True),
    SiteAction.MANAGE_ROOMS: (False, True),
    SiteAction.SEE_STATE: (False, True),
}


@pytest.mark.parametrize("action", SiteAction)
def test_site_role_and_action(action: SiteAction) -> None:
    member, admin = SITE[action]
    assert may_on_site(SiteRole.MEMBER, action) is member
    assert may_on_site(SiteRole.ADMIN, action) is admin
