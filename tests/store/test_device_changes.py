"""Programs that wait to be let in, in the store."""

from chatd.core.codes import Code
from chatd.engine.accounts import EndCredential, SetDisabled
from chatd.engine.devices import AnswerDevice, CreateDevice, TakeDevice
from chatd.store import device_reads
from tests.store.desk import NOW, Desk


def waiting(n: int, group: str = "here", at: int = NOW, most: int = 5, here: int = 2):
    return CreateDevice(
        digest=b"d%d" % n,
        user_digest=b"u%d" % n,
        label="chat",
        address="203.0.113.7",
        group=group,
        at=at,
        expires=at + 100,
        most=most,
        most_here=here,
    )


def test_one_that_was_allowed_is_taken_once(desk: Desk) -> None:
    desk.do(waiting(1))
    assert desk.code(changes=(TakeDevice(b"d1", NOW),)) is Code.GONE
    desk.do(AnswerDevice(b"u1", "alice", True, NOW))
    row = device_reads.device(desk.database, b"d1")
    assert row is not None and (row.person, row.refused) == ("alice", False)
    desk.do(TakeDevice(b"d1", NOW))
    assert device_reads.device(desk.database, b"d1") is None
    assert desk.code(changes=(TakeDevice(b"d1", NOW),)) is Code.GONE


def test_it_is_answered_once_and_in_time(desk: Desk) -> None:
    desk.do(waiting(1), waiting(2))
    desk.do(AnswerDevice(b"u1", "alice", False, NOW))
    assert desk.code(changes=(AnswerDevice(b"u1", "bob", True, NOW),)) is Code.GONE
    assert desk.code(changes=(AnswerDevice(b"u2", "bob", True, NOW + 100),)) is Code.GONE
    assert desk.code(changes=(AnswerDevice(b"u9", "bob", True, NOW),)) is Code.GONE
    assert desk.code(changes=(TakeDevice(b"d1", NOW),)) is Code.GONE
    row = device_reads.device_asked(desk.database, b"u1")
    assert row is not None and row.refused


def test_so_many_wait_of_one_group_and_of_all_until_they_are_too_old(desk: Desk) -> None:
    desk.do(waiting(1), waiting(2))
    assert desk.code(changes=(waiting(3),)) is Code.LIMIT_REACHED
    desk.do(waiting(3, "b"), waiting(4, "b"), waiting(5, "c"))
    assert desk.code(changes=(waiting(6, "d"),)) is Code.LIMIT_REACHED
    desk.do(waiting(6, at=NOW + 100))
    assert device_reads.device(desk.database, b"d1") is None


def test_who_is_shut_out_or_signs_out_everywhere_lets_nobody_in_any_more(desk: Desk) -> None:
    for number, change in enumerate((EndCredential("alice"), SetDisabled("alice", True, NOW))):
        desk.do(waiting(number), AnswerDevice(b"u%d" % number, "alice", True, NOW), change)
        assert device_reads.device(desk.database, b"d%d" % number) is None
