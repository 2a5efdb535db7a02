"""The secrets by which nobody comes in: the daemon's own, and the doctor's for some minutes."""

import itertools

from chatd.auth.pulse import VISIT_SECONDS, Pulse
from chatd.engine.ports import Random


def random() -> Random:
    count = itertools.count()
    return lambda size: bytes(next(count) % 256 for _ in range(size))


def test_a_visitors_secret_ends_after_some_minutes_and_with_the_next() -> None:
    now = [100.0]
    pulse = Pulse(random(), lambda: now[0])
    first = pulse.visit()
    assert pulse.fits(first) and pulse.visits(first)
    assert pulse.fits(pulse.protocol) and not pulse.visits(pulse.protocol)
    second = pulse.visit()
    assert not pulse.fits(first) and pulse.fits(second)
    now[0] += VISIT_SECONDS
    assert not pulse.fits(second) and pulse.fits(pulse.protocol)


def test_without_a_visit_nobody_visits() -> None:
    pulse = Pulse(random(), lambda: 0.0)
    assert not pulse.fits("") and not pulse.visits("")
