"""Folding: two texts that differ in case or form alone are the same text."""

import pytest

from chatd.core.folded import folded, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TEA", "tea"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ＴＥＡ", "tea"),
        ("ﬁne", "FINE"),
        ("Caf\u00e9", "CAFE\u0301"),
        ("①", "1"),
        ("\u1fb3", "\u03b1\u0399"),
    ],
)
def test_case_and_form_make_no_difference(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_accents_and_scripts_do() -> None:
    assert len({folded("cafe"), folded("café"), folded("кафе")}) == 3


def test_what_is_missing_leaves_no_empty_line() -> None:
    assert folded("Tea", None, "", "Leaves") == "tea\nleaves"


def test_folding_twice_changes_nothing() -> None:
    for text in ("ǰ", "İ", "ŉ", "ẞ", "ﬀ", "ᾳ", "Ω"):
        assert folded(folded(text)) == folded(text)


def test_words_of_a_query_are_folded_and_few() -> None:
    assert words("  Tea  TEA\tleaves ", 8) == ("tea", "leaves")
    assert words("a b c d", 2) == ("a", "b")
    assert words(" ", 8) == ()
