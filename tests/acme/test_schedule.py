"""When the next try for a certificate comes: never more often than an authority takes."""

import pytest

from chatd.acme import schedule
from chatd.acme.schedule import HOUR, HOURLY, LONGEST, Standing, begun, failed, hurried, next_try

DAY = 24 * HOUR


def steady() -> float:
    return 0.0


def fail(standing: Standing, now: float, kind: schedule.Kind = "refused", after: float = 0.0):
    return failed(begun(standing, now), now, kind, "why", after, steady)


def test_a_certificate_is_renewed_when_a_third_of_its_life_is_left_or_a_little_before() -> None:
    assert schedule.renewal(0, 90 * DAY, 0.0) == 60 * DAY
    assert schedule.renewal(0, 90 * DAY, 1.0) == pytest.approx(57 * DAY)
    assert schedule.renewal(0, 6 * DAY, 0.0) == 4 * DAY


def test_each_wait_is_twice_the_one_before_up_to_half_a_day() -> None:
    standing, waits = Standing(), []
    for number in range(8):
        now = number * 2 * DAY
        standing = fail(standing, now)
        waits.append(standing.not_before - now)
    assert waits[:4] == [HOUR / 4, HOUR / 2, HOUR, 2 * HOUR]
    assert waits[-1] == 12 * HOUR and standing.failures == 8


def test_no_two_servers_come_back_at_the_same_moment() -> None:
    early, late = (
        failed(Standing(), 0, "refused", "", 0, lambda each=each: each) for each in (0, 1)
    )
    assert late.not_before == pytest.approx(early.not_before * 1.1)


def test_where_nobody_answered_the_next_try_comes_sooner() -> None:
    assert fail(Standing(), 0, "unreachable").not_before == 60


def test_the_authoritys_word_counts_if_it_is_longer_and_not_without_end() -> None:
    assert fail(Standing(), 0, "rate-limited", 5 * HOUR).not_before == 5 * HOUR
    assert fail(Standing(), 0, "rate-limited", 60).not_before == HOUR
    assert fail(Standing(), 0, "refused", 400 * DAY).not_before == LONGEST


def test_whatever_happens_an_hour_has_only_so_many_tries() -> None:
    """Starts and reloads come as often as somebody wants; each asks for a try at once."""
    standing, now, tries = Standing(), 0.0, []
    while now < 5 * HOUR:
        standing = hurried(standing)
        if next_try(standing, 0.0, now) <= now:
            tries.append(now)
            standing = fail(standing, now, "unreachable")
        now += 30
    for began in tries:
        assert sum(began <= each < began + HOUR for each in tries) <= HOURLY
    assert len(tries) == 5 * HOURLY


def test_an_hour_in_which_only_some_were_counted_has_room() -> None:
    standing = fail(fail(Standing(), 0.0), 60.0)
    assert next_try(hurried(standing), 0.0, 60.0) == 0.0


def test_a_clock_that_was_set_back_keeps_nobody_waiting() -> None:
    standing = Standing()
    for number in range(HOURLY):
        standing = fail(standing, 100 * DAY + number)
    assert next_try(standing, 0.0, 100 * DAY + HOURLY) > 100 * DAY + HOUR
    assert next_try(standing, 0.0, DAY) == 0.0
    standing = begun(standing, DAY)
    assert standing.tries == (DAY,)


def test_a_hurry_does_not_go_against_the_authoritys_word() -> None:
    limited = fail(Standing(), 0, "rate-limited")
    assert hurried(limited) == limited
    refused = fail(Standing(), 0, "refused")
    assert next_try(hurried(refused), 0, 0) == 0


def test_a_success_forgets_the_failures_and_not_the_tries() -> None:
    standing = schedule.succeeded(fail(Standing(asked="x"), 5.0))
    assert standing == Standing(asked="x", tries=(5.0,))
