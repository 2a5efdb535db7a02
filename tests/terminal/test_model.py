"""Rooms, unread counts, marks, settings: what frames make of them."""

import pytest

from chatd.terminal.model import Chat
from tests.terminal.telling import AT, event, message, state


@pytest.fixture
def chat():
    made = Chat()
    made.welcome({"user": "u1", "name": "alice", "features": ["search"]})
    made.set_rooms([state(), state("r2", name="General", slug="general")])
    made.opened({"room": state(seq=2, number=2), "messages": [message(1), message(2)]})
    return made


def test_what_others_say_is_unread_until_it_is_read(chat):
    room = chat.rooms["r1"]
    chat.event(message(3), looking=False)
    chat.event(message(4, mentions=["u1"]), looking=False)
    assert (room.unread, room.mentions, room.unread_after) == (2, 1, 2)
    chat.read(room, 3)
    assert (room.unread, room.mentions) == (1, 1)
    chat.signal({"type": "marked", "room": "r1", "read": 4, "delivered": 4})
    assert (room.unread, room.mentions) == (0, 0)


def test_who_answers_has_read_what_was_above(chat):
    chat.event(message(3), looking=False)
    chat.event(message(4, who="u1"), looking=False)
    assert (chat.rooms["r1"].unread, chat.rooms["r1"].unread_after) == (0, None)


def test_rooms_that_are_not_open_are_counted_by_signals(chat):
    chat.signal({"type": "activity", "room": "r2", "seq": 5, "number": 3})
    chat.signal({"type": "mentioned", "room": "r2", "seq": 5, "number": 3, "from": "u2"})
    assert (chat.rooms["r2"].unread, chat.rooms["r2"].mentions) == (3, 1)


def test_marks_tell_how_far_ones_own_message_got(chat):
    room = chat.rooms["r1"]
    chat.event(message(3, who="u1"), looking=True)
    assert chat.progress(room, 3) == ("stored", 0)
    marks = [{"user": "u2", "delivered": 3, "read": 0}]
    chat.signal({"type": "marks", "room": "r1", "marks": marks})
    assert chat.progress(room, 3) == ("delivered", 1)
    marks = [{"user": "u2", "delivered": 3, "read": 3}]
    chat.signal({"type": "marks", "room": "r1", "marks": marks})
    assert chat.progress(room, 3) == ("seen", 1)
    chat.event(message(4, who="u3"), looking=True)
    assert chat.progress(room, 3) == ("seen", 2), "who answers has read it"


def test_rooms_stand_under_their_headings_in_ones_own_order(chat):
    chat.set_rooms(
        [
            state(),
            state("r2", slug="general"),
            state("r3", slug="zoo", place=0),
            state("r4", kind="direct", slug=None, name="bob", other="u2"),
            state("r5", slug="old", archived=True),
            state("r6", slug="best", favourite=True),
        ]
    )
    found = [(heading, [room.id for room in rooms]) for heading, rooms in chat.in_order(AT)]
    assert found == [
        ("Favourites", ["r6"]),
        ("Rooms", ["r3", "r2", "r1"]),
        ("People", ["r4"]),
    ]


def test_settings_that_are_not_told_are_not_set(chat):
    chat.signal({"type": "room_set", "room": "r1", "favourite": True, "muted_until": 0})
    room = chat.rooms["r1"]
    assert room.state["favourite"] and room.is_muted(AT)
    chat.signal({"type": "room_set", "room": "r1", "notify": "all"})
    assert "favourite" not in room.state and not room.is_muted(AT)
    chat.signal({"type": "rooms_ordered", "rooms": ["r2"]})
    assert (chat.rooms["r2"].state["place"], room.state["place"]) == (0, None)


@pytest.mark.parametrize(
    ("settings", "mentioned", "rings"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"notify": "all"}, False, True),
        ({"notify": "none"}, True, False),
        ({"notify": "all", "muted_until": 0}, True, False),
        ({"notify": "all", "muted_until": AT + 1}, True, False),
        ({"notify": "all", "muted_until": AT}, True, True),
        ({"kind": "direct"}, False, True),
    ],
)
def test_the_bell_rings_for_what_one_wants_to_be_told_of(chat, settings, mentioned, rings):
    room = chat.set_room(state(**settings))
    assert room.rings(mentioned, AT) is rings


def test_members_come_and_go(chat):
    room = chat.rooms["r1"]
    room.members = [{"user": "u1", "name": "alice", "role": "owner"}]
    joined = {"user": "u3", "user_name": "carol", "change": "joined", "role": "member"}
    chat.event(event("membership", 3, who="u3", **joined), looking=True)
    assert [one["name"] for one in room.members] == ["alice", "carol"]
    assert room.state["members"] == 4
    chat.event(event("membership", 4, who="u1", **{**joined, "change": "kicked"}), looking=True)
    assert [one["name"] for one in room.members] == ["alice"] and room.state["members"] == 3


def test_a_status_is_over_when_it_is_over(chat):
    status = {"emoji": "🍵", "text": "At the kettle", "until": AT + 10}
    chat.signal({"type": "person_changed", "user": "u2", "name": "bob", "status": status})
    assert chat.status("u2", AT) == "🍵 At the kettle"
    assert chat.status("u2", AT + 10) == ""


def test_typing_leaves_oneself_out(chat):
    users = [{"user": "u1", "name": "alice"}, {"user": "u2", "name": "bob"}]
    chat.signal({"type": "typing", "room": "r1", "users": users, "count": 5})
    room = chat.rooms["r1"]
    assert (room.typing, room.typing_count) == (["bob"], 4)
