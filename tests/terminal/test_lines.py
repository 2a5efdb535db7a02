"""What happened, on one line."""

import pytest

from chatd.terminal import lines
from chatd.terminal.lines import Style
from tests.terminal.telling import event, message, state

PLAIN = Style()


def said(frame):
    """Without the time in front."""
    return lines.event(frame, PLAIN).split(" ", 1)[1]


@pytest.mark.parametrize(
    ("frame", "line"),
    [
        (message(1, "hi"), "bob: hi"),
        (message(1, "two\nlines"), "bob: two ⏎ lines"),
        (message(1, "hi", reply_to=7), "bob: (to #7) hi"),
        (message(1, "hi", edited=5), "bob: hi (edited)"),
        (message(1, "hi", forwarded={"name": "carol"}), "bob: (said by carol) hi"),
        (message(1, "", files=[{"name": "a.png", "size": 24_100}]), "bob: [a.png, 24 kB]"),
        (
            message(1, "see", files=[{"name": "\x1b[2J", "size": 1}, {"name": "b", "size": 0}]),
            "bob: see [[2J, 1 byte] [b, 0 bytes]",
        ),
        (message(1, "", deleted=5), "* bob's message was deleted"),
        (event("edited", 2, target=1, text="new"), "* bob changed #1: new"),
        (event("edited", 2, target=1, deleted=3), "* bob changed #1, which is deleted now"),
        (event("deleted", 2, target=1), "* bob deleted #1"),
        (
            event("reacted", 2, target=1, emoji="👍", on=True, count=1),
            "* bob reacted with 👍 on #1",
        ),
        (event("reacted", 2, target=1, emoji="👍", on=False, count=0), "* bob took back 👍 on #1"),
        (event("pinned", 2, target=1, on=True), "* bob pinned #1"),
        (event("room_changed", 1, title="Tea"), "* bob made the room"),
        (
            event("room_changed", 2, title="Tea", topic=""),
            "* bob named the room Tea, took the topic away",
        ),
        (event("room_changed", 2, archived=True), "* bob archived the room"),
        (
            event("membership", 2, user="u3", user_name="carol", change="added", role="member"),
            "* carol was added by bob",
        ),
        (event("membership", 2, user="u2", user_name="bob", change="left"), "* bob left"),
        (
            event("membership", 2, user="u3", user_name="carol", change="role", role="owner"),
            "* carol is now owner by bob",
        ),
        (event("something_new", 2), "* bob: something_new"),
    ],
)
def test_events_are_sentences(frame, line):
    assert said(frame) == line


def test_no_line_holds_what_a_terminal_obeys():
    evil = "\x1b[2J\x07\u202e\r"
    frames = [
        message(1, evil, name=evil),
        event("room_changed", 2, title=evil, topic=evil, slug=evil, posting=evil),
        event("membership", 2, user="u3", user_name=evil, change=evil, role=evil),
        event("reacted", 2, target=1, emoji=evil, on=True, count=1),
        event(evil, 2),
    ]
    for frame in frames:
        for line in (lines.event(frame, PLAIN, room="#x"), lines.page(frame, PLAIN)):
            assert not set(line) & set("\x1b\x07\u202e\r"), line
    assert lines.room_label(state(slug=None, name=evil)) == "[2J "


def test_colours_are_only_there_where_they_are_wanted():
    assert "\x1b" not in lines.event(message(1), PLAIN)
    assert "\x1b[1;3" in lines.event(message(1), Style(colour=True))


def test_a_page_shows_further_lines_under_the_first():
    first, second = lines.page(message(12, "one\ntwo"), PLAIN).split("\n")
    assert second.endswith("two") and first.index("bob") == second.index("two")
