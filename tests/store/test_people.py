"""People as others see them."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import SetDisabled
from chatd.engine.rows import PersonRow
from chatd.engine.unit import SetBlock
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
