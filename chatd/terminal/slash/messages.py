"""Slash commands about a message."""

from typing import Any

from chatd.terminal.app import App
from chatd.terminal.files import summary
from chatd.terminal.lines import room_label
from chatd.terminal.safe import cells
from chatd.terminal.slash.registry import command, here, needed, target, write
from chatd.terminal.view import Popup
from chatd.terminal.words import Trouble


@command("reply", "TEXT", "answer the chosen message, or the last one")
async def _reply(app: App, rest: str) -> None:
    message = target(app)
    app.saying.send(here(app), needed(rest, "your answer"), message["seq"])
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

    text = cells(summary(message))
    app.confirm(f"Delete “{text[:40]}”?", go)


@command(
    "react",
    "EMOJI",
    "react to the chosen message, or the last; again: take it back",
    "reactions",
)
async def _react(app: App, rest: str) -> None:
    await react(app, target(app), needed(rest, "with which emoji"))


async def react(app: App, message: dict[str, Any], emoji: str) -> None:
    """Adds one's reaction, or takes it back."""
    bare = emoji.replace("\ufe0f", "")
    mine = next(
        (
            one["emoji"]
            for one in message.get("reactions") or ()
            if one["emoji"].replace("\ufe0f", "") == bare
            and (one.get("mine") or app.chat.me in one["users"])
        ),
        None,
    )
    fields = {"room": message["room"], "seq": message["seq"], "emoji": mine or emoji}
    await write(app, "unreact" if mine else "react", **fields)
    app.view.chosen = None


@command("pin", "", "pin the chosen message, or the last one", "pins")
async def _pin(app: App, rest: str) -> None:
    message = target(app)
    await write(app, "pin", room=message["room"], seq=message["seq"])


@command("unpin", "", "take the pin off the chosen message", "pins")
async def _unpin(app: App, rest: str) -> None:
    room = here(app)
    seq = app.view.chosen if app.view.chosen is not None else max(room.timeline.pins, default=None)
    if seq is None:
        raise Trouble("Nothing is pinned here.")
    await write(app, "unpin", room=room.id, seq=seq)


@command("pins", "", "what is pinned here", "pins")
async def _pins(app: App, rest: str) -> None:
    reply = await app.link.read("pins", room=here(app).id)
    popup = Popup("found", "Pinned", hint="Nothing is pinned here.")
    for pin in reply["pins"]:
        message = pin["message"]
        row = (("bold", cells(f"{message['name']}: ")), (None, cells(summary(message))))
        popup.choices.append((row, message))
    app.view.popup = popup
    app.changed()


@command("forward", "#room or @person", "say the chosen message again elsewhere", "forward")
async def _forward(app: App, rest: str) -> None:
    message = target(app)
    to = await app.link.room(needed(rest, "where to"), make=True)
    await write(app, "forward", room=message["room"], seq=message["seq"], to=to["room"])
    app.say(f"Said again in {room_label(to)}.")


@command("seen", "", "who has seen the chosen message, or your last one", "receipts")
async def _seen(app: App, rest: str) -> None:
    message = target(app, mine=True)
    reply = await app.link.read("read_by", room=message["room"], seq=message["seq"])
    names = [cells(one["name"]) for one in reply["people"] if one["state"] == "read"]
    shown = ", ".join(names[:6]) + (f" and {reply['read'] - 6} more" if reply["read"] > 6 else "")
    app.say(f"Seen by {shown}." if names else "Nobody else has seen it yet.")


@command("search", "WORDS", "find messages (from:@alice in:#tea has:link)", "search")
async def _search(app: App, rest: str) -> None:
    from chatd.terminal.boxes import finder

    finder(app, rest)


@command("unread", "", "mark as unread from the chosen message on, or the last", "room_settings")
async def _unread(app: App, rest: str) -> None:
    message = target(app)
    await app.link.read("mark_unread", room=message["room"], seq=message["seq"])
    app.say("Marked as unread for your other devices and the next time.")
