"""A console's lines become the history that they tell, and a broken line says nothing."""

import pytest

from tests.durability import transcript
from tests.durability.checker import Acknowledgement, Reading, Seen, Stored, check, digest
from tests.durability.transcript import Transcript


def text_for(author: str, key: str) -> str | None:
    return f"{author} says {key}" if key.startswith("k") else None


def told(*lines: str) -> Transcript:
    heard = Transcript()
    for line in lines:
        heard.take(line)
    return heard


def test_what_was_written_is_read_back() -> None:
    heard = told(
        transcript.acked("tea", 2, "alice", "k1"),
        transcript.opened("bob", "s1", "tea", 0),
        transcript.seen("bob", "s1", "tea", 1, None, None),
        transcript.seen("bob", "s1", "tea", 2, 1, "alice says k1"),
        transcript.stored("tea", 1, None, "", "", None),
        transcript.stored("tea", 2, 1, "alice", "k1", "alice says k1"),
        transcript.checked(2),
    )
    history = heard.history(text_for)
    assert heard.checked == 2
    assert history.acknowledgements == (Acknowledgement("alice", "k1", "tea", 2),)
    assert history.stored == (
        Stored("tea", 1),
        Stored("tea", 2, "alice", "k1", 1, "alice says k1"),
    )
    assert history.readings == (
        Reading("bob", "s1", "tea", (Seen(1), Seen(2, 1, digest("alice says k1")))),
    )
    assert check(history) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "acked tea 2 alice k1",
        "acked tea 2 alice .",
        "acked tea two alice k1 .",
        "seen bob s1 tea 2 1 abc .",
        "Traceback (most recent call last):",
        "EXT4-fs (ubda): recovery complete .",
    ],
)
def test_a_broken_or_foreign_line_says_nothing(line: str) -> None:
    heard = Transcript()
    assert heard.take(line) is None
    history = heard.history(text_for)
    assert not (history.acknowledgements or history.readings or history.stored)


def test_every_line_cut_short_by_a_power_cut_says_nothing() -> None:
    whole = transcript.acked("tea", 12, "alice", "k12").rstrip("\n")
    for length in range(len(whole)):
        assert Transcript().take(whole[:length]) is None
    assert Transcript().take(whole) == "acked"


def test_a_message_without_any_line_about_it_counts_as_sent() -> None:
    heard = told(transcript.stored("tea", 1, 1, "alice", "k1", "alice says k1"))
    assert check(heard.history(text_for)) == []


def test_a_stored_message_with_another_text_is_found_by_its_digest() -> None:
    heard = told(transcript.stored("tea", 1, 1, "alice", "k1", "something else"))
    assert [found.kind for found in check(heard.history(text_for))] == ["wrong-text"]


def test_a_key_that_the_workload_never_uses_is_a_phantom() -> None:
    heard = told(transcript.stored("tea", 1, 1, "alice", "x1", "alice says x1"))
    assert [found.kind for found in check(heard.history(text_for))] == ["phantom-stored"]


def test_the_next_check_starts_from_nothing_and_keeps_what_was_acknowledged() -> None:
    heard = told(
        transcript.acked("tea", 1, "alice", "k1"),
        transcript.stored("tea", 1, 1, "alice", "k1", "alice says k1"),
        transcript.checked(1),
    )
    heard.forget_stored()
    assert heard.checked is None
    assert [found.kind for found in check(heard.history(text_for))] == ["acknowledged-missing"]
