"""What Tab makes of a word."""

import pytest

from chatd.terminal.completion import complete, emoji_names

KNOWN = {
    "names": ["bob", "Barbara", "carol", "room"],
    "rooms": ["tea", "team", "general"],
    "commands": ["/join", "/reply", "/react"],
    "emoji": [("tea", "🍵"), ("teapot", "🫖"), ("+1", "👍")],
}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("hi @b", ["@bob ", "@Barbara "]),
        ("@", ["@bob ", "@Barbara ", "@carol ", "@room "]),
        ("bo", ["bob: "]),
        ("ask bo", ["bob "]),
        ("see #te", ["#tea ", "#team "]),
        ("/re", ["/reply ", "/react "]),
        ("a :tea", ["🍵 ", "🫖 "]),
        (":+1", ["👍 "]),
    ],
)
def test_words_are_completed_by_what_they_begin_with(text, options):
    found = complete(text, len(text), **KNOWN)
    assert found is not None and list(found.options) == options
    assert found.text.endswith(options[0]) and found.cursor == len(found.text)


@pytest.mark.parametrize("text", ["", "x ", "mail@b", "hi @zz", "a :t", "say /re"])
def test_where_nothing_fits_nothing_happens(text):
    assert complete(text, len(text), **KNOWN) is None


def test_tab_goes_round_and_what_follows_the_cursor_stays():
    found = complete("hi @b and more", 5, **KNOWN)
    assert found.text == "hi @bob and more"
    found.next()
    assert (found.text, found.cursor) == ("hi @Barbara and more", 12)
    found.next()
    assert found.text == "hi @bob and more"
    found.next(-1)
    assert found.text == "hi @Barbara and more"


def test_emoji_have_their_usual_names():
    names = dict(reversed(emoji_names()))
    assert names["teapot"] == "🫖" and names["+1"] == "👍"
