"""Messages to be said later: taken up in order, once; their number and time are bounded."""

import pytest

from chatd.core.codes import Code
from chatd.engine.scheduled import (
    FailScheduled,
    IsAhead,
    IsScheduled,
    PutOff,
    Schedule,
    Unschedule,
)
from chatd.store import scheduled_reads
from tests.store.desk import NOW, Desk


def later(key: str, due: int, user: str = "alice", body: bytes = b"{}", most: int = 9) -> Schedule:
    return Schedule(user, key, "tea", due, body, most)


def due(desk: Desk, now: int, limit: int = 9) -> list[str]:
    return [row.key for row in scheduled_reads.due(desk.database, now, limit)]


def test_what_is_due_comes_in_order_and_no_sooner(desk: Desk) -> None:
    desk.do(later("c", 30), later("a", 10), later("b", 20, "bob"))
    assert scheduled_reads.next_due(desk.database) == 10
    assert due(desk, 9) == []
    assert due(desk, 20) == ["a", "b"]
    assert due(desk, 99, limit=1) == ["a"]
    (row,) = scheduled_reads.due(desk.database, 10, 1)
    assert (row.user, row.name, row.room, row.due) == ("alice", "alice", "tea", 10)


def test_what_failed_or_was_taken_back_is_not_due(desk: Desk) -> None:
    desk.do(later("a", 10), later("b", 20))
    desk.do(FailScheduled("alice", "a", "Not any more."))
    desk.do(Unschedule("alice", "b"))
    assert due(desk, 99) == []
    assert scheduled_reads.next_due(desk.database) is None
    (row,), more = scheduled_reads.scheduled(desk.database, "alice", None, 99)
    assert (row.key, row.failure, more) == ("a", "Not any more.", False)
    assert desk.code(IsScheduled("alice", "a")) is Code.NOT_FOUND
    desk.do(Unschedule("alice", "a"))
    assert desk.code(changes=(Unschedule("alice", "a"),)) is Code.NOT_FOUND


def test_what_is_put_off_waits_and_is_told(desk: Desk) -> None:
    desk.do(later("a", 10))
    told = desk.do(PutOff("alice", "a", 50, lambda row: row)).tells
    assert [row.due for row in told] == [50]
    assert (due(desk, 49), due(desk, 50)) == ([], ["a"])
    desk.require(IsScheduled("alice", "a"))


def test_keys_are_each_persons_own_and_used_once(desk: Desk) -> None:
    desk.do(later("a", 10), later("a", 10, "bob"))
    assert desk.code(changes=(later("a", 10),)) is Code.EXISTS
    assert desk.code(IsScheduled("bob", "b")) is Code.NOT_FOUND


def test_one_person_has_few(desk: Desk) -> None:
    desk.do(later("a", 10, most=2), later("b", 10, most=2))
    assert desk.code(changes=(later("c", 10, most=2),)) is Code.LIMIT_REACHED


def test_pages_by_key_have_so_many_bytes(desk: Desk) -> None:
    desk.do(*(later(key, 10, body=b"x" * 60) for key in "cab"))
    first, more = scheduled_reads.scheduled(desk.database, "alice", None, 130)
    assert ([row.key for row in first], more) == (["a", "b"], True)
    rest, more = scheduled_reads.scheduled(desk.database, "alice", "b", 130)
    assert ([row.key for row in rest], more) == (["c"], False)


@pytest.mark.parametrize(("ahead", "good"), [(59_999, False), (60_000, True), (90_000, True)])
def test_the_time_lies_ahead(desk: Desk, ahead: int, good: bool) -> None:
    wanted = IsAhead(NOW + ahead, NOW, 60_000, 90_000)
    if good:
        desk.require(wanted)
        assert desk.code(IsAhead(NOW + ahead, NOW, 60_000, ahead - 1)) is Code.BAD_FIELD
    else:
        assert desk.code(wanted) is Code.BAD_FIELD
