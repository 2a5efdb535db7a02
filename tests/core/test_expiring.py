"""Entries of an expiring map end on time, whatever is called in between, and stay bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.expiring import ExpiringMap, ExpiringSet
from chatd.core.refusal import Refusal


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "pop", "get", "expire", "next"]),
            st.integers(0, 5),
            st.integers(0, 3),
            st.integers(0, 9),
        ),
        max_size=120,
    )
)
def test_it_acts_as_a_plain_map_of_moments(steps: list[tuple[str, int, int, int]]) -> None:
    entries: ExpiringMap[int, int] = ExpiringMap(limit=4)
    model: dict[int, tuple[float, int]] = {}
    now = 0.0
    for number, (what, key, pause, life) in enumerate(steps):
        now += pause
        alive = {k: entry for k, entry in model.items() if entry[0] > now}
        if what == "put":
            try:
                entries.put(key, number, now + life, now)
            except Refusal as refusal:
                assert refusal.code is Code.BUSY
                assert key not in alive and len(alive) == 4
                assert refusal.retry_after == min(end for end, _ in alive.values()) - now
            else:
                assert key in model or len(alive) < 4
                model[key] = (now + life, number)
        elif what == "pop":
            assert entries.pop(key, now) == alive.get(key, (0, None))[1]
            model.pop(key, None)
        elif what == "get":
            assert entries.get(key, now) == alive.get(key, (0, None))[1]
        elif what == "expire":
            ended = entries.expire(now)
            assert not set(ended) & {(k, value) for k, (_, value) in alive.items()}
            assert len(entries) == len(alive)
            model = alive
        elif (end := entries.next_end()) is not None and alive:
            assert end <= min(end for end, _ in alive.values())
        assert len(entries) <= 4
        assert dict(entries.live(now)) == {
            k: value for k, (end, value) in model.items() if end > now
        }


def test_an_entry_ends_at_its_moment_not_after() -> None:
    entries: ExpiringMap[str, str] = ExpiringMap(10)
    entries.put("t", "ticket", ends=30.0, now=0.0)
    assert entries.get("t", 29.999) == "ticket"
    assert entries.get("t", 30.0) is None


def test_a_ticket_serves_once() -> None:
    entries: ExpiringMap[str, str] = ExpiringMap(10)
    entries.put("t", "ticket", 30.0, 0.0)
    assert entries.pop("t", 1.0) == "ticket"
    assert entries.pop("t", 1.0) is None


def test_expire_hands_out_each_ended_entry_once_earliest_first() -> None:
    entries: ExpiringMap[str, int] = ExpiringMap(10)
    entries.put("late", 1, 6.0, 0.0)
    entries.put("early", 2, 4.0, 0.0)
    entries.put("renewed", 3, 3.0, 0.0)
    entries.put("renewed", 4, 20.0, 1.0)
    assert entries.next_end() == 4.0
    assert entries.expire(6.0) == [("early", 2), ("late", 1)]
    assert entries.expire(6.0) == []
    assert entries.next_end() == 20.0
    assert entries.expire(20.0) == [("renewed", 4)]
    assert entries.next_end() is None


def test_when_full_a_newcomer_waits_and_nobody_is_pushed_out() -> None:
    entries: ExpiringMap[str, int] = ExpiringMap(2)
    entries.put("a", 1, 10.0, 0.0)
    entries.put("b", 2, 5.5, 0.0)
    with pytest.raises(Refusal) as caught:
        entries.put("c", 3, 20.0, 1.0)
    assert (caught.value.code, caught.value.retry_after) == (Code.BUSY, 5.0)
    entries.put("a", 4, 11.0, 1.0)
    entries.put("c", 3, 20.0, 5.5)
    assert entries.live(5.5) == [("a", 4), ("c", 3)]


def test_renewing_for_ever_takes_no_more_memory() -> None:
    entries: ExpiringMap[str, int] = ExpiringMap(2)
    for moment in range(10_000):
        entries.put("a", moment, moment + 100.0, float(moment))
    assert len(entries._heap) <= 10


def test_a_set_tells_new_from_renewed() -> None:
    typing: ExpiringSet[str] = ExpiringSet(3)
    assert typing.add("alice", 6.0, 0.0) is True
    assert typing.add("alice", 9.0, 3.0) is False
    assert typing.contains("alice", 8.0) and not typing.contains("bob", 8.0)
    assert typing.add("alice", 20.0, 9.0) is True
    assert typing.add("bob", 15.0, 9.0) is True
    assert (typing.live(9.0), len(typing), typing.next_end()) == (["alice", "bob"], 2, 15.0)
    assert typing.expire(15.0) == ["bob"]
    assert typing.remove("alice", 16.0) is True
    assert typing.remove("alice", 16.0) is False


def test_there_is_room_for_one_entry_at_least() -> None:
    with pytest.raises(ValueError):
        ExpiringMap(0)
