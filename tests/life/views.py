"""What one person sees of all rooms, asked of the server, compared with the model."""

from __future__ import annotations

from typing import Any

from chatd.client.book import Frame
from tests.life.model import Event, Model, Room
from tests.life.people import Device

PAGE = 500


async def wrong_views(device: Device, model: Model) -> list[str]:
    """In words, every difference: the list of rooms, each room's history, members and pins."""
    user, wrong = device.user, []
    listed: dict[str, Frame] = {room["room"]: room for room in await device.client.rooms()}
    mine = {room.id for room in model.rooms.values() if user in room.roles}
    if set(listed) != mine:
        wrong.append(f"{device.name}: rooms {sorted(set(listed) ^ mine)} differ")
    for room in model.rooms.values():
        there = f"{device.name} in {room.id}"
        if room.id not in mine:
            refusal = await device.do("history", room=room.id)
            due = "forbidden" if room.kind == "public" else "not-found"
            if refusal != due:
                wrong.append(f"{there}: history came {refusal}, due {due}")
        elif room.id in listed:
            wrong += _differences(there, _state(listed[room.id]), _due_state(room, user))
            wrong += await _wrong_history(device, room, there)
            wrong += await _wrong_members(device, room, there)
            wrong += await _wrong_pins(device, room, there)
    return wrong


async def _wrong_history(device: Device, room: Room, there: str) -> list[str]:
    found: list[Frame] = []
    more = True
    while more:
        before = {"before": found[0]["seq"]} if found else {}
        page = await device.do("history", room=room.id, limit=PAGE, **before)
        assert not isinstance(page, str), page
        found = page["messages"] + found
        more = page.get("more_before", False)
    due = [event for event in room.visible(device.user) if event.kind == "message"]
    if [message["seq"] for message in found] != [event.seq for event in due]:
        return [f"{there}: {len(found)} messages, due {len(due)}"]
    wrong = []
    for message, event in zip(found, due, strict=True):
        wrong += _differences(f"{there} #{event.seq}", _message(message), _due_message(event))
    return wrong


async def _wrong_members(device: Device, room: Room, there: str) -> list[str]:
    page = await device.do("members", room=room.id)
    assert not isinstance(page, str), page
    found = {member["user"]: member["role"] for member in page["members"]}
    return [] if found == room.roles else [f"{there}: members {found}, due {room.roles}"]


async def _wrong_pins(device: Device, room: Room, there: str) -> list[str]:
    page = await device.do("pins", room=room.id)
    assert not isinstance(page, str), page
    found = [pin["message"]["seq"] for pin in page["pins"]]
    due = [seq for seq in reversed(room.pins) if room.sees(device.user, seq)]
    return [] if found == due else [f"{there}: pins {found}, due {due}"]


def _state(room: Frame) -> dict[str, Any]:
    return {
        "role": room.get("role"),
        "seq": room["seq"],
        "number": room["number"],
        "unread": room.get("unread", 0),
        "mentions": room.get("mentions", 0),
        "read": room.get("read", 0),
        "members": room["members"],
        "archived": room.get("archived", False),
        "posting": room.get("posting", "member"),
        "topic": room.get("topic", ""),
    }


def _due_state(room: Room, user: str) -> dict[str, Any]:
    return {
        "role": room.roles[user],
        "seq": room.head,
        "number": room.messages,
        "unread": room.unread(user),
        "mentions": room.mentioned(user),
        "read": room.marks.get(user, (0, 0))[1],
        "members": len(room.roles),
        "archived": room.archived,
        "posting": room.posting,
        "topic": room.topic,
    }


def _message(message: Frame) -> dict[str, Any]:
    return {
        "number": message["number"],
        "from": message["from"],
        "text": message.get("text", ""),
        "edited": "edited" in message,
        "deleted": "deleted" in message,
        "reply_to": message.get("reply_to"),
        "mentions": frozenset(message.get("mentions", ())),
        "reactions": {
            each["emoji"]: (each["count"], each["users"][:10])
            for each in message.get("reactions", ())
        },
    }


def _due_message(event: Event) -> dict[str, Any]:
    return {
        "number": event.number,
        "from": event.author,
        "text": event.text,
        "edited": event.edited and not event.deleted,
        "deleted": event.deleted,
        "reply_to": event.reply_to,
        "mentions": event.mentions,
        "reactions": {emoji: (len(users), users[:10]) for emoji, users in event.reactions.items()},
    }


def _differences(where: str, found: dict[str, Any], due: dict[str, Any]) -> list[str]:
    return [
        f"{where}: {name} is {found[name]!r}, due {due[name]!r}"
        for name in due
        if found[name] != due[name]
    ]
