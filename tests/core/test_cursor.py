"""A cursor comes back as it was given out, and no other text is ever taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.cursor import MAX_CURSOR, MAX_POSITION, Cursor, decode, encode
from chatd.core.refusal import Refusal

EPOCHS = st.text(alphabet="0123456789abcdefghijklmnopqrstuvwxyz", min_size=8, max_size=8)
POSITIONS = st.integers(min_value=0, max_value=MAX_POSITION)


@given(EPOCHS, POSITIONS)
def test_a_cursor_comes_back_as_it_was_given_out(epoch: str, position: int) -> None:
    text = encode(epoch, position)
    assert decode(text) == Cursor(epoch, position)
    assert len(text) <= MAX_CURSOR


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9a-zA-Z]{7,9}\.[0-9a-zA-Z]{0,15}\n?")))
def test_any_other_text_is_refused_and_never_anything_worse(text: str) -> None:
    try:
        cursor = decode(text)
    except Refusal as refusal:
        assert (refusal.code, refusal.field) == (Code.BAD_FIELD, "cursor")
    else:
        assert encode(cursor.epoch, cursor.position) == text


def test_the_form_is_the_documented_one() -> None:
    assert encode("abcd0123", 0) == "abcd0123.0"
    assert encode("abcd0123", 35) == "abcd0123.z"
    assert encode("abcd0123", 36) == "abcd0123.10"
    assert encode("abcd0123", MAX_POSITION) == "abcd0123.1y2p0ij32e8e7"


@pytest.mark.parametrize(
    "text",
    [
        *("abcd0123.00", "abcd0123.01", "abcd0123.", "abcd0123", ".1", "ABCD0123.1", "abcd0123.Z"),
        *("abcd0123.-1", "abcd0123.+1", "abcd0123.1_0", "abcd0123.1\n", "abcd0123.٣"),
        *("abcd0123.1y2p0ij32e8e8", "abcd0123.zzzzzzzzzzzzz", "abcd0123." + "1" * 1000),
    ],
)
def test_texts_that_nearly_are_cursors_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        decode(text, "from")
    assert caught.value.field == "from"


@pytest.mark.parametrize(
    ("epoch", "position"),
    [("short", 0), ("UPPER000", 0), ("abcd0123\n", 0), ("abcd0123", -1), ("abcd0123", 2**63)],
)
def test_what_could_not_be_read_back_is_not_written(epoch: str, position: int) -> None:
    with pytest.raises(ValueError):
        encode(epoch, position)
