"""Columns: cut, filled and broken to measure, whatever the script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.terminal.safe import cells
from chatd.terminal.width import breaks, clip, columns, cut, fill, fit, row_columns, wrap

WORDS = st.text("abc  \n茶葉e\u0301👍-", max_size=60)


def lines(text, width):
    return [text[start:end] for start, end in breaks(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("the kettle is on", 10, ["the kettle", "is on"]),
        ("the kettle is on", 80, ["the kettle is on"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("ab cdefghij", 4, ["ab", "cdef", "ghij"]),
        ("a\n\nb", 10, ["a", "", "b"]),
        ("", 10, [""]),
        ("茶葉茶葉", 5, ["茶葉", "茶葉"]),
        ("ab茶葉", 4, ["ab茶", "葉"]),
        ("word    next", 5, ["word", "next"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("  indented", 20, ["  indented"]),
    ],
)
def test_lines_break_where_people_break_them(text, width, expected):
    assert lines(text, width) == expected


@given(WORDS, st.integers(2, 20))
def test_no_line_is_too_wide_and_no_letter_is_lost(text, width):
    text = cells(text, lines=True)
    found = lines(text, width)
    assert all(columns(line) <= width for line in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(WORDS, st.integers(0, 12))
def test_what_is_fitted_has_the_width_asked_for(text, width):
    text = cells(text)
    assert columns(fit(text, width)) == width
    assert columns(clip(text, width)) <= width


def test_looks_go_with_their_text():
    row = (("a", "the kettle "), (None, "is on"))
    assert wrap(row, 10) == [(("a", "the kettle"),), ((None, "is on"),)]
    assert cut(row, 4, 13) == (("a", "kettle "), (None, "is"))


def test_rows_are_filled_and_cut():
    assert fill((("a", "ab"),), 4, "b") == (("a", "ab"), ("b", "  "))
    assert row_columns(fill((("a", "茶茶"), ("b", "x")), 3)) == 3
