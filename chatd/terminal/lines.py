"""What happened in a room as one line of text: for scripts, pipes and eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatd.terminal.files import summary
from chatd.terminal.safe import safe

Frame = Mapping[str, Any]

CHANGES = {
    "joined": "joined",
    "left": "left",
    "added": "was added",
    "kicked": "was removed",
    "banned": "was banned",
    "unbanned": "is no longer banned",
    "role": "is now {role}",
}
#: SGR colours (ECMA-48 §8.3.117) that are readable on dark and on light.
AUTHORS = ("31", "32", "33", "34", "35", "36")


@dataclass(frozen=True, slots=True)
class Style:
    """Colours or none."""

    colour: bool = False

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text

    def author(self, name: str, key: str) -> str:
        if not self.colour:
            return name
        return f"\x1b[1;{AUTHORS[sum(key.encode()) % len(AUTHORS)]}m{name}\x1b[0m"


def clock(at: Any, *, date: bool) -> str:
    moment = datetime.fromtimestamp(at / 1000) if isinstance(at, int | float) else None
    if moment is None:
        return "--:--"
    return moment.strftime("%Y-%m-%d %H:%M" if date else "%H:%M")


def name_of(frame: Frame) -> str:
    return safe(str(frame.get("name") or frame.get("from") or "?"))


def event(frame: Frame, style: Style, *, room: str = "", date: bool = False) -> str:
    """One line, whatever the text holds; ``room`` stands in front if several are followed."""
    head = style.dim(clock(frame.get("at"), date=date)) + " "
    if room:
        head = style.bold(room) + " " + head
    who = style.author(name_of(frame), str(frame.get("from", "")))
    if frame.get("type") == "message" and "deleted" not in frame:
        return f"{head}{who}: {_one_line(words(frame))}"
    return head + style.dim("* ") + happened(frame, who)


def page(frame: Frame, style: Style) -> str:
    """A message for reading: its further lines are indented under the first."""
    head = f"{clock(frame.get('at'), date=True)} #{frame.get('seq', 0):<5} "
    who = style.author(name_of(frame), str(frame.get("from", "")))
    if "deleted" in frame:
        return style.dim(head) + style.dim(f"{name_of(frame)}'s message was deleted")
    text = words(frame).replace("\n", "\n" + " " * len(head))
    return f"{style.dim(head)}{who}: {text}"


def words(frame: Frame) -> str:
    """The text of a message and its files, and in brackets what goes with it."""
    text = safe(summary(frame), lines=True)
    if reply_to := frame.get("reply_to"):
        text = f"(to #{reply_to}) {text}"
    forwarded = frame.get("forwarded")
    if isinstance(forwarded, dict):
        text = f"(said by {safe(str(forwarded.get('name')))}) {text}"
    if "edited" in frame:
        text += " (edited)"
    return text


def happened(frame: Frame, who: str) -> str:
    """Anything but a message, as the end of a sentence that begins with ``who``."""
    kind, target = frame.get("type"), frame.get("target")
    match kind:
        case "message":
            return f"{who}'s message was deleted"
        case "edited" if "deleted" in frame:
            return f"{who} changed #{target}, which is deleted now"
        case "edited":
            return f"{who} changed #{target}: {_one_line(words(frame))}"
        case "deleted":
            return f"{who} deleted #{target}"
        case "membership":
            return membership(frame)
        case "room_changed":
            return f"{who} {room_change(frame)}"
        case "reacted":
            did = "reacted with" if frame.get("on") else "took back"
            return f"{who} {did} {safe(str(frame.get('emoji', '')))} on #{target}"
        case "pinned":
            return f"{who} {'pinned' if frame.get('on') else 'took the pin off'} #{target}"
    return f"{who}: {safe(str(kind))}"


def membership(frame: Frame) -> str:
    whom = safe(str(frame.get("user_name") or frame.get("user") or "?"))
    change = str(frame.get("change", ""))
    text = CHANGES.get(change, safe(change)).format(role=safe(str(frame.get("role", ""))))
    by = frame.get("from") != frame.get("user") and change not in ("joined", "left")
    return f"{whom} {text}" + (f" by {name_of(frame)}" if by else "")


def room_change(frame: Frame) -> str:
    if frame.get("seq") == 1:
        return "made the room"
    said = []
    if "title" in frame:
        said.append(f"named the room {safe(str(frame['title']))}")
    if "slug" in frame:
        said.append(f"gave it the address #{safe(str(frame['slug']))}")
    if "topic" in frame:
        topic = safe(str(frame["topic"]))
        said.append(f"set the topic: {topic}" if topic else "took the topic away")
    if "archived" in frame:
        said.append("archived the room" if frame["archived"] else "opened the room again")
    if "slow" in frame:
        said.append(f"slow mode: {frame['slow']} s" if frame["slow"] else "ended slow mode")
    if "posting" in frame:
        said.append(f"who may write now: {safe(str(frame['posting']))} and above")
    return ", ".join(said) or "changed the room"


def room_label(room: Frame) -> str:
    """What a room is called in a line: #slug, @person, or its name."""
    if room.get("kind") == "direct":
        return "@" + safe(str(room.get("name", "")))
    if room.get("slug"):
        return "#" + safe(str(room["slug"]))
    return safe(str(room.get("name") or room.get("room") or "?"))


def _one_line(text: str) -> str:
    return text.replace("\n", " ⏎ ")
