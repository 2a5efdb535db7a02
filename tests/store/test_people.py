"""People as others see them."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import SetDisabled
from chatd.engine.rows import PersonRow
from chatd.engine.unit import SetBlock, SetMember
from chatd.store import people
from tests.store.desk import NOW, Desk


def test_a_person_by_id_and_by_name(desk: Desk) -> None:
    assert people.person(desk.database, "bob") == PersonRow("bob", "bob", "Bob")
    desk.do(SetDisabled("bob", True, NOW))
    assert people.person(desk.database, "bob").disabled
    assert people.by_name(desk.database, "bob") == people.by_name(desk.database, "@bob") == "bob"


@pytest.mark.parametrize("read", [people.person, people.by_name])
def test_nobody_is_not_found(desk: Desk, read: object) -> None:
    with pytest.raises(Refusal) as caught:
        read(desk.database, "nobody")  # type: ignore[operator]
    assert caught.value.code == Code.NOT_FOUND


def test_whom_one_has_blocked(desk: Desk) -> None:
    desk.do(SetBlock("alice", "carol", True, NOW), SetBlock("alice", "bob", True, NOW))
    desk.do(SetBlock("bob", "carol", True, NOW))
    assert [row.name for row in people.blocked(desk.database, "alice")] == ["bob", "carol"]
    desk.do(SetBlock("alice", "carol", False, NOW))
    assert [row.name for row in people.blocked(desk.database, "alice")] == ["bob"]
    assert people.blocked(desk.database, "carol") == ()


def together(desk: Desk, room: str, *people: str) -> None:
    desk.room(room)
    for person in people:
        desk.member(room, person)


def test_company_is_who_shares_a_room_unless_a_block_keeps_them_apart(desk: Desk) -> None:
    everyone = ["alice", "bob", "carol", "nobody"]
    together(desk, "r1", "alice", "bob")
    together(desk, "r2", "bob", "carol")
    assert people.company(desk.database, "alice", everyone) == ("alice", "bob")
    assert people.company(desk.database, "bob", ["carol", "alice"]) == ("carol", "alice")
    desk.do(SetBlock("alice", "bob", True, NOW))
    assert people.company(desk.database, "alice", ["bob"]) == ()
    assert people.company(desk.database, "bob", ["alice", "carol"]) == ("carol",)
    desk.do(SetMember("r2", "carol", None))
    assert people.company(desk.database, "bob", ["carol"]) == ()


def test_in_a_crowd_nobody_is_company(desk: Desk) -> None:
    together(desk, "r1", "alice", "bob")
    desk.database.run("update rooms set members = :many where id = 'r1'", {"many": people.COMPANY})
    assert people.company(desk.database, "alice", ["bob"]) == ("bob",)
    desk.database.run("update rooms set members = members + 1 where id = 'r1'", {})
    assert people.company(desk.database, "alice", ["bob"]) == ()
