"""Pins in the store: who may, how many, in which order, read a page at a time."""

import pytest

from chatd.core.codes import Code
from chatd.engine.messages import MayPin, Pin
from chatd.engine.unit import Append, Change, SetBlock
from chatd.store import message_reads
from tests.store.desk import NOW, Desk


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """A room of alice's with bob, and six messages from seq 4 on."""
    desk.room("tea")
    desk.member("tea", "alice", "moderator")
    desk.member("tea", "bob")
    for n in range(6):
        desk.say("tea", "bob", str(n))
    return desk


def pin(seq: int, on: bool = True, user: str = "alice", most: int = 100) -> tuple[Change, ...]:
    return (
        Append("tea", "pin", user, NOW, b"{}", target=seq),
        Pin("tea", seq, user, on, NOW, most),
    )


def pinned(desk: Desk, user: str = "bob", before: int | None = None, limit: int = 9) -> list[int]:
    found = message_reads.pins(desk.database, user, "tea", before, limit)
    return [row.message.seq for row in found.pins]


def test_the_newest_pin_comes_first_with_who_and_when(tea: Desk) -> None:
    for seq in (6, 4, 8):
        tea.do(*pin(seq))
    found = message_reads.pins(tea.database, "bob", "tea", None, 9)
    assert [(row.message.seq, row.user, row.name, row.at, row.place) for row in found.pins] == [
        (8, "alice", "alice", NOW, 12),
        (4, "alice", "alice", NOW, 11),
        (6, "alice", "alice", NOW, 10),
    ]
    assert not found.more
    tea.do(*pin(4, on=False))
    tea.do(*pin(6, on=False))
    tea.do(*pin(6))
    assert pinned(tea) == [6, 8]


def test_pins_are_read_a_page_at_a_time(tea: Desk) -> None:
    for seq in range(4, 9):
        tea.do(*pin(seq))
    first = message_reads.pins(tea.database, "bob", "tea", None, 2)
    assert ([row.message.seq for row in first.pins], first.more) == ([8, 7], True)
    # One that is taken off meanwhile leaves no hole and no repeat.
    tea.do(*pin(7, on=False))
    rest = message_reads.pins(tea.database, "bob", "tea", first.pins[-1].place, 9)
    assert ([row.message.seq for row in rest.pins], rest.more) == ([6, 5, 4], False)


def test_pins_of_long_messages_fill_a_page_earlier(tea: Desk) -> None:
    for _ in range(3):
        tea.do(*pin(tea.say("tea", "bob", "x" * 100_000)))
    found = message_reads.pins(tea.database, "bob", "tea", None, 9)
    assert (len(found.pins), found.more) == (2, True)


def test_a_room_has_only_so_many_pins(tea: Desk) -> None:
    tea.do(*pin(4, most=2))
    tea.do(*pin(5, most=2))
    assert tea.code(changes=pin(6, most=2)) == Code.LIMIT_REACHED
    assert tea.code(changes=pin(5, most=2)) == Code.EXISTS
    assert tea.code(changes=pin(6, on=False)) == Code.NOT_FOUND
    tea.do(*pin(5, on=False))
    tea.do(*pin(6, most=2))
    assert pinned(tea) == [6, 4]


def test_a_deleted_message_is_not_pinned(tea: Desk) -> None:
    tea.do(*pin(4))
    tea.do(*pin(5))
    tea.erase("tea", "bob", 5)
    assert pinned(tea) == [4]


def test_who_came_later_does_not_see_what_was_pinned_before(tea: Desk) -> None:
    tea.do(*pin(4))
    tea.member("tea", "carol")
    tea.do(*pin(tea.say("tea", "alice")))
    assert pinned(tea, "carol") == [12]


def test_moderators_pin_and_both_of_two(tea: Desk) -> None:
    tea.require(MayPin("tea", "alice", "moderator"))
    assert tea.code(MayPin("tea", "bob", "moderator")) == Code.FORBIDDEN
    assert tea.code(MayPin("tea", "carol", "moderator")) == Code.FORBIDDEN
    assert tea.code(MayPin("nowhere", "alice", "moderator")) == Code.NOT_FOUND
    tea.room("den", kind="private")
    assert tea.code(MayPin("den", "carol", "moderator")) == Code.NOT_FOUND
    tea.room("chat", kind="direct", pair=("alice", "bob"))
    for user in ("alice", "bob"):
        tea.member("chat", user)
        tea.require(MayPin("chat", user, "moderator"))
    assert tea.code(MayPin("chat", "carol", "moderator")) == Code.NOT_FOUND
    tea.do(SetBlock("bob", "alice", True, NOW))
    for user in ("alice", "bob"):
        assert tea.code(MayPin("chat", user, "moderator")) == Code.BLOCKED


def test_an_archived_room_keeps_its_pins(tea: Desk) -> None:
    tea.database.run("update rooms set archived = 1 where id = 'tea'", {})
    assert tea.code(MayPin("tea", "alice", "moderator")) == Code.WRONG_STATE
    assert tea.code(MayPin("tea", "bob", "moderator")) == Code.FORBIDDEN
