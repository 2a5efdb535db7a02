"""Rooms that are opened, asked anew after an outage, and closed: what the full screen asks for."""

from types import SimpleNamespace

import pytest
from twisted.internet.defer import Deferred

from chatd.terminal.model import Chat
from chatd.terminal.opening import MOST_OPEN, Opening
from chatd.terminal.view import View
from tests.terminal.telling import message, state


class Stage:
    """An app without a screen, and a server that answers when the test says so."""

    def __init__(self) -> None:
        self.chat = Chat()
        self.chat.welcome({"user": "u1", "name": "alice"})
        self.chat.set_rooms([state(f"r{number}") for number in range(1, MOST_OPEN + 3)])
        self.view = View()
        self.asked: list[tuple[str, Deferred]] = []
        self.closed: list[str] = []
        client = SimpleNamespace(open=self._open, close=self._close)
        self.link = SimpleNamespace(client=client, read=self._read)
        self.marks = SimpleNamespace(arrived=lambda: None)
        self.opening = Opening(self)

    def do(self, work) -> None:
        Deferred.fromCoroutine(work)

    def changed(self) -> None:
        pass

    async def _open(self, room, limit):
        answer: Deferred = Deferred()
        self.asked.append((room, answer))
        return await answer

    async def _close(self, room):
        self.closed.append(room)

    async def _read(self, type_, **fields):
        assert type_ == "members"
        return {"members": [{"user": "u1", "name": "alice"}, {"user": "u2", "name": "bob"}]}

    # ---- what the test plays --------------------------------------------------------------------

    def show(self, room):
        self.view.room = room
        self.opening.show(self.chat.rooms[room])

    def answer(self, *messages, here=(), marks=(), **more):
        """To the first that waits."""
        room, answer = self.asked.pop(0)
        told = {"room": state(room, seq=len(messages)), "messages": list(messages)}
        marks = [{"user": user, "delivered": seq, "read": seq} for user, seq in marks]
        answer.callback({**told, "here": dict.fromkeys(here, "online"), "marks": marks, **more})


@pytest.fixture
def stage():
    made = Stage()
    made.show("r1")
    made.answer(message(1), message(2), here=["u1", "u2"], marks=[("u2", 1)])
    return made


def test_after_an_outage_the_room_in_view_is_asked_who_is_there_and_how_far_they_read(stage):
    room = stage.chat.rooms["r1"]
    assert stage.chat.presence == {"u1": "online", "u2": "online"}
    stage.chat.offline()
    assert stage.chat.presence == {}
    stage.chat.event(message(3, who="u1"), looking=True)
    stage.opening.refresh(room)
    stage.answer(message(2), message(3, who="u1"), here=["u1"], marks=[("u2", 3)], more_before=True)
    assert stage.chat.presence == {"u1": "online"}
    assert stage.chat.progress(room, 3) == ("seen", 1)
    assert [item["seq"] for item in room.timeline] == [1, 2, 3]
    assert not room.timeline.more_before, "all of it is known"


def test_what_is_seen_stays_seen_while_the_connection_is_away(stage):
    room = stage.chat.rooms["r1"]
    stage.chat.offline()
    assert stage.chat.progress(room, 1) == ("seen", 1)


def test_a_room_that_was_open_elsewhere_is_asked_when_it_is_shown_and_once(stage):
    stage.show("r2")
    stage.answer()
    stage.chat.offline()
    for _ in range(2):
        stage.show("r1")
    assert [room for room, _ in stage.asked] == ["r1"]
    stage.answer(message(2))
    stage.show("r1")
    assert stage.asked == []


def test_a_log_that_was_replaced_is_read_anew_whatever_was_asked_before(stage):
    room = stage.chat.rooms["r1"]
    stage.chat.offline()
    stage.opening.refresh(room)
    stage.opening.lost(["r1"])
    stage.answer(message(1, "of the new log"))
    stage.answer(message(1, "of the new log"))
    assert [item["text"] for item in room.timeline] == ["of the new log"]


def test_whoever_was_seen_in_a_closed_room_alone_is_known_of_no_more(stage):
    for number in range(2, MOST_OPEN + 1):
        stage.show(f"r{number}")
        stage.answer(here=["u1"])
    assert stage.chat.presence == {"u1": "online", "u2": "online"}
    stage.show(f"r{MOST_OPEN + 1}")
    stage.answer(here=["u1"])
    assert (stage.closed, stage.chat.presence) == (["r1"], {"u1": "online"})


def test_whoever_comes_and_goes_while_a_room_is_open_shows_as_told(stage):
    stage.show("r2")
    stage.answer(here=["u1"])
    stage.chat.signal({"type": "presence", "user": "u2", "state": "away"})
    assert stage.chat.presence["u2"] == "away"
    stage.chat.closed(stage.chat.rooms["r1"])
    assert stage.chat.presence["u2"] == "away", "a member of the other room, too"
    stage.chat.signal({"type": "presence", "user": "u2", "state": "offline"})
    assert stage.chat.presence["u2"] == "offline"
