"""`chatctl trace`: why somebody did or did not get a message; what is recorded, and what is not."""

import re
from typing import Any, Final, Protocol

from chatd.core.codes import Code
from chatd.core.names import user_name
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock, Store
from chatd.engine.traces import Traced, TracedPerson
from chatd.hooks.push.watch import PUSH
from chatd.hooks.webhook import AWAY, MESSAGES

#: What no part of the daemon records, said with each answer.
NOT_RECORDED: Final = (
    "which connections were open, and which had the room open, when it was said",
    "which frames reached a connection, other than by the marks its client sends",
    "how notifications were set, and the room muted, when it was said: these are as of now",
    "which pushes were delivered: the push service takes them, and the device tells nobody",
)
#: A message's address on the page, or a room by id or #name and a number.
_MESSAGE: Final = re.compile(r"(?:.*/)?#/room/([^/]+)/(\d{1,15})/?|(#?[^/#]+)/(\d{1,15})")


class Watching(Protocol):
    def connections(self, user: str) -> list[dict[str, Any]]: ...


class Desk(Protocol):
    """The part of the office that this needs."""

    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def watch(self) -> Watching | None: ...


async def trace(office: Desk, message: str, user: str | None = None) -> dict[str, Any]:
    """The message's way; with ``user``, a name, that person's share in it and a verdict."""
    room, seq = await _which(office, message)
    traced = await office.store.traced(room, seq)
    if traced is None:
        raise Refusal(Code.NOT_FOUND, f"There is no message {seq} in this room.")
    told: dict[str, Any] = {"message": _message(traced)}
    if user is not None:
        row = await office.store.user_by_name(user_name(user, privileged=True))
        if row is None:
            raise Refusal(Code.NOT_FOUND, f"There is no account {user}.")
        person = await office.store.traced_person(room, seq, row.id)
        live = None if office.watch is None else office.watch.connections(row.id)
        told["person"] = _person(person, traced, live, office.clock.wall())
        told["verdict"] = verdict(person, traced, live)
    told["not_recorded"] = list(NOT_RECORDED)
    return told


async def _which(office: Desk, message: str) -> tuple[str, int]:
    found = _MESSAGE.fullmatch(message.strip())
    if found is None:
        raise Refusal(
            Code.BAD_FIELD,
            "Name the message by its link, or by its room and seq: r7h3n5d0qzw2/12 or #tea/12.",
        )
    room, seq = found[1] or found[3], int(found[2] or found[4])
    if room.startswith("#"):
        room = await office.store.by_slug(room[1:])
    return room, seq


def _message(traced: Traced) -> dict[str, Any]:
    return {
        "room": traced.room,
        "room_name": traced.room_name,
        "seq": traced.seq,
        "position": traced.position,
        "committed_at": traced.at,
        "author": traced.author_name,
        "state": "deleted" if traced.deleted else "edited" if traced.edited else "as it was said",
        "members_then": traced.members,
        "delivered_to": traced.delivered,
        "read_by": traced.read,
        "webhook": _followed(traced, MESSAGES),
        "webhook_away": _followed(traced, AWAY),
        "push": _followed(traced, PUSH),
    }


def _followed(traced: Traced, name: str) -> str:
    position = traced.followers.get(name)
    if position is None:
        return "off"
    if position >= traced.position:
        return "has passed it"
    return f"has not come to it yet ({traced.position - position} behind)"


def _person(
    person: TracedPerson, traced: Traced, live: list[dict[str, Any]] | None, now: int
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "user": person.user,
        "name": person.name,
        "member_then": was_member(person, traced.seq),
        "member_now": any(until is None for _, until in person.stays),
        "delivered": person.delivered >= traced.seq,
        "read": person.read >= traced.seq,
        "read_at": person.read_at if person.read == traced.seq and person.read_at else None,
        "delivered_up_to": person.delivered,
        "read_up_to": person.read,
        "marked_at": person.marked_at or None,
        "notified": notified(person, traced, now),
        "browsers_pushed_to": person.subscriptions,
        "pushes_waiting": len(person.pushes),
        "seen": person.seen,
    }
    if live is not None:
        told["connections_now"] = [
            {
                "connection": each["connection"],
                "address": each["address"],
                "room_open": traced.room in each["open_rooms"],
            }
            for each in live
        ]
    return told


def was_member(person: TracedPerson, seq: int) -> bool:
    return any(first <= seq and (last is None or last >= seq) for first, last in person.stays)


def notified(person: TracedPerson, traced: Traced, now: int) -> str:
    """Whether they are notified of it while away, by the level as it is now, and if not, why."""
    level = person.notify or ("all" if traced.room_kind == "direct" else "mentions")
    chosen = "as they chose" if person.notify else f"as {traced.room_kind} rooms have it"
    muted = person.muted_until
    if person.user == traced.author:
        return "no: it is their own"
    if person.disabled or person.kind == "bot":
        return "no: the account is " + ("disabled" if person.disabled else "a program's")
    if person.blocked_at is not None:
        return "no: one of them has blocked the other"
    if muted is not None and (muted == 0 or muted > now):
        return "no: they muted the room"
    if level == "all" or (level == "mentions" and person.mentioned):
        return f"yes: level {level}, {chosen}" + (", and it mentions them" * person.mentioned)
    return f"no: level {level}, {chosen}" + ("" if level == "none" else ", and it mentions others")


def verdict(person: TracedPerson, traced: Traced, live: list[dict[str, Any]] | None) -> str:
    """One sentence, as far as the marks and memberships support it."""
    name = person.name
    if person.user == traced.author:
        return f"{name} wrote it."
    if person.read >= traced.seq:
        return (
            f"{name} got it: their read mark is past it, since a client of theirs told so or they"
            " wrote something later."
        )
    if person.delivered >= traced.seq:
        return f"{name} got it, and has not read it: a client of theirs told that it arrived."
    if not was_member(person, traced.seq):
        later = [first for first, _ in person.stays if first > traced.seq]
        when = f"came in later, with seq {later[0]}" if later else "was not in the room"
        return f"{name} did not get it when it was said: {when}."
    if not any(last is None for _, last in person.stays):
        return f"{name} was in the room, and left before any client of theirs told that it arrived."
    if person.disabled:
        return f"{name} has not got it: the account is disabled."
    if live is None:
        return f"No client of {name} told that it arrived; the daemon does not run."
    if not live:
        return (
            f"No client of {name} told that it arrived, and none is connected; the next one"
            " gets it."
        )
    if any(traced.room in each["open_rooms"] for each in live):
        return (
            f"A connection of {name} has the room open, and told of no arrival so far: its"
            " network or its client is slow, or stuck."
        )
    return (
        f"{name} is connected without having this room open, so nothing of it is sent there;"
        " it counts as unread."
    )
