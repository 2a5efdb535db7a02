"""Pings, heartbeats and the bound after which a silent peer is dead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.session.liveness import Liveness, Sign


def signs(liveness: Liveness, start: int, end: int) -> list[tuple[int, Sign]]:
    return [(now, sign) for now in range(start, end) for sign in liveness.due(now)]


def test_a_silent_peer_is_pinged_at_25_and_dead_at_35() -> None:
    seen = [pair for pair in signs(Liveness(0, 0.99), 0, 36) if pair[1] is not Sign.HEARTBEAT]
    assert seen == [(25, Sign.PING), (35, Sign.DEAD)]


def test_any_sign_of_life_puts_it_off() -> None:
    liveness = Liveness(0, 0.99)
    assert (25, Sign.PING) in signs(liveness, 0, 35)
    liveness.heard(34.9)
    assert Sign.DEAD not in [sign for _, sign in signs(liveness, 35, 59)]
    assert Sign.PING in liveness.due(60)


def test_a_peer_that_talks_is_not_pinged() -> None:
    liveness = Liveness(0, 0.5)
    for now in range(200):
        liveness.heard(now)
        assert Sign.PING not in liveness.due(now)


def test_a_pause_of_this_process_kills_nobody() -> None:
    liveness = Liveness(0, 0.5)
    assert Sign.DEAD not in liveness.due(3600)
    liveness.heard(3601)
    assert Sign.DEAD not in [sign for _, sign in signs(liveness, 3601, 3626)]


def test_heartbeats_come_at_their_interval() -> None:
    liveness = Liveness(0, 0.4)
    beats = []
    for now in range(120):
        liveness.heard(now)
        beats += [now for sign in liveness.due(now) if sign is Sign.HEARTBEAT]
    assert beats == [10, 35, 60, 85, 110]


@pytest.mark.parametrize(("jitter", "first"), [(0.0, 0), (0.2, 5), (0.96, 24)])
def test_the_first_heartbeat_is_spread_over_the_interval(jitter: float, first: int) -> None:
    assert next(pair for pair in signs(Liveness(0, jitter), 0, 30))[0] == first


def test_missed_heartbeats_are_not_made_up_for() -> None:
    liveness = Liveness(0, 0)
    liveness.due(0)
    liveness.heard(1000)
    assert liveness.due(1000) == [Sign.HEARTBEAT]
    assert liveness.due(1001) == []


def test_a_silent_peer_is_pinged_together_with_its_heartbeat() -> None:
    liveness = Liveness(0, 0.5)
    seen = []
    for now in range(200):
        for sign in liveness.due(now):
            seen.append((now, sign))
            if sign is Sign.PING:
                liveness.heard(now + 0.4)  # the pong, before the next look
    beats = [now for now, sign in seen if sign is Sign.HEARTBEAT]
    pings = [now for now, sign in seen if sign is Sign.PING]
    assert pings == [25, 50, 75, 100, 125, 150, 175]
    assert beats == [13, *pings]


@given(st.floats(0, 1), st.lists(st.integers(0, 60), max_size=30), st.integers(1, 40))
def test_nothing_is_due_before_the_moment_it_names(
    jitter: float, pauses: list[int], patience: int
) -> None:
    liveness = Liveness(0, jitter, 25.0, float(patience))
    now = 0
    for pause in pauses:
        for _ in range(pause):
            now += 1
            before = liveness.next
            signs = liveness.due(now)
            assert bool(signs) == (now >= before)
            if Sign.DEAD in signs:
                return
        liveness.heard(now)
