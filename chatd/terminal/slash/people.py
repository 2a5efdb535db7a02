"""Slash commands about people."""

from chatd.terminal.app import App
from chatd.terminal.safe import cells
from chatd.terminal.slash.registry import command, here, needed, person, write
from chatd.terminal.view import Popup


@command("dm", "@person [text]", "the conversation with somebody")
async def _dm(app: App, rest: str) -> None:
    who = person(rest)
    made = await write(app, "direct", user=who)
    app.chat.set_room((await app.link.read("room", room=made["room"]))["room"])
    app.go(made["room"])
    text = rest.partition(" ")[2].strip()
    if text:
        app.saying.send(app.chat.rooms[made["room"]], text)


@command("invite", "@person", "ask somebody into this room", "invitations")
async def _invite(app: App, rest: str) -> None:
    await write(app, "invite", room=here(app).id, user=person(rest))
    app.say(f"{person(rest)} is invited.")


@command("invited", "", "answer invitations into rooms", "invitations")
async def _invited(app: App, rest: str) -> None:
    reply = await app.link.read("invited")
    popup = Popup("invited", "You are invited", hint="Nobody has invited you just now.")
    for one in reply["invitations"]:
        about = ("dim", cells(f"  by {one['by_name']}, {one['members']} members"))
        name = cells(one["name"])
        popup.choices.append((((None, f"Join {name}"), about), ("accept", one["room"])))
        popup.choices.append(((("dim", f"Decline {name}"),), ("decline", one["room"])))
    app.view.popup = popup
    app.changed()


async def answer(app: App, choice: tuple[str, str]) -> None:
    """Accepts or declines an invitation."""
    type_, room = choice
    await write(app, type_, room=room)
    app.chat.invitations.pop(room, None)
    if type_ == "accept":
        app.chat.set_room((await app.link.read("room", room=room))["room"])
        app.go(room)


@command("add", "@person", "make somebody a member at once")
async def _add(app: App, rest: str) -> None:
    await write(app, "add_member", room=here(app).id, user=person(rest))


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


@command("status", "[EMOJI] [TEXT]", "what you are up to; alone: nothing", "profile")
async def _status(app: App, rest: str) -> None:
    first, _, text = rest.partition(" ")
    is_sign = bool(first) and not first.isascii() and len(first) <= 8
    fields = {"emoji": first, "text": text.strip()} if is_sign else {"text": rest}
    await write(app, "set_status", **fields)
    app.say(f"Your status: {cells(rest)}" if rest else "You have no status now.")


@command("notes", "", "your notes to yourself")
async def _notes(app: App, rest: str) -> None:
    await _dm(app, f"@{app.chat.name} {rest}")
