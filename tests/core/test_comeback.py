"""Those sent away by a restart come back soon, and no more of them at a time than can be let in."""

import pytest

from chatd.core.comeback import EACH_SECOND, LONGEST, RESTART, comeback


@pytest.mark.parametrize("people", [1, 100, 499])
def test_a_few_are_back_within_moments(people: int) -> None:
    assert 0 < comeback(people, 0) < comeback(people, 1) <= RESTART


@pytest.mark.parametrize("people", [1_000, 10_000, 50_000])
def test_many_come_when_the_restart_is_over_and_spread_out(people: int) -> None:
    moments = sorted(comeback(people, n / people) for n in range(people))
    assert moments[0] >= RESTART
    for at in range(int(moments[0]), int(moments[-1]) + 1):
        assert sum(at <= moment < at + 1 for moment in moments) <= EACH_SECOND + 1


def test_nobody_is_sent_away_for_long() -> None:
    assert comeback(10**9, 1) <= RESTART + LONGEST
