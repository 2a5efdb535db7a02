"""Contrast as WCAG has it, and colours that are moved until they can be read."""

import pytest

from chatd.core import colour

KNOWN = [
    ("#000000", "#ffffff", 21.0),
    ("#777777", "#ffffff", 4.48),
    ("#767676", "#ffffff", 4.54),
    ("#0000ff", "#ffffff", 8.59),
    ("#ff0000", "#00ff00", 2.91),
    ("#123456", "#123456", 1.0),
]


@pytest.mark.parametrize(("one", "other", "ratio"), KNOWN)
def test_contrast_is_that_of_wcag_in_either_order(one: str, other: str, ratio: float) -> None:
    first, second = colour.parse(one), colour.parse(other)
    assert first and second
    assert colour.contrast(first, second) == pytest.approx(ratio, abs=0.005)
    assert colour.contrast(second, first) == colour.contrast(first, second)


@pytest.mark.parametrize(
    "text", ["", "0f6b62", "#0f6b6", "#0f6b622", "#0f6b6g", "red", "#0f6b62\n"]
)
def test_what_is_no_colour_in_six_digits_is_none(text: str) -> None:
    assert colour.parse(text) is None


def test_a_colour_is_written_as_it_was_read() -> None:
    assert colour.write(colour.parse("#0F6b62") or colour.WHITE) == "#0f6b62"


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    teal = colour.parse("#0f6b62")
    assert teal and colour.readable(teal, (colour.WHITE,), colour.TEXT) == teal


def test_one_that_cannot_is_darkened_on_light_and_lightened_on_dark_no_more_than_needed() -> None:
    yellow, navy = colour.parse("#ffd500"), colour.parse("#000080")
    dark = colour.parse("#1f2226")
    assert yellow and navy and dark
    darker = colour.readable(yellow, (colour.WHITE,), colour.TEXT)
    lighter = colour.readable(navy, (dark,), colour.TEXT)
    for moved, ground in ((darker, colour.WHITE), (lighter, dark)):
        assert colour.TEXT <= colour.contrast(moved, ground) < colour.TEXT + 0.6


def test_grounds_of_both_kinds_are_refused_rather_than_answered_wrongly() -> None:
    with pytest.raises(ValueError, match="neither all light nor all dark"):
        colour.readable(colour.WHITE, (colour.WHITE, colour.BLACK), colour.TEXT)
