"""What the full screen knows: rooms, who is in them, what was said, who has seen it.

Pure: frames and the time of day go in; the pictures are drawn from what is here.
"""

from collections.abc import Sequence
from typing import Any

from chatd.terminal.editor import Editor
from chatd.terminal.timeline import Timeline

Frame = dict[str, Any]


#: One's own settings of a room, as `room_set` tells them.
OWN_SETTINGS = ("notify", "muted_until", "favourite", "place", "unread_from")


class Room:
    """A room that one is in. ``state`` is the wire's RoomState, kept up to date."""

    def __init__(self, state: Frame) -> None:
        self.state = state
        self.timeline = Timeline()
        self.opened = False
        #: whether `marks` and `here` come from this connection
        self.is_current = False
        #: by user id, how far they got: (delivered, read)
        self.marks: dict[str, tuple[int, int]] = {}
        #: by user id, how they show; as long as the room is open and the connection lasts
        self.here: dict[str, str] = {}
        self.members: list[Frame] | None = None
        self.typing: list[str] = []
        self.typing_count = 0
        self.editor = Editor()
        #: the line "new" stands after this seq; None for no line
        self.unread_after: int | None = None

    @property
    def id(self) -> str:
        return str(self.state["room"])

    @property
    def is_direct(self) -> bool:
        return self.state["kind"] == "direct"

    @property
    def unread(self) -> int:
        return int(self.state.get("unread", 0))

    @property
    def mentions(self) -> int:
        return int(self.state.get("mentions", 0))

    def has(self, user: str) -> bool:
        """Whether somebody is known to be in it."""
        return (
            user in self.here
            or user in self.marks
            or user == self.state.get("other")
            or any(one["user"] == user for one in self.members or ())
        )

    def is_muted(self, now: int) -> bool:
        until = self.state.get("muted_until")
        return self.state.get("notify") == "none" or (
            until is not None and (until == 0 or until > now)
        )

    def rings(self, mentioned: bool, now: int) -> bool:
        """Whether a message that comes now should be announced."""
        level = self.state.get("notify") or ("all" if self.is_direct else "mentions")
        return not self.is_muted(now) and (level == "all" or (level == "mentions" and mentioned))


class Chat:
    def __init__(self) -> None:
        self.me = ""
        self.name = ""
        self.rooms: dict[str, Room] = {}
        #: how people show, as far as the open rooms tell
        self.presence: dict[str, str] = {}
        self.features: frozenset[str] = frozenset()
        #: what people say they are up to, by user id
        self.statuses: dict[str, Frame] = {}
        #: rooms one is invited into, by id
        self.invitations: dict[str, Frame] = {}

    # ---- lists ----------------------------------------------------------------------------------

    def welcome(self, frame: Frame) -> None:
        self.me, self.name = frame["user"], frame["name"]
        self.features = frozenset(frame.get("features", ()))

    def set_rooms(self, states: Sequence[Frame]) -> None:
        """All of one's rooms, as they are now."""
        for state in states:
            self.set_room(state)
        there = {state["room"] for state in states}
        for gone in [room for room in self.rooms if room not in there]:
            del self.rooms[gone]
        self._who_is_here()

    def set_room(self, state: Frame) -> Room:
        room = self.rooms.get(state["room"])
        if room is None:
            room = self.rooms[state["room"]] = Room(state)
        else:
            room.state = state
        return room

    def opened(self, reply: Frame) -> Room:
        """A room is heard from now on; what was known of it no longer counts."""
        room = self._told(reply)
        room.timeline.latest(reply)
        room.unread_after = room.state.get("read", 0) if room.unread else None
        return room

    def opened_again(self, reply: Frame) -> Room:
        """A room that was heard all along, as it is now."""
        room = self._told(reply)
        room.timeline.newest(reply)
        return room

    def _told(self, reply: Frame) -> Room:
        room = self.set_room(reply["room"])
        room.opened = room.is_current = True
        room.marks = {
            mark["user"]: (mark.get("delivered", 0), mark.get("read", 0))
            for mark in reply.get("marks", ())
        }
        room.here = dict(reply.get("here", {}))
        self._who_is_here()
        return room

    def closed(self, room: Room) -> None:
        """A room is no longer heard."""
        room.opened = room.is_current = False
        room.here = {}
        self._who_is_here()

    def offline(self) -> None:
        """The connection is gone: who is here and who types is not known. How far others got stays;
        they may have got further."""
        for room in self.rooms.values():
            room.is_current = False
            room.here, room.typing, room.typing_count = {}, [], 0
        self.presence = {}

    def _who_is_here(self) -> None:
        self.presence = {}
        for room in self.rooms.values():
            self.presence |= room.here

    # ---- events ---------------------------------------------------------------------------------

    def event(self, frame: Frame, looking: bool) -> None:
        """An event of an open room. ``looking``: its end is on the screen in front of somebody."""
        room = self.rooms.get(frame["room"])
        if room is None:
            return
        state = room.state
        state["seq"] = max(state.get("seq", 0), frame["seq"])
        room.timeline.event(frame, self.me)
        kind = frame["type"]
        if kind == "message":
            self._message(room, frame, looking)
        elif kind == "room_changed":
            for name, there in (("name", "title"), ("slug", "slug"), ("topic", "topic")):
                if there in frame:
                    state[name] = frame[there]
            for name in ("archived", "slow", "posting", "avatar"):
                if name in frame:
                    state[name] = frame[name]
        elif kind == "membership":
            self._membership(room, frame)

    def _message(self, room: Room, frame: Frame, looking: bool) -> None:
        state, author = room.state, frame["from"]
        state["number"] = max(state.get("number", 0), frame["number"])
        # Saying something moves the author's own marks there; no signal tells of it.
        room.marks[author] = (frame["seq"], frame["seq"])
        room.typing = [name for name in room.typing if name != frame["name"]]
        if author == self.me:
            state.update(read=frame["seq"], unread=0, mentions=0)
            room.unread_after = None
            return
        if not looking and not room.unread and room.unread_after is None:
            room.unread_after = frame["seq"] - 1
        state["unread"] = room.unread + 1
        if self.mentions_me(frame):
            state["mentions"] = room.mentions + 1

    def mentions_me(self, frame: Frame) -> bool:
        mentions = frame.get("mentions", ())
        return self.me in mentions or "*" in mentions

    def _membership(self, room: Room, frame: Frame) -> None:
        change, user = frame["change"], frame["user"]
        if change in ("joined", "added"):
            room.state["members"] = room.state.get("members", 0) + 1
        elif change in ("left", "kicked", "banned"):
            room.state["members"] = max(room.state.get("members", 1) - 1, 0)
        if room.members is not None:
            room.members = [one for one in room.members if one["user"] != user]
            if change in ("joined", "added", "role"):
                role = frame.get("role", "member")
                name = frame.get("user_name", "")
                room.members.append({"user": user, "name": name, "role": role})
                room.members.sort(key=lambda one: one["name"])

    # ---- signals --------------------------------------------------------------------------------

    def signal(self, frame: Frame) -> None:
        room = self.rooms.get(frame.get("room", ""))
        match frame["type"]:
            case "presence":
                self._shows(frame["user"], frame["state"])
            case "activity" if room is not None:
                news = frame["number"] - room.state.get("number", 0)
                room.state.update(seq=frame["seq"], number=frame["number"])
                room.state["unread"] = room.unread + max(news, 0)
            case "mentioned" if room is not None:
                room.state["mentions"] = room.mentions + 1
            case "typing" if room is not None:
                others = [one["name"] for one in frame["users"] if one["user"] != self.me]
                room.typing = others
                room.typing_count = frame["count"] - (len(frame["users"]) - len(others))
            case "marks" if room is not None:
                for mark in frame["marks"]:
                    room.marks[mark["user"]] = (mark["delivered"], mark["read"])
            case "marked" if room is not None:
                self.read(room, frame["read"])
            case "room_set" if room is not None:
                for name in OWN_SETTINGS:
                    room.state.pop(name, None)
                    if name in frame:
                        room.state[name] = frame[name]
            case "rooms_ordered":
                places = {one: place for place, one in enumerate(frame["rooms"])}
                for one in self.rooms.values():
                    one.state["place"] = places.get(one.id)
            case "person_changed":
                self.statuses[frame["user"]] = frame.get("status") or {}
            case "invited":
                there = frame["invitation"]
                self.invitations[there["room"]] = there
            case "uninvited":
                self.invitations.pop(frame["room"], None)
            case "room_removed":
                self.rooms.pop(frame["room"], None)
                self._who_is_here()

    def _shows(self, user: str, state: str) -> None:
        for room in self.rooms.values():
            if room.opened and room.has(user):
                room.here[user] = state
        self.presence[user] = state

    def read(self, room: Room, seq: int) -> None:
        """One's own mark is here now, set by this screen or by another device."""
        if seq <= room.state.get("read", 0):
            return
        room.state["read"] = seq
        room.state.pop("unread_from", None)
        if seq >= room.state.get("seq", 0):
            room.state.update(unread=0, mentions=0)
        elif room.opened:
            new = [
                message
                for message in room.timeline.messages()
                if message["seq"] > seq and message["from"] != self.me
            ]
            room.state["unread"] = min(room.unread, len(new))
            room.state["mentions"] = min(room.mentions, sum(map(self.mentions_me, new)))

    # ---- answers --------------------------------------------------------------------------------

    def progress(self, room: Room, seq: int) -> tuple[str, int]:
        """How far one's own message got: stored, delivered or seen, and by how many."""
        others = [mark for user, mark in room.marks.items() if user != self.me]
        seen = sum(read >= seq for _, read in others)
        if seen:
            return "seen", seen
        delivered = sum(delivered >= seq for delivered, _ in others)
        return ("delivered", delivered) if delivered else ("stored", 0)

    def status(self, user: str, now: int) -> str:
        """What somebody is up to, on one line; "" if nothing is known, or it is over."""
        known = self.statuses.get(user, {})
        until = known.get("until")
        if until is not None and until <= now:
            return ""
        return f"{known.get('emoji', '')} {known.get('text', '')}".strip()

    def in_order(self, now: int) -> list[tuple[str, list[Room]]]:
        """The rooms under their headings: favourites, rooms, people; archived ones are left out if
        nothing in them is unread."""
        shown = [
            room for room in self.rooms.values() if not room.state.get("archived") or room.unread
        ]
        favourites = [room for room in shown if room.state.get("favourite")]
        rest = [room for room in shown if not room.state.get("favourite")]
        return [
            (heading, sorted(rooms, key=_rank))
            for heading, rooms in (
                ("Favourites", favourites),
                ("Rooms", [room for room in rest if not room.is_direct]),
                ("People", [room for room in rest if room.is_direct]),
            )
            if rooms
        ]


def _rank(room: Room) -> tuple[int, str, str]:
    place = room.state.get("place")
    name = str(room.state.get("slug") or room.state.get("name", ""))
    return (place if place is not None else 1 << 30, name.casefold(), room.id)
