"""What an interrupted soak saw is there for the next."""

from pathlib import Path

import pytest

from tests.rigs.soak_legs import CURVES, Leg, Record


def leg(minutes: int) -> Leg:
    made = Leg("abc1234", "2026-11-30")
    for name in CURVES:
        made.curves[name] = [(2.0 * n, 90.0 + n) for n in range(30 * minutes)]
    return made


def test_a_leg_is_there_for_the_next_run_as_means_of_stretches(tmp_path: Path) -> None:
    path = tmp_path / "var" / "soak.json"
    Record(path).keep(leg(20))
    [found] = Record(path).legs
    assert (found.commit, found.day, found.tells) == ("abc1234", "2026-11-30", True)
    assert found.minutes == pytest.approx(20, abs=0.2)
    assert found.curves["memory"][0] == (7.5, 93.5)
    assert list(path.parent.iterdir()) == [path]


def test_a_growing_leg_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    record = Record(path)
    record.keep(leg(20))
    growing = leg(5)
    record.keep(growing)
    growing.curves["memory"] += [(300.0 + 2 * n, 91.0) for n in range(300)]
    growing.lost = 3
    record.keep(growing)
    again = Record(path)
    assert [round(one.minutes) for one in again.legs] == [20, 15]
    assert round(again.minutes) == 35
    assert again.legs[1].lost == 3


def test_a_short_leg_tells_nothing_and_counts_for_nothing_but_what_it_lost(tmp_path: Path) -> None:
    assert not leg(0).tells
    short = leg(1)
    short.lost = 2
    record = Record(tmp_path / "soak.json")
    record.keep(short)
    assert not short.tells
    assert record.minutes == 0
    assert "2 lost" in record.legs[0].unwell


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "soak.json"
    path.write_text('{"legs": [{"commit": 1}]}')
    with pytest.raises(ValueError, match="no record of a soak"):
        Record(path)
