"""The full screen's heart, without a screen and without a server."""

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chatd.client.errors import NotWelcome
from chatd.terminal.app import KEPT, App
from chatd.terminal.look import UNICODE
from chatd.terminal.profiles import Profile
from chatd.terminal.timeline import Pending
from chatd.terminal.words import SIGNED_OUT
from tests.terminal.telling import message, state


@pytest.fixture
def app():
    made = App(
        Clock(),
        Profile("alice@host", "https://host", "alice", token="chatd_t_x"),
        UNICODE,
        redraw=lambda: None,
        ring=lambda: None,
        quit=lambda why: None,
    )
    made.chat.welcome({"user": "u1", "name": "alice"})
    made.chat.opened({"room": state(), "messages": []})
    made.view.room = "r1"
    return made


def hear(app, first, last):
    for seq in range(first, last + 1):
        app._event(message(seq))


@pytest.mark.parametrize("room", ["r1", None])
def test_a_terminal_that_is_open_for_weeks_keeps_no_week_of_what_others_say(app, room):
    app.view.room = room
    timeline = app.chat.rooms["r1"].timeline
    hear(app, 1, 2 * KEPT)
    assert len(timeline) == 2 * KEPT
    hear(app, 2 * KEPT + 1, 2 * KEPT + 1)
    assert (len(timeline), timeline.first, timeline.more_before) == (KEPT, KEPT + 2, True)


def test_what_somebody_looks_at_further_up_stays(app):
    timeline = app.chat.rooms["r1"].timeline
    app.view.chosen = 1
    hear(app, 1, 2 * KEPT + 1)
    app.view.chosen, app.view.anchor = None, (1, 0)
    hear(app, 2 * KEPT + 2, 2 * KEPT + 2)
    assert timeline.first == 1
    app.view.anchor = None
    hear(app, 2 * KEPT + 3, 2 * KEPT + 3)
    assert len(timeline) == KEPT


def test_without_a_connection_nobody_counts_as_here_or_as_typing(app):
    room = app.chat.opened({"room": state(), "messages": [], "here": {"u2": "online"}})
    typing = {"room": "r1", "users": [{"user": "u2", "name": "bob"}], "count": 1}
    app.chat.signal({"type": "typing", **typing})
    assert (app.chat.presence, room.typing) == ({"u2": "online"}, ["bob"])
    app._state("waiting")
    assert (app.chat.presence, room.typing, room.is_current) == ({}, [], False)


def test_what_is_under_way_at_the_end_can_tidy_up_and_says_nothing(app):
    ends = []

    async def work():
        try:
            await Deferred()
        finally:
            ends.append("tidied up")

    app.do(work())
    Deferred.fromCoroutine(app.end())
    assert (ends, app.view.notice) == (["tidied up"], "")


def test_what_was_not_sent_when_the_session_ended_is_told(app):
    ends = []
    app._quit = ends.append
    app.chat.rooms["r1"].timeline.pending.append(Pending("k1", "while away", 0))
    app.link.client.error = NotWelcome(4501, "signed out")
    app._state("stopped")
    (why,) = ends
    assert why.words.endswith("signs you in again. Not sent to #tea: while away")
    assert why.code == SIGNED_OUT
