"""Message text keeps what people wrote and loses what only harms its readers."""

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.text import MAX_RUN, clean_text, has_visible, limit_marks, shorten_runs

NASTY = st.text(
    alphabet="ab \n\r\t\x0c\x85\u2028\u0301\u0316\u200b\u200d\u200e\u202a\u202c\u202e\u2066\u2067"
    "\u2068\u2069\ufe0f\ufeff\u1100\u1161\u11a8e\u0627\u05d0\u0f71\u034f"
    "\U0001f3f4\U000e0067\U000e007f\U000e0001\u20e3",
    max_size=60,
)


def refused(text: str, limit: int = 4096) -> Refusal:
    with pytest.raises(Refusal) as caught:
        clean_text(text, limit)
    return caught.value


@given(st.one_of(st.text(max_size=80), NASTY))
@example("\U0001f3f4\u2069\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f")
@example("a" + "\u0301" * 9 + "\u2066" + "\u0301" * 9)
@example("a" + "\u0f73" * 40 + "\u0334")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    try:
        once = clean_text(text)
    except Refusal as refusal:
        assert (refusal.code, refusal.field) == (Code.BAD_FIELD, "text")
    else:
        assert clean_text(once) == once
        assert normalize("NFC", once) == once
        assert not set(once) & set(map(chr, [*range(9), *range(11, 32), *range(127, 160)]))
        assert not set(once) & set("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\ufeff\ufffe")


@given(NASTY)
def test_isolates_that_stay_are_balanced_within_their_line(text: str) -> None:
    try:
        cleaned = clean_text("x" + text)
    except Refusal:
        raise AssertionError("there is an x to see") from None
    for line in cleaned.split("\n"):
        depth = 0
        for char in line:
            depth += {"\u2066": 1, "\u2067": 1, "\u2068": 1, "\u2069": -1}.get(char, 0)
            assert 0 <= depth <= 8
        assert depth == 0


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "tab\tand\n\nlines",
        "  code\n    indented",
        "שלום \u2067abc\u2069 עולם",
        "مرحبا\u200f 123",
        "سلام نمی\u200cدانم",
        "👩‍👩‍👧‍👦 ❤️ 👍🏽 🇩🇪 1️⃣",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "क्षि देवनागरी",
        "ไม่เป็นไร ที่นี่",
        "བསྒྲུབས་ཧྐྵྨླྺྼྻྂ",
        "c" + "\u0327" + "\u0301" * 7,
        "ﷺ ﷽",
        "<script>alert(1)</script> '; drop table users; --",
        "\U0001fae8 is newer than this Python's tables",
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert clean_text(text) == normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("e\u0301", "é"),
        ("\u212b", "Å"),
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0cg\x0bh", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\x1b[31mred\x07\x9b", "a[31mred"),
        ("\ufeffhello\ufeff", "hello"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\u202aembedded\u202c", "embedded"),
        ("open\u2066 and gone\nnext", "open and gone\nnext"),
        ("\u2069close before open\u2066", "close before open"),
        ("\u2066a\n\u2069b", "a\nb"),
        ("a\U000e0068\U000e0069\U000e007f", "a"),
        ("a\ufffe\ufdd0\U0010ffffb", "ab"),
        ("a\u206ab\ufff9c", "abc"),
        ("Z" + "\u0337" * 50 + "!", "Z" + "\u0337" * 8 + "!"),
        ("Z" + "\u0337\u200d" * 20, "Z" + "\u0337\u200d" * 8 + "\u200d" * 12),
        ("\u2066" * 9 + "x" + "\u2069" * 9, "\u2066" * 8 + "x" + "\u2069" * 8),
    ],
)
def test_what_harms_readers_goes(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n\t ", "\u200b\u200d", "\u3164", "\u2800 \u2800", "\u00ad", "\x07"),
        *("\u0301", "\u2066\u2069", "\ufe0f", "\U000e0041", "\U0001d159"),
    ],
)
def test_a_text_with_nothing_to_see_is_refused(text: str) -> None:
    assert refused(text).code is Code.BAD_FIELD
    assert not has_visible(text)


@given(st.text(st.characters(max_codepoint=0x7F), max_size=6))
def test_of_ascii_whatever_is_neither_blank_nor_a_control_can_be_seen(text: str) -> None:
    assert has_visible(text) == any("!" <= char <= "~" for char in text)


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "a\ud800b", "\udfffa"])
def test_what_no_text_can_hold_is_refused(text: str) -> None:
    assert refused(text).code is Code.BAD_FIELD


def test_the_limit_counts_code_points_after_cleaning() -> None:
    assert clean_text("é" * 10, 10) == "é" * 10
    assert clean_text("e\u0301" * 10, 10) == "é" * 10
    assert clean_text("a" * 10 + "\x01" * 20, 10) == "a" * 10
    assert len(clean_text("😀" * 4096).encode()) == 4 * 4096
    assert refused("a" * 11, 10).code is Code.TOO_LONG
    assert refused("é" * 11, 10).code is Code.TOO_LONG
    assert refused("e\u0301" * 11, 10).code is Code.TOO_LONG


def test_what_grows_in_form_c_is_counted_grown() -> None:
    assert refused("\U0001d15e" * 6, 10).code is Code.TOO_LONG


def test_a_text_far_too_long_is_refused_before_any_work() -> None:
    assert refused("a" * 10 + "\x01" * 31, 10).code is Code.TOO_LONG


def test_ten_thousand_marks_shrink_to_eight() -> None:
    assert clean_text("a" + "\u0301" * 10_000) == "á" + "\u0301" * 8
    assert limit_marks("\u0301" * 20 + "b") == "\u0301" * 8 + "b"


def test_the_field_at_fault_is_the_one_given() -> None:
    with pytest.raises(Refusal) as caught:
        clean_text(" ", field="topic")
    assert caught.value.field == "topic"


def test_a_long_run_of_marks_is_cut_before_it_is_put_in_order() -> None:
    # Ordering takes the square of a run's length: 16,384 marks stopped the server for 0.4 s. The
    # last mark here would be sorted to the front, had it been looked at.
    assert clean_text("a" + "\u0301" * 40 + "\u0334") == "\u00e1" + "\u0301" * 8
    assert clean_text("a" + "\u0301" * 20 + "\u0334")[:2] == "\u00e1\u0334"


@pytest.mark.parametrize("mark", ["\u0301", "\u0f73", "\u0344", "\U0001d165"])
def test_no_more_marks_in_a_row_than_unicode_calls_safe(mark: str) -> None:
    assert shorten_runs("a" + mark * 100 + "b" + mark * 100) == "a" + mark * MAX_RUN + "b" + (
        mark * MAX_RUN
    )


def test_long_runs_of_other_signs_stay() -> None:
    assert clean_text("\u2500" * 100 + "!" * 100) == "\u2500" * 100 + "!" * 100
