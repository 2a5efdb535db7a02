"""A bucket never grants more than its burst and what flowed in, and many of them stay bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.bucket import FEW, Bucket, Buckets, Rate
from chatd.core.codes import Code
from chatd.core.refusal import Refusal

RATES = st.builds(Rate, st.floats(0.1, 1e6), st.floats(1, 1e6))
STEPS = st.lists(st.tuples(st.floats(0, 30), st.floats(0, 1)), min_size=1, max_size=60)
STARTS = st.sampled_from([0.0, 12.5, 1e6, 1e9])


@given(RATES, STARTS, STEPS)
def test_no_window_grants_more_than_burst_and_inflow(
    rate: Rate, now: float, steps: list[tuple[float, float]]
) -> None:
    bucket, granted = Bucket(rate), []
    for pause, part in steps:
        now += pause
        cost = part * rate.burst
        if bucket.take(cost, now) == 0.0:
            granted.append((now, cost))
    slack = 1e-5 * (rate.per_second + rate.burst)
    for index, (start, _) in enumerate(granted):
        total = 0.0
        for end, cost in granted[index:]:
            total += cost
            assert total <= rate.burst + rate.per_second * (end - start) + slack


@given(RATES, STARTS, STEPS)
def test_one_who_waits_as_told_gets_it_and_not_much_too_late(
    rate: Rate, now: float, steps: list[tuple[float, float]]
) -> None:
    bucket = Bucket(rate)
    for pause, part in steps:
        now += pause
        wait = bucket.take(part * rate.burst, now)
        assert 0.0 <= wait <= rate.burst / rate.per_second + 0.0011
        if wait:
            assert bucket.wait(part * rate.burst, now + wait - 0.0015) > 0.0
            now += wait
            assert bucket.take(part * rate.burst, now) == 0.0


def test_a_burst_then_the_steady_rate() -> None:
    bucket = Bucket(Rate(per_second=5, burst=20))
    assert [bucket.take(1, 100.0) for _ in range(20)] == [0.0] * 20
    assert bucket.take(1, 100.0) == pytest.approx(0.2, abs=0.0011)
    assert bucket.take(1, 100.2) == 0.0
    assert bucket.take(1, 100.2) > 0.0
    assert [bucket.take(20, 1000.0), bucket.take(1, 1000.0) > 0] == [0.0, True]


def test_a_refused_take_costs_nothing_and_nor_does_nothing() -> None:
    bucket = Bucket(Rate(1, 10))
    assert bucket.take(10, 0.0) == 0.0
    for _ in range(100):
        assert bucket.take(5, 1.0) == pytest.approx(4.0, abs=0.0011)
    assert bucket.take(0, 1.0) == 0.0
    assert bucket.take(1, 1.0) == 0.0


def test_a_clock_that_stands_or_goes_back_grants_nothing() -> None:
    bucket = Bucket(Rate(10, 1))
    assert bucket.take(1, 50.0) == 0.0
    assert bucket.take(1, 50.0) > 0.0
    assert bucket.take(1, 10.0) > 0.0


def test_a_cost_that_could_never_be_paid_is_refused_for_good() -> None:
    with pytest.raises(Refusal) as caught:
        Bucket(Rate(5, 20)).take(21, 0.0)
    assert (caught.value.code, caught.value.retry) == (Code.TOO_LARGE, False)
    assert "21" in caught.value.message and "20" in caught.value.message


def test_a_cost_below_nothing_is_our_mistake() -> None:
    with pytest.raises(ValueError):
        Bucket(Rate(5, 20)).take(-1, 0.0)


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (-1, 1), (float("inf"), 1), (1, float("nan"))])
def test_a_rate_is_positive_and_finite(pair: tuple[float, float]) -> None:
    with pytest.raises(ValueError):
        Rate(*pair)


def test_a_changed_rate_keeps_what_was_spent() -> None:
    bucket = Bucket(Rate(1, 10))
    assert bucket.take(6, 0.0) == 0.0
    bucket.change(Rate(2, 8), 0.0)
    assert bucket.wait(3, 0.0) == pytest.approx(0.5, abs=0.0011)
    assert bucket.take(2, 0.0) == 0.0
    bucket.change(Rate(1, 3), 0.0)
    assert bucket.wait(3, 0.0) == pytest.approx(3.0, abs=0.0011)


KEYED = st.lists(st.tuples(st.integers(0, 9), st.floats(0, 3), st.floats(0, 4)), max_size=80)


@given(KEYED)
def test_with_room_for_all_each_key_has_a_bucket_of_its_own(
    steps: list[tuple[int, float, float]],
) -> None:
    rate, now = Rate(1, 4), 0.0
    buckets: Buckets[int] = Buckets(rate, limit=10)
    alone = [Bucket(rate) for _ in range(10)]
    for key, pause, cost in steps:
        now += pause
        assert buckets.take(key, cost, now) == alone[key].take(cost, now)


@given(st.integers(1, 5), KEYED)
def test_without_room_the_nearest_to_full_is_the_one_forgotten(
    limit: int, steps: list[tuple[int, float, float]]
) -> None:
    rate, now = Rate(1, 4), 0.0
    buckets: Buckets[int] = Buckets(rate, limit)
    for key, pause, cost in steps:
        now += pause
        before = sorted(buckets.wait(other, 4, now) for other in range(10))
        paid = buckets.wait(key, 4, now)
        if buckets.take(key, cost, now) == 0.0 and cost:
            before.remove(paid)
            after = sorted(buckets.wait(other, 4, now) for other in range(10) if other != key)
            # At most one other key lost its record, and it was the least one there was.
            kept = [wait for wait in before if wait]
            assert [wait for wait in after if wait] in (kept, kept[1:])
            assert len(kept) < limit or after != before
        assert len(buckets) <= limit


def test_a_flood_of_new_keys_neither_grows_the_map_nor_frees_an_offender() -> None:
    buckets: Buckets[str] = Buckets(Rate(1, 20), limit=100)
    assert buckets.take("offender", 20, 0.0) == 0.0
    for number in range(10_000):
        assert buckets.take(f"address {number}", 1, number / 10_000) == 0.0
        assert len(buckets) <= 100
    assert buckets.take("offender", 5, 1.0) > 3.0


def test_full_buckets_are_dropped_before_others() -> None:
    buckets: Buckets[str] = Buckets(Rate(1, 10), limit=3)
    for key, cost in [("deep", 10), ("middle", 5), ("shallow", 1)]:
        buckets.take(key, cost, 0.0)
    buckets.take("new", 1, 2.0)
    assert buckets.wait("deep", 10, 2.0) == pytest.approx(8.0, abs=0.0011)
    assert buckets.wait("middle", 10, 2.0) == pytest.approx(3.0, abs=0.0011)
    assert len(buckets) == 3


def test_memory_shrinks_again_when_the_flood_is_over() -> None:
    buckets: Buckets[int] = Buckets(Rate(1, 10))
    for key in range(5 * FEW):
        buckets.take(key, 1, 0.0)
    assert len(buckets) == 5 * FEW
    for key in range(10 * FEW, 15 * FEW):
        buckets.take(key, 1, 100.0 + key)
    assert len(buckets) == FEW


def test_a_few_who_go_on_are_held_though_they_could_pay_all() -> None:
    buckets: Buckets[int] = Buckets(Rate(1, 10))
    for now in range(0, 1000, 10):
        for key in range(FEW):
            assert buckets.take(key, 1, float(now)) == 0.0
    assert len(buckets) == len(buckets._heap) == FEW
    assert buckets._serial == FEW  # nobody was let go to be taken up again


def test_asking_or_paying_nothing_takes_no_memory() -> None:
    buckets: Buckets[str] = Buckets(Rate(1, 10))
    assert buckets.wait("alice", 5, 0.0) == 0.0
    assert buckets.take("alice", 0, 0.0) == 0.0
    assert len(buckets) == 0


def test_a_changed_rate_holds_for_every_key() -> None:
    buckets: Buckets[str] = Buckets(Rate(1, 10), limit=2)
    buckets.take("bob", 2, 0.0)
    buckets.take("alice", 10, 0.0)
    buckets.change(Rate(2, 8), 0.0)
    assert buckets.wait("alice", 8, 0.0) == pytest.approx(4.0, abs=0.0011)
    assert buckets.wait("bob", 7, 0.0) == pytest.approx(0.5, abs=0.0011)
    buckets.take("carol", 1, 0.5)
    assert buckets.wait("alice", 8, 0.5) == pytest.approx(3.5, abs=0.0011)


def test_there_is_room_for_one_key_at_least() -> None:
    with pytest.raises(ValueError):
        Buckets(Rate(1, 1), limit=0)


def test_what_is_left_can_be_looked_at() -> None:
    buckets: Buckets[str] = Buckets(Rate(2, 10))
    assert buckets.left("a", 0.0) == 10
    buckets.take("a", 6, 0.0)
    assert buckets.left("a", 0.0) == pytest.approx(4)
    assert buckets.left("a", 1.0) == pytest.approx(6)
    assert (buckets.left("a", 100.0), buckets.left("b", 0.0)) == (10, 10)


@given(
    RATES,
    RATES,
    STARTS,
    st.lists(
        st.tuples(st.floats(0, 2), st.sampled_from("abc"), st.floats(0, 1.2)),
        min_size=1,
        max_size=60,
    ),
)
def test_taking_from_two_at_once_is_waiting_for_both_and_then_taking_from_each(
    rate: Rate, shared: Rate, now: float, steps: list[tuple[float, str, float]]
) -> None:
    fast, plain = Bucket(rate), Bucket(rate)
    fast_ones, plain_ones = Buckets[str](shared, 2), Buckets[str](shared, 2)
    for pause, key, part in steps:
        now += pause
        cost = part * min(rate.burst, shared.burst)
        told: list[object] = []
        try:
            told.append(fast_ones.take_with(fast, key, cost, now))
        except Refusal as refusal:
            told.append(refusal.code)
        try:
            wait = max(plain.wait(cost, now), plain_ones.wait(key, cost, now))
            if not wait:
                plain.take(cost, now)
                plain_ones.take(key, cost, now)
            told.append(wait)
        except Refusal as refusal:
            told.append(refusal.code)
        assert told[0] == told[1]
        assert fast.full_at == plain.full_at
        assert vars(fast_ones) == vars(plain_ones) | {"rate": shared}
