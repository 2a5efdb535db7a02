"""What a connection and a user may spend, and how a breach is answered."""

from functools import partial

import pytest
from msgspec.structs import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.session.budgets import Budgets, UserBudgets, Window
from tests.fakes.tiny import LIMITS

NEARLY = partial(pytest.approx, abs=0.0015)


def spend(budgets: Budgets, count: int, now: float = 0.0) -> int:
    """How many of ``count`` commands were let through."""
    for done in range(count):
        try:
            budgets.spend(1, now)
        except Refusal:
            return done
    return count


def test_a_connection_spends_its_burst_and_then_waits() -> None:
    budgets = Budgets(UserBudgets(LIMITS), "alice", LIMITS)
    assert spend(budgets, 100) == 20
    with pytest.raises(Refusal) as caught:
        budgets.spend(1, 0.0)
    assert caught.value.code is Code.RATE_LIMITED
    assert caught.value.retry_after == NEARLY(0.2)
    budgets.spend(1, 0.2)


def test_many_connections_of_one_user_share_a_budget() -> None:
    users = UserBudgets(LIMITS)
    assert sum(spend(Budgets(users, "alice", LIMITS), 20) for _ in range(50)) == 40
    assert spend(Budgets(users, "bob", LIMITS), 20) == 20


def test_reconnecting_refills_nothing() -> None:
    users = UserBudgets(LIMITS)
    assert [spend(Budgets(users, "alice", LIMITS), 20) for _ in range(3)] == [20, 20, 0]


def test_a_refused_command_costs_nothing() -> None:
    users = UserBudgets(LIMITS)
    spend(Budgets(users, "alice", LIMITS), 40)
    first = Budgets(users, "alice", LIMITS)
    assert spend(first, 20) == 20
    second = Budgets(users, "alice", LIMITS)
    assert spend(second, 20) == 0
    assert spend(second, 20, now=4.0) == 20


def test_reading_does_not_need_the_budget_for_messages() -> None:
    budgets = Budgets(UserBudgets(LIMITS), "alice", LIMITS)
    spend(budgets, 100)
    for _ in range(200):
        budgets.spend(0, 0.0)
        budgets.read(1, 0.0)
    with pytest.raises(Refusal) as caught:
        budgets.read(1, 0.0)
    assert caught.value.retry_after == NEARLY(0.05)


def test_bytes_have_a_budget_of_their_own() -> None:
    budgets = Budgets(UserBudgets(LIMITS), "alice", LIMITS)
    for _ in range(4):
        budgets.receive(65_536, 0.0)
    with pytest.raises(Refusal) as caught:
        budgets.receive(65_536, 0.0)
    assert caught.value.retry_after == 1.0


def test_changed_limits_hold_at_once() -> None:
    users = UserBudgets(LIMITS)
    budgets = Budgets(users, "alice", LIMITS)
    tight = replace(LIMITS, messages_burst=3, user_messages_burst=4, bytes_burst=100)
    users.change(tight, 0.0)
    budgets.change(tight, 0.0)
    assert spend(budgets, 20) == 3
    assert spend(Budgets(users, "alice", tight), 20) == 1
    with pytest.raises(Refusal) as caught:
        budgets.receive(101, 0.0)
    assert caught.value.code is Code.TOO_LARGE


def test_more_than_so_many_within_the_window_is_too_much() -> None:
    window = Window(3, 10)
    assert [window.hit(now) for now in (0, 1, 2)] == [False, False, False]
    assert window.hit(10)
    assert not window.hit(11.5)
    assert [window.hit(now) for now in (13, 30, 30, 30, 30)] == [False, False, False, False, True]


def refused(budgets: Budgets, now: float) -> float:
    """When to come again, told by the refusal of a read."""
    with pytest.raises(Refusal) as caught:
        while True:
            budgets.read(100, now)
    assert caught.value.retry_after is not None
    return now + caught.value.retry_after


def test_a_hundred_breaches_in_ten_seconds_are_borne_and_no_more() -> None:
    budgets = Budgets(UserBudgets(LIMITS), "alice", LIMITS)
    refused(budgets, 0.0)
    for count in range(100):
        refused(budgets, 0.04 * count)
        assert not budgets.is_abuse(0.04 * count)
    refused(budgets, 4.5)
    assert budgets.is_abuse(4.5)


def test_who_waits_as_told_never_overruns_the_limits() -> None:
    budgets = Budgets(UserBudgets(LIMITS), "alice", LIMITS)
    now = 0.0
    for _ in range(300):
        now = refused(budgets, now)
        assert not budgets.is_abuse(now)


def test_a_request_without_a_connection_pays_from_the_same_budgets() -> None:
    users = UserBudgets(LIMITS)
    assert spend(Budgets(users, "alice", LIMITS), 20) == 20
    for _ in range(20):
        users.charge("alice", 1, 1, 100, 0.0)
    with pytest.raises(Refusal) as caught:
        users.charge("alice", 1, 1, 100, 0.0)
    assert caught.value.retry_after == NEARLY(0.1)
    assert users.messages.left("alice", 0.0) == NEARLY(0)
    # What was refused took nothing of the others either.
    assert users.reads.left("alice", 0.0) == NEARLY(users.reads.rate.burst - 20)
    users.charge("bob", 1, 0, 0, 0.0)
    users.charge("alice", 1, 1, 100, 0.1)
