"""Words of texts in many scripts: what is typed finds what was said."""

import pytest

from chatd.core import search_words
from chatd.core.search_words import MOST_KNOWN, MOST_LETTERS, Phrase, indexed, phrase, shown

SENTENCES = {
    "chinese": "我们明天下午三点在北京大学东门见面。",
    "japanese": "東京タワーでコーヒーを飲みました！",
    "korean": "내일 고등학교에서 만나요",
    "thai": "พรุ่งนี้ไปกินข้าวกันไหม",
    "lao": "ສະບາຍດີ ຂອບໃຈ",
    "khmer": "សួស្តីពិភពលោក",
    "burmese": "မင်္ဂလာပါကမ္ဘာ",
    "tibetan": "བོད་སྐད་",
    "hindi": "नमस्ते दुनिया, आप कैसे हैं?",
    "tamil": "வணக்கம் உலகம்",
    "arabic": "السَّلَامُ عَلَيْكُمْ يا أصدقاء",
    "persian": "می‌خواهم کتاب بخوانم",
    "hebrew": "שָׁלוֹם עֲלֵיכֶם",
    "greek": "Καλημέρα, κόσμε! ΟΔΟΣ",
    "russian": "Ёлка стоит в углу",
    "turkish": "İstanbul'da IŞIK ılık",
    "german": "Grüße aus der Straße",
    "vietnamese": "Tiếng Việt rất đẹp",
    "amharic": "ሰላም ለዓለም",
    "emoji": "tea 🍵 and 👍🏽 from 👨‍👩‍👧 in 🇩🇪",
}


def finds(query: str, text: str, prefix: bool = True) -> bool:
    """What FTS5 does: the phrase's tokens stand next to one another."""
    wanted = phrase(query, prefix)
    assert wanted is not None
    tokens = indexed(text).split(" ")
    count = len(wanted.tokens)
    return any(
        tokens[at : at + count - 1] == list(wanted.tokens[:-1])
        and (
            tokens[at + count - 1].startswith(wanted.tokens[-1])
            if wanted.prefix
            else tokens[at + count - 1] == wanted.tokens[-1]
        )
        for at in range(len(tokens) - count + 1)
    )


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("北京大学", "chinese"),
        ("京大", "chinese"),
        ("见", "chinese"),
        ("面", "chinese"),
        ("三点在北京", "chinese"),
        ("タワー", "japanese"),
        ("京", "japanese"),
        ("ﾀﾜｰ", "japanese"),
        ("コーヒーを", "japanese"),
        ("학교", "korean"),
        ("고등학교에서", "korean"),
        ("나", "korean"),
        ("กินข้าว", "thai"),
        ("ไหม", "thai"),
        ("ຂອບໃຈ", "lao"),
        ("ពិភពលោក", "khmer"),
        ("ကမ္ဘာ", "burmese"),
        ("སྐད", "tibetan"),
        ("दुनिया", "hindi"),
        ("दुनि", "hindi"),
        ("வணக்கம்", "tamil"),
        ("السلام", "arabic"),
        ("اصدقاء", "arabic"),
        ("عليكم", "arabic"),
        ("كتاب", "persian"),
        ("میخواهم", "persian"),
        ("שלום", "hebrew"),
        ("καλημερα", "greek"),
        ("οδός", "greek"),
        ("елка", "russian"),
        ("ЁЛКА", "russian"),
        ("istanbul", "turkish"),
        ("ışık", "turkish"),
        ("isik", "turkish"),
        ("strasse", "german"),
        ("STRAßE", "german"),
        ("grusse", "german"),
        ("tieng viet", "vietnamese"),
        ("đẹp", "vietnamese"),
        ("ሰላም", "amharic"),
        ("🍵", "emoji"),
        ("👍", "emoji"),
        ("👍🏿", "emoji"),
        ("👨‍👩‍👧", "emoji"),
        ("🇩🇪", "emoji"),
    ],
)
def test_it_is_found(query: str, language: str) -> None:
    assert finds(query, SENTENCES[language])


@pytest.mark.parametrize("text", SENTENCES.values(), ids=SENTENCES)
def test_every_sentence_finds_itself_in_capitals_and_in_every_normal_form(text: str) -> None:
    from unicodedata import normalize

    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert finds(normalize(form, text), text)
        assert finds(text, normalize(form, text.upper().lower()))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("京東", "東京"),
        ("東大", "東京大学"),
        ("ei", "tea in"),
        ("ea", "tea"),
        ("か", "が"),
        ("हिन्दु", "हिन्दी"),
        ("見面", "见面"),
    ],
)
def test_what_is_not_there_is_not_found(query: str, text: str) -> None:
    assert not finds(query, text)


def test_any_part_of_a_run_without_spaces_is_found() -> None:
    text = "春眠不覺曉處處聞啼鳥"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert finds(text[start:end], f"孟浩然：{text}。", prefix=False)


def test_a_run_between_other_words_keeps_its_place() -> None:
    assert indexed("v2版本x") == "v2 版本 本 x"
    assert finds("版本x", "v2版本x") and finds("v2版", "v2版本x") and finds("v2版本x", "v2版本x")
    assert not finds("v2本", "v2版本x") and not finds("版x", "v2版本x")


def test_signs_and_joints_separate_words() -> None:
    assert indexed("foo_bar, C++; a.b@c (d/e) #f §1") == "foo bar c a b c d e f 1"
    assert indexed("soft\u00adhyphen zero\u200dwidth") == "softhyphen zerowidth"
    assert indexed("──── ▓▓ ⠿") == ""


def test_the_last_word_may_be_a_beginning() -> None:
    assert phrase("tea", prefix=True) == Phrase(("tea",), True)
    assert phrase("tea", prefix=False) == Phrase(("tea",), False)
    # One letter is the beginning of too much.
    assert phrase("t", prefix=True) == Phrase(("t",), False)
    assert phrase("3.14", prefix=True) == Phrase(("3", "14"), True)


def test_tokens_hold_nothing_that_splits_or_quotes() -> None:
    for text in (*SENTENCES.values(), "\"a' OR b* (c) ^d -e:f\0g\u2028h\x85i"):
        for token in indexed(text).split(" "):
            assert token and not any(char.isspace() or char in '"\0*' for char in token)
            assert token.isalnum() or not token.isascii()


def test_a_text_without_a_word_is_no_phrase() -> None:
    assert phrase("…!?") is None and indexed("…!?") == ""


def test_a_word_is_cut_where_nobody_types_on() -> None:
    long = "x" * (MOST_LETTERS + 9)
    assert indexed(long) == "x" * MOST_LETTERS
    assert finds(long, long) and finds("ü" * 99, "Ü" * 98)


def test_words_are_shown_each_once_and_runs_as_a_whole() -> None:
    assert shown(["Grün Tee", "東京タワー", "tee"]) == ("grun", "tee", "東京タワー")


def test_a_flood_of_every_character_there_is_does_not_fill_the_memory() -> None:
    known = search_words._TABLE
    for first in range(0x20000, 0x20000 + 2 * MOST_KNOWN, 4096):
        indexed("".join(map(chr, range(first, first + 4096))))
    assert len(known) <= MOST_KNOWN
    # What was not remembered is known all the same.
    assert indexed("\U0002fffd Ⅷ") == indexed("\U0002fffd viii")
    known.clear()
