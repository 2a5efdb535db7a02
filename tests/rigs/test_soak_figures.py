"""A leak is found in a noisy curve, and none where there is none."""

import random
from xml.etree import ElementTree

import pytest

from tests.rigs.soak_figures import Curve, drawn, drift, settled, slope


def curve(per_hour: float, noise: float, samples: int = 600) -> Curve:
    """Every two seconds, of some 90 MiB."""
    chance = random.Random(7)
    return [(2.0 * n, 90 + per_hour * n / 1800 + chance.gauss(0, noise)) for n in range(samples)]


def test_a_leak_of_two_mebibytes_an_hour_is_seen_in_twenty_minutes() -> None:
    found = slope(curve(2.0, 0.2))
    assert 1 < found.low < 2 < found.high < 3


def test_noise_alone_is_no_leak() -> None:
    found = slope(curve(0.0, 0.2))
    assert found.low < 0 < found.high < 1


def test_legs_share_a_slope_and_not_a_level() -> None:
    higher = [(t, v + 20) for t, v in curve(2.0, 0.2)]
    found = slope(curve(2.0, 0.2), higher, curve(2.0, 0.2))
    alone = slope(curve(2.0, 0.2))
    assert found.value == pytest.approx(alone.value)
    assert found.high - found.low < 0.7 * (alone.high - alone.low)


def test_too_few_samples_tell_nothing() -> None:
    with pytest.raises(ValueError, match="tell no slope"):
        slope(curve(0.0, 0.0, 39))


def test_the_beginning_is_left_out() -> None:
    filling = [(t, min(v, 50 + t)) for t, v in curve(0.0, 0.0)]
    assert settled(filling)[0][0] >= 299
    assert abs(slope(settled(filling)).value) < 0.01


def test_what_rises_ends_higher_than_it_began() -> None:
    first, last = drift([(float(n), float(n)) for n in range(100)])
    assert (first, last) == (12, 87)


def test_the_drawing_has_a_panel_and_a_line_for_each_curve() -> None:
    root = ElementTree.fromstring(drawn({"MiB": [curve(1, 0.1)], "ms": [curve(0, 0.1)]}, "A soak"))
    lines = root.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [600, 600]


def test_legs_are_drawn_one_after_the_other() -> None:
    root = ElementTree.fromstring(drawn({"MiB": [curve(0, 0.1), curve(0, 0.1)]}, "A soak"))
    first, second = root.findall(".//{http://www.w3.org/2000/svg}polyline")
    end, begin = first.attrib["points"].split()[-1], second.attrib["points"].split()[0]
    assert float(end.split(",")[0]) == float(begin.split(",")[0])
    assert float(second.attrib["points"].split()[-1].split(",")[0]) == 632
