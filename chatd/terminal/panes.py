"""The panes beside the conversation: rooms, members, the bar above and the bar below. Pure."""

from typing import Any

from chatd.terminal import look
from chatd.terminal.look import Signs
from chatd.terminal.model import Chat, Room
from chatd.terminal.safe import cells
from chatd.terminal.width import Row, Run, clip, columns, fill, fit

#: Rows of a pane, and what a click on each means.
Rows = list[tuple[Row, Any]]


def title_of(room: Room, me: str = "") -> str:
    """What a room is called: with # if it has an address, otherwise by its name alone."""
    if room.is_direct:
        return (
            "Notes to self" if room.state.get("other") == me and me else cells(room.state["name"])
        )
    slug = room.state.get("slug")
    return f"#{cells(slug)}" if slug else cells(str(room.state.get("name", "")))


def rooms_pane(
    chat: Chat, current: str | None, width: int, height: int, now: int, signs: Signs
) -> Rows:
    rows: Rows = []
    at = 0
    for heading, rooms in chat.in_order(now):
        if rows:
            rows.append(((), None))
        rows.append((((None, " "), ("heading", heading)), None))
        for room in rooms:
            if room.id == current:
                at = len(rows)
            rows.append((_room(chat, room, room.id == current, width, now, signs), room.id))
    if not rows:
        rows = [
            (((None, " "), ("dim", "No rooms yet.")), None),
            (((None, " "), ("dim", "/join shows some.")), None),
        ]
    return _scrolled(rows, at, height, width, signs)


def _room(chat: Chat, room: Room, is_here: bool, width: int, now: int, signs: Signs) -> Row:
    name, count = title_of(room, chat.me).removeprefix("#"), ""
    muted = room.is_muted(now)
    if room.mentions:
        count = f"@{_short(room.unread)}"
    elif room.unread and not muted:
        count = _short(room.unread)
    shape: str | None = "unread" if count else "muted" if muted else None
    if room.state.get("archived"):
        shape = "muted"
    sign: Run = ("dim", "# ")
    if room.is_direct:
        is_on = chat.presence.get(str(room.state.get("other"))) in ("online", "away")
        sign = ("online", f"{signs.online} ") if is_on else ("dim", f"{signs.offline} ")
        if room.state.get("other") == chat.me:
            sign = ("dim", f"{signs.star} ")
    elif not room.state.get("slug"):
        sign = ("dim", f"{signs.dot} ")
    space = width - 1 - 2 - (columns(count) + 1 if count else 0) - 1
    counted = "mention" if room.mentions else "count"
    runs: list[Run] = [
        (None, " "),
        sign,
        (shape, fit(name, max(space, 1), signs.ellipsis)),
        (None, " "),
    ]
    if count:
        runs += [(counted, count), (None, " ")]
    if is_here:
        runs = [("here count" if one == counted else "here", text) for one, text in runs]
    return fill(tuple(runs), width, "here" if is_here else None)


def members_pane(chat: Chat, room: Room, width: int, height: int, signs: Signs) -> Rows:
    count = room.state.get("members", 0)
    rows: Rows = [(((None, " "), ("heading", _members(count))), None)]
    if room.members is None:
        rows.append((((None, " "), ("dim", "Loading" + signs.ellipsis)), None))
        return rows

    def state(user: str) -> str:
        return "online" if user == chat.me else chat.presence.get(user, "offline")

    order = {"online": 0, "away": 1, "offline": 2}
    for member in sorted(room.members, key=lambda one: (order[state(one["user"])], one["name"])):
        here = state(member["user"])
        sign: Run = ("dim", f"{signs.offline} ")
        if here != "offline":
            sign = ("online" if here == "online" else "dim", f"{signs.online} ")
        role = {"owner": "owner", "moderator": "mod", "reader": "reads"}.get(member["role"], "")
        space = width - 3 - (len(role) + 1 if role else 0)
        shape = "me" if member["user"] == chat.me else look.author(member["user"])
        name = fit(cells(member["name"]), max(space, 1), signs.ellipsis)
        runs: list[Run] = [(None, " "), sign, (shape if here != "offline" else "dim", name)]
        if role:
            runs += [(None, " "), ("dim", role)]
        rows.append((tuple(runs), ("person", member["name"])))
    if len(room.members) < count:
        rows.append((((None, " "), ("dim", f"and {count - len(room.members)} more")), None))
    return rows[:height]


def head(chat: Chat, room: Room | None, width: int, narrow: bool, now: int, signs: Signs) -> Row:
    back: tuple[Run, ...] = (("bar strong", f"{signs.back} "),) if narrow else (("bar", " "),)
    if room is None:
        return fill((*back, ("bar", "chatd")), width, "bar")
    name = clip(title_of(room, chat.me), max(width - 4, 1), signs.ellipsis)
    if room.is_direct:
        right = {"online": "online", "away": "away"}.get(
            chat.presence.get(str(room.state.get("other")), ""), "offline"
        )
        right = "" if room.state.get("other") == chat.me else right
    else:
        right = _members(room.state.get("members", 0))
    if room.state.get("archived"):
        right = "archived"
    used = sum(columns(text) for _, text in back) + columns(name)
    space = width - used - columns(right) - 4
    about = str(room.state.get("topic") or chat.status(str(room.state.get("other")), now))
    if not about and not room.is_direct and room.state.get("slug"):
        about = str(room.state.get("name", ""))
    runs = [*back, ("bar strong", name)]
    if space > 8:
        runs += [("bar dim", "  " + fit(cells(about), space, signs.ellipsis)), ("bar dim", right)]
    return fill(tuple(runs), width, "bar")


def foot(
    who: str, offline: str, hints: tuple[tuple[str, str], ...], width: int, signs: Signs
) -> Row:
    """Who and how connected on the left, keys on the right."""
    if offline:
        left: tuple[Run, ...] = (("bar warn", f" {signs.offline} {clip(offline, width - 4)}"),)
    else:
        left = (("bar", f" {signs.online} {who}"),)
    used = sum(columns(text) for _, text in left)
    runs: list[Run] = []
    for key, text in hints:
        more = columns(key) + columns(text) + 3
        if used + more + 1 > width:
            break
        used += more
        runs += [("bar strong", f"{key}"), ("bar", f" {text}  ")]
    right = tuple(runs)
    space = width - sum(columns(text) for _, text in (*left, *right))
    return fill((*left, ("bar", " " * max(space, 0)), *right), width, "bar")


def _scrolled(rows: Rows, at: int, height: int, width: int, signs: Signs) -> Rows:
    """As many rows as there is room for, the one of interest among them."""
    if len(rows) <= height:
        return rows
    top = min(max(at - height // 2, 0), len(rows) - height)
    shown = rows[top : top + height]
    if top > 0:
        shown[0] = (((None, " "), ("dim", f"{signs.up} more")), None)
    if top + height < len(rows):
        shown[-1] = (((None, " "), ("dim", f"{signs.down} more")), None)
    return shown


def _members(count: int) -> str:
    return "1 member" if count == 1 else f"{count:,} members"


def _short(count: int) -> str:
    return str(count) if count < 1000 else "999+"
