"""What others write does nothing to a terminal, and can still be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.terminal.safe import cells, plain, safe
from chatd.terminal.width import columns

ANY = st.text(st.characters())
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]0;title\x07hello", "]0;titlehello"),
        ("\x1b]8;;https://evil.example\x1b\\bank.example\x1b]8;;\x1b\\", None),
        ("\x9b31mred", "31mred"),
        ("a\rb", "a b"),
        ("a\nb", "a b"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("a\u200b\u2060\ufeffb", "ab"),
        ("\U000e0061\U000e0062x", "x"),
        ("\ud800", "\ufffd"),
        ("שלום עולם", "שלום עולם"),
        ("नमस्ते", "नमस्ते"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301", "e\u0301"),
    ],
)
def test_what_a_terminal_would_obey_is_gone_and_the_rest_stays(text, shown):
    assert not OBEYED.search(safe(text)) and not BIDI.search(safe(text))
    if shown is not None:
        assert safe(text) == shown


@given(ANY, st.booleans())
def test_nothing_gets_through(text, lines):
    for shown in (safe(text, lines=lines), cells(text, lines=lines)):
        assert not OBEYED.search(shown) and not BIDI.search(shown)
        assert lines or "\n" not in shown
        shown.encode("utf-8")


@given(ANY)
def test_safe_text_is_safe_already(text):
    assert safe(safe(text)) == safe(text)


@given(ANY)
def test_an_ascii_terminal_gets_ascii(text):
    assert re.fullmatch(r"[\n -~]*", plain(text))


def test_line_breaks_stay_where_there_are_lines():
    assert safe("a\r\nb\u2028c\td", lines=True) == "a\nb\nc   d"


def test_floods_of_marks_and_joiners_are_cut():
    assert safe("a" + "\u0300" * 500) == "a" + "\u0300" * 8
    assert safe("\u200d" * 500 + "a" + "\u200d" * 500) == "a\u200d"


def test_pictures_measure_what_their_parts_measure():
    assert cells("👩\u200d👩\u200d👧") == "👩👩👧"
    assert cells("👍🏽 ❤\ufe0f 🇩🇪") == "👍 ❤ DE"
    assert columns(cells("👩\u200d👩\u200d👧")) == 6


def test_ascii_keeps_the_shape_of_punctuation():
    assert plain("“Tea” – it’s ready…") == '"Tea" - it\'s ready...'
    assert plain("茶") == "?"
