"""Programs that wait to be let in, in the store."""

from chatd.core.codes import Code
from chatd.engine.accounts import EndCredential, SetDisabled
from chatd.engine.devices import AnswerDevice, CreateDevice, TakeDevice
from chatd.store import device_reads
from tests.store.desk import NOW, Desk


def waiting(
    n: int, group: str = "here", at: int = NOW, most: int = 5, here: int = 2, network: str = ""
) -> CreateDevice:
    return CreateDevice(
        digest=b"d%d" % n,
        user_digest=b"u%d" % n,
        label="chat",
        address="203.0.113.7",
        group=group,
        network=network or group,
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


def there(desk: Desk) -> list[bytes]:
    return [row[0] for row in desk.database.rows("select digest from device_codes", {})]


def test_so_many_wait_of_one_group_until_they_are_too_old(desk: Desk) -> None:
    desk.do(waiting(1), waiting(2))
    assert desk.code(changes=(waiting(3),)) is Code.LIMIT_REACHED
    desk.do(waiting(3, at=NOW + 100))
    assert there(desk) == [b"d3"]


def test_where_all_places_are_taken_a_newcomer_gets_one_of_those_who_have_the_most(
    desk: Desk,
) -> None:
    desk.do(waiting(1, "a"), waiting(2, "b", NOW + 2), waiting(3, "b", NOW + 1))
    desk.do(waiting(4, "c"), AnswerDevice(b"u4", "alice", True, NOW), waiting(5, "d"))
    desk.do(waiting(6, "e", NOW + 3))
    assert there(desk) == [b"d1", b"d2", b"d4", b"d5", b"d6"]
    # One each: who came first has had the most time. What was answered stays.
    desk.do(waiting(7, "f", NOW + 4))
    assert there(desk) == [b"d2", b"d4", b"d5", b"d6", b"d7"]


def test_whoever_has_half_as_many_places_as_anybody_pushes_nobody_out(desk: Desk) -> None:
    desk.do(*(waiting(n, "a", here=9) for n in range(4)), waiting(4, "b"))
    desk.do(waiting(5, "c"))
    assert there(desk) == [b"d1", b"d2", b"d3", b"d4", b"d5"]
    desk.do(waiting(6, "c", NOW + 1))
    before = there(desk)
    assert before == [b"d2", b"d3", b"d4", b"d5", b"d6"]
    for group in ("a", "b", "c"):
        assert desk.code(changes=(waiting(7, group, here=9),)) is Code.LIMIT_REACHED
    assert there(desk) == before


def test_many_groups_of_one_network_count_as_one(desk: Desk) -> None:
    desk.do(*(waiting(n, f"2001:{n}", NOW - n, network="2001") for n in range(3)))
    desk.do(waiting(4, "a"), waiting(5, "a"), waiting(6, "b"))
    assert there(desk) == [b"d0", b"d1", b"d4", b"d5", b"d6"]


def test_who_is_shut_out_or_signs_out_everywhere_lets_nobody_in_any_more(desk: Desk) -> None:
    for number, change in enumerate((EndCredential("alice"), SetDisabled("alice", True, NOW))):
        desk.do(waiting(number), AnswerDevice(b"u%d" % number, "alice", True, NOW), change)
        assert device_reads.device(desk.database, b"d%d" % number) is None
