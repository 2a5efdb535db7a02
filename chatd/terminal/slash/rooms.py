"""Slash commands about rooms, and about the program."""

import re
from typing import Any

from chatd.terminal.app import App
from chatd.terminal.model import Room
from chatd.terminal.panes import title_of
from chatd.terminal.safe import cells
from chatd.terminal.slash.registry import command, here, needed, write
from chatd.terminal.view import Popup
from chatd.terminal.words import Trouble


@command("help", "", "what there is")
async def _help(app: App, rest: str) -> None:
    from chatd.terminal.help import show_help

    show_help(app)


@command("join", "[#room]", "become a member; alone: shows the rooms there are")
async def _join(app: App, rest: str) -> None:
    if not rest:
        await choose_public(app)
        return
    state = await app.link.room(rest.split()[0])
    await join(app, state)


async def join(app: App, state: dict[str, Any]) -> None:
    if state["room"] not in app.chat.rooms:
        await write(app, "join", room=state["room"])
        state = (await app.link.read("room", room=state["room"]))["room"]
        app.chat.set_room(state)
    app.go(state["room"])


async def choose_public(app: App) -> None:
    reply = await app.link.read("public_rooms")
    popup = Popup("join", "Rooms for everybody", hint="There are none yet: /create NAME makes one.")
    for room in reply["rooms"]:
        mark = "here" if room["room"] in app.chat.rooms else f"{room['members']} members"
        name = f"#{room['slug']}" if room.get("slug") else room["name"]
        about = room.get("topic") or room["name"]
        popup.choices.append(
            (((None, cells(f"{name}  ")), ("dim", cells(f"{about}  ({mark})"))), room)
        )
    app.view.popup = popup
    app.changed()


@command("leave", "", "stop being a member of this room")
async def _leave(app: App, rest: str) -> None:
    room = here(app)

    def go() -> None:
        app.do(_left(app, room))

    app.confirm(f"Leave {title_of(room)}?", go)


async def _left(app: App, room: Room) -> None:
    await write(app, "leave", room=room.id)
    app.chat.rooms.pop(room.id, None)
    app.view.room = None
    app.say(f"You left {title_of(room)}.")


@command("create", "[private] NAME", "make a room")
async def _create(app: App, rest: str) -> None:
    fields: dict[str, Any] = {"kind": "public"}
    name = needed(rest, "what it is to be called")
    if name.startswith("private "):
        fields["kind"], name = "private", name.removeprefix("private ").strip()
    else:
        slug = re.sub(r"[^\w]+", "-", name.casefold()).strip("-")
        fields["slug"] = slug or None
    made = await write(app, "create_room", name=name, **fields)
    app.chat.set_room((await app.link.read("room", room=made["room"]))["room"])
    app.go(made["room"])


@command("topic", "TEXT", "what this room is about")
async def _topic(app: App, rest: str) -> None:
    await write(app, "change_room", room=here(app).id, topic=rest)


@command("rename", "NAME", "another name for this room")
async def _rename(app: App, rest: str) -> None:
    await write(app, "change_room", room=here(app).id, name=needed(rest, "the new name"))


@command("notify", "all|mentions|none|usual", "what to be told of in this room", "room_settings")
async def _notify(app: App, rest: str) -> None:
    if rest == "usual":
        await app.link.read("set_room", room=here(app).id, clear=["notify"])
    else:
        await app.link.read("set_room", room=here(app).id, notify=rest)
    app.say(f"You are told of: {rest}.")


@command("mute", "[hours|off]", "be told of nothing in this room", "room_settings")
async def _mute(app: App, rest: str) -> None:
    room = here(app).id
    if rest == "off":
        await app.link.read("set_room", room=room, clear=["muted_until"])
        app.say("No longer muted.")
        return
    try:
        until = app.now + round(float(rest) * 3_600_000) if rest else 0
    except ValueError:
        raise Trouble("/mute takes a number of hours, or off.") from None
    await app.link.read("set_room", room=room, muted_until=until)
    app.say(f"Muted for {rest} hours." if rest else "Muted.")


@command("favourite", "", "put this room on top, or back", "room_settings")
async def _favourite(app: App, rest: str) -> None:
    room = here(app)
    await app.link.read("set_room", room=room.id, favourite=not room.state.get("favourite"))


@command("archive", "[off]", "nobody writes here any more")
async def _archive(app: App, rest: str) -> None:
    await write(app, "change_room", room=here(app).id, archived=rest != "off")


@command("slow", "SECONDS", "between two messages of one member; 0 ends it")
async def _slow(app: App, rest: str) -> None:
    if not rest.isdecimal():
        raise Trouble("/slow takes a number of seconds.")
    await write(app, "change_room", room=here(app).id, slow=int(rest))


@command("announce", "[off]", "only moderators write here")
async def _announce(app: App, rest: str) -> None:
    posting = "member" if rest == "off" else "moderator"
    await write(app, "change_room", room=here(app).id, posting=posting)


@command("who", "", "show or hide the members")
async def _who(app: App, rest: str) -> None:
    toggle_members(app, False)


def toggle_members(app: App, narrow: bool) -> None:
    if narrow:
        app.view.pane = "talk" if app.view.pane == "members" else "members"
    else:
        app.view.members = not app.view.members
    app.changed()


@command("quit", "", "end the program")
async def _quit(app: App, rest: str) -> None:
    app.leave()
