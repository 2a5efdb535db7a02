"""What people type: words and filters, and nothing that is a mistake."""

from hypothesis import given
from hypothesis import strategies as st

from chatd.core.search_query import DAY_MS, MOST_PHRASES, Query, parse
from chatd.core.search_words import Phrase

#: The first of February 2026, at midnight in UTC.
FEBRUARY = 1_769_904_000_000


def words(text: str) -> list[tuple[str, ...]]:
    return [phrase.tokens for phrase in parse(text).phrases]


def test_words_phrases_and_words_left_out() -> None:
    query = parse('green  "boiling water" -black -"two bags" te')
    assert query.phrases == (
        Phrase(("green",)),
        Phrase(("boiling", "water")),
        Phrase(("te",), prefix=True),
    )
    assert query.excluded == (Phrase(("black",)), Phrase(("two", "bags")))
    assert query.words == ("green", "boiling", "water", "te")


def test_only_the_last_word_is_a_beginning_and_none_within_quotation_marks() -> None:
    assert [phrase.prefix for phrase in parse("ab cd ef").phrases] == [False, False, True]
    assert [phrase.prefix for phrase in parse('ab "cd ef"').phrases] == [False, False]
    assert [phrase.prefix for phrase in parse("ab from:@bob").phrases] == [True]


def test_filters() -> None:
    query = parse("from:@alice IN:#tea has:link has:FILE tea")
    assert (query.author, query.room, query.has) == ("@alice", "#tea", {"link", "file"})
    assert query.words == ("tea",)
    assert parse("from:@alice from:@bob").author == "@bob"


def test_days() -> None:
    assert parse("before:2026-02-01") == Query(before=FEBRUARY)
    assert parse("after:2026-1-31") == Query(after=FEBRUARY)
    assert parse("on:2026-02-01") == Query(after=FEBRUARY, before=FEBRUARY + DAY_MS)
    # In Berlin the day has begun an hour before.
    assert parse("before:2026-02-01", east=60) == Query(before=FEBRUARY - 3_600_000)
    assert parse("after:2024-02-29").after is not None


def test_what_is_no_filter_is_looked_for() -> None:
    for text in ("before:soon", "after:2026-02-30", "on:1969-12-31", "after:2026-13-01"):
        assert parse(text).before is None and parse(text).after is None
        assert words(text) == [tuple(text.replace(":", " ").replace("-", " ").split())]
    assert words("has:tea from: who:me") == [("has", "tea"), ("from",), ("who", "me")]


def test_signs_alone_are_nothing() -> None:
    for text in ("", "-", '"', '""', '-"', "- -- * ^ ( ) :", '" "'):
        assert parse(text) == Query()


def test_an_open_quotation_goes_to_the_end() -> None:
    assert words('"boiling water') == [("boiling", "water")]


def test_no_more_words_than_anybody_types() -> None:
    assert len(parse("a " * 200).phrases) == MOST_PHRASES


@given(st.text(max_size=256), st.integers(-14 * 60, 14 * 60))
def test_nothing_typed_is_a_mistake(text: str, east: int) -> None:
    query = parse(text, east)
    for phrase in (*query.phrases, *query.excluded):
        assert phrase.tokens and all(phrase.tokens)
