"""The slash commands: what each is called, what it takes, and what it does."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from chatd.terminal.app import App
from chatd.terminal.model import Room
from chatd.terminal.panes import title_of
from chatd.terminal.safe import cells
from chatd.terminal.view import Popup
from chatd.terminal.words import Trouble

Run = Callable[[App, str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    name: str
    takes: str
    about: str
    run: Run
    #: the feature of the server that it needs
    feature: str = ""


COMMANDS: dict[str, SlashCommand] = {}


def command(name: str, takes: str, about: str, feature: str = "") -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        COMMANDS[name] = SlashCommand(name, takes, about, run, feature)
        return run

    return register


def is_command(text: str) -> bool:
    """ "/word" at the beginning; "//" says a text that begins with a slash."""
    return bool(re.match(r"/[a-z]", text)) or text == "/"


async def perform(app: App, text: str) -> None:
    name, _, rest = text[1:].partition(" ")
    found = COMMANDS.get(name)
    if found is None:
        starting = [one for one in COMMANDS if one.startswith(name) and name]
        if len(starting) != 1:
            raise Trouble(f"There is no command /{cells(name)}: F1 lists them.")
        found = COMMANDS[starting[0]]
    if found.feature and found.feature not in app.chat.features:
        raise Trouble(f"This server cannot do /{found.name}.")
    await found.run(app, rest.strip())


def here(app: App) -> Room:
    if app.room is None:
        raise Trouble("Go to a room first.")
    return app.room


def target(app: App, *, mine: bool = False) -> dict[str, Any]:
    """The chosen message, else the last one that fits."""
    room = here(app)
    if app.view.chosen is not None:
        found = room.timeline.message(app.view.chosen)
        if found is not None:
            return found
    for message in reversed(room.timeline.messages()):
        if "deleted" not in message and (not mine or message["from"] == app.chat.me):
            return message
    raise Trouble("There is no message to do that with.")


def needed(rest: str, what: str) -> str:
    if not rest:
        raise Trouble(f"Say {what}.")
    return rest


def person(name: str) -> str:
    return "@" + needed(name, "whom, as in @alice").split()[0].removeprefix("@")


async def write(app: App, type_: str, **fields: Any) -> dict[str, Any]:
    return await app.link.write(type_, **fields)


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


@command("dm", "@person [text]", "the conversation with somebody")
async def _dm(app: App, rest: str) -> None:
    who = person(rest)
    made = await write(app, "direct", user=who)
    app.chat.set_room((await app.link.read("room", room=made["room"]))["room"])
    app.go(made["room"])
    text = rest.partition(" ")[2].strip()
    if text:
        app.send(app.chat.rooms[made["room"]], text)


@command("topic", "TEXT", "what this room is about")
async def _topic(app: App, rest: str) -> None:
    await write(app, "change_room", room=here(app).id, topic=rest)


@command("rename", "NAME", "another name for this room")
async def _rename(app: App, rest: str) -> None:
    await write(app, "change_room", room=here(app).id, name=needed(rest, "the new name"))


@command("invite", "@person", "make somebody a member")
async def _invite(app: App, rest: str) -> None:
    room = here(app)
    await write(app, "add_member", room=room.id, user=person(rest))


@command("kick", "@person", "remove somebody from the room")
async def _kick(app: App, rest: str) -> None:
    await write(app, "kick", room=here(app).id, user=person(rest))


@command("ban", "@person", "remove somebody, and keep them out")
async def _ban(app: App, rest: str) -> None:
    await write(app, "ban", room=here(app).id, user=person(rest))


@command("unban", "@person", "let somebody come back")
async def _unban(app: App, rest: str) -> None:
    await write(app, "unban", room=here(app).id, user=person(rest))


@command("role", "@person ROLE", "owner, moderator, member or reader")
async def _role(app: App, rest: str) -> None:
    role = needed(rest.partition(" ")[2].strip(), "which role")
    await write(app, "set_role", room=here(app).id, user=person(rest), role=role)


@command("block", "@person", "neither of you writes to the other")
async def _block(app: App, rest: str) -> None:
    await write(app, "block", user=person(rest))
    app.say(f"{person(rest)} is blocked.")


@command("unblock", "@person", "take it back")
async def _unblock(app: App, rest: str) -> None:
    await write(app, "unblock", user=person(rest))
    app.say(f"{person(rest)} is no longer blocked.")


@command("reply", "TEXT", "answer the chosen message, or the last one")
async def _reply(app: App, rest: str) -> None:
    message = target(app)
    app.send(here(app), needed(rest, "your answer"), message["seq"])
    app.view.chosen = None


@command("edit", "[TEXT]", "change the chosen message, or your last one")
async def _edit(app: App, rest: str) -> None:
    message = target(app, mine=True)
    if not rest:
        edit_message(app, message)
        return
    await write(app, "edit", room=message["room"], seq=message["seq"], text=rest)


def edit_message(app: App, message: dict[str, Any]) -> None:
    if message["from"] != app.chat.me:
        raise Trouble("Only one's own messages can be edited.")
    here(app).editor.set(message.get("text", ""))
    app.view.editing, app.view.chosen, app.view.reply_to = message["seq"], None, None
    app.changed()


@command("delete", "", "erase the chosen message, or your last one")
async def _delete(app: App, rest: str) -> None:
    delete_message(app, target(app, mine=True))


def delete_message(app: App, message: dict[str, Any]) -> None:
    def go() -> None:
        app.do(write(app, "delete", room=message["room"], seq=message["seq"]))
        app.view.chosen = None

    text = cells(str(message.get("text", "")))
    app.confirm(f"Delete “{text[:40]}”?", go)


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
