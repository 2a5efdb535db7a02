"""The calls that stand for commands of the wire: rooms, members, messages, marks, people."""

from typing import Final

from chatd.edge.api.calls import Call
from chatd.features.direct import Direct
from chatd.features.history import GetHistory
from chatd.features.members import AddMember, Join, Kick, Leave, ListMembers, SetRole
from chatd.features.messages import Delete, Edit, Send
from chatd.features.people import GetPerson
from chatd.features.push import GetPush, SubscribePush, UnsubscribePush
from chatd.features.receipts import SetMark
from chatd.features.rooms import (
    ChangeRoomCommand,
    CreateRoomCommand,
    GetRoom,
    ListPublicRooms,
    ListRooms,
)

ROOM: Final = "/rooms/{room}"
MESSAGE: Final = f"{ROOM}/messages/{{seq}}"
MEMBER: Final = f"{ROOM}/members/{{user}}"

CALLS: Final = (
    Call("GET", "/rooms", ListRooms, "One's own rooms", "rooms:read"),
    Call(
        "POST",
        "/rooms",
        CreateRoomCommand,
        "Make a room",
        "rooms:write",
        status=201,
        location=ROOM,
    ),
    Call("GET", "/public-rooms", ListPublicRooms, "Public rooms", "rooms:read"),
    Call("GET", ROOM, GetRoom, "One room", "rooms:read"),
    Call("PATCH", ROOM, ChangeRoomCommand, "Change a room", "rooms:write"),
    Call("POST", f"{ROOM}/join", Join, "Join a public room", "rooms:write"),
    Call("POST", f"{ROOM}/leave", Leave, "Leave a room", "rooms:write"),
    Call("GET", f"{ROOM}/members", ListMembers, "Members of a room", "rooms:read"),
    Call("POST", f"{ROOM}/members", AddMember, "Add a member", "rooms:write", status=201),
    Call("PATCH", MEMBER, SetRole, "Change a member's role", "rooms:write"),
    Call("DELETE", MEMBER, Kick, "Remove a member", "rooms:write"),
    Call("GET", f"{ROOM}/messages", GetHistory, "A page of messages", "messages:read"),
    Call(
        "POST",
        f"{ROOM}/messages",
        Send,
        "Post a message",
        "messages:write",
        status=201,
        location=MESSAGE,
    ),
    Call("PATCH", MESSAGE, Edit, "Edit a message", "messages:write"),
    Call("DELETE", MESSAGE, Delete, "Delete a message", "messages:write"),
    Call("PUT", f"{ROOM}/mark", SetMark, "Mark messages as read", "messages:write"),
    Call("POST", "/direct", Direct, "The conversation with somebody", "rooms:write", location=ROOM),
    Call("GET", "/people/{user}", GetPerson, "Who somebody is", "rooms:read"),
    Call("GET", "/push", GetPush, "Web Push for this session", "chat"),
    Call("PUT", "/push", SubscribePush, "Push to this session's browser", "chat"),
    Call("DELETE", "/push", UnsubscribePush, "Push to it no more", "chat"),
)
