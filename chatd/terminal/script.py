"""The commands for scripts: one thing done, said on one line or as JSON, and an exit code."""

import argparse
import json
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

from chatd.client.errors import Refused
from chatd.terminal import lines
from chatd.terminal.lines import Style, room_label
from chatd.terminal.link import Link
from chatd.terminal.safe import safe
from chatd.terminal.transfers import Bar, brought, chosen, saved
from chatd.terminal.words import DONE, REFUSED, USAGE, Trouble

Options = argparse.Namespace
T = TypeVar("T")
#: Far more than any message may have; a file given by mistake ends here.
MOST_INPUT = 1 << 20


def put(frame: Mapping[str, Any]) -> None:
    """A frame of the wire on one line. In ASCII: there is nothing in it for a terminal to obey."""
    print(json.dumps(frame, separators=(",", ":")), flush=True)


def say(text: str) -> None:
    print(text, flush=True)


async def whoami(link: Link, options: Options) -> int:
    answer = await link.whoami()
    if options.json:
        put({name: value for name, value in answer.items() if name != "csrf"})
    else:
        say(f"{safe(answer['name'])} at {link.profile.url}")
    return DONE


async def rooms(link: Link, options: Options) -> int:
    asked = "public_rooms" if options.public else "rooms"
    found = await _all_rooms(link, asked)
    if options.json:
        for room in found:
            put(room)
        return DONE
    style: Style = options.style
    found.sort(key=lambda room: (room["kind"] == "direct", room_label(room).casefold()))
    width = min(max((len(room_label(room)) for room in found), default=0), 32)
    for room in found:
        unread = room.get("unread", 0)
        count = f"{unread:>4}" if unread else "   ·"
        label = f"{room_label(room):<{width}}"
        about = safe(str(room.get("topic") or ("" if room["kind"] == "direct" else room["name"])))
        text = f"{count}  {style.bold(label) if unread else label}  {style.dim(about)}"
        say(text.rstrip())
    return DONE


async def _all_rooms(link: Link, asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more = True
    while more:
        reply = await link.read(asked, after=found[-1]["room"] if found else None)
        found += reply["rooms"]
        more = bool(reply.get("more")) and bool(reply["rooms"])
    return found


async def send(link: Link, options: Options) -> int:
    paths = chosen(link, options.files)
    text = " ".join(options.text) if options.text or paths else _from_input()
    if not text.strip() and not paths:
        raise Trouble("There is nothing to send: the text is empty.", USAGE)
    # By id: if it has to be said again, the name may belong to another room.
    room = await _soon(link, options, link.room(options.room, make=True))
    with Bar(sys.stderr) as bar:
        files = [await brought(link, path, bar.of(path.name)) for path in paths]
    saying = link.write(
        "send",
        key=options.key,
        room=room["room"],
        text=text,
        reply_to=options.reply,
        files=files or None,
    )
    reply = await _soon(link, options, saying)
    if options.json:
        put(reply)
    elif not options.quiet:
        say(str(reply["seq"]))
    return DONE


async def _soon(link: Link, options: Options, step: Coroutine[Any, Any, T]) -> T:
    """One step, within `--timeout`, of a command that as a whole may take long."""
    doing = Deferred.fromCoroutine(step)
    return await doing.addTimeout(options.timeout, link.reactor)


async def save(link: Link, options: Options) -> int:
    room = await _soon(link, options, link.room(options.room))
    reading = link.read("history", room=room["room"], around=options.seq, limit=1)
    page = await _soon(link, options, reading)
    message = next((one for one in page["messages"] if one["seq"] == options.seq), None)
    if message is None or not message.get("files"):
        raise Trouble(f"There is no message #{options.seq} with files in {room_label(room)}.")
    with Bar(sys.stderr) as bar:
        for file in message["files"]:
            path = await saved(link, file, Path(options.into), bar.of(str(file["name"])))
            bar.clear()
            say(safe(str(path)))
    return DONE


def _from_input() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        print("Write the message; Ctrl-D on an empty line sends it.", file=sys.stderr)
    data = sys.stdin.buffer.read(MOST_INPUT)
    try:
        return data.decode("utf-8").rstrip("\n")
    except UnicodeDecodeError:
        raise Trouble("Standard input is no text in UTF-8.", USAGE) from None


async def history(link: Link, options: Options) -> int:
    room = await link.room(options.room)
    found = await _messages(link, room["room"], options)
    for message in found:
        if options.json:
            put(message)
        else:
            say(lines.page(message, options.style))
    return DONE


async def _messages(link: Link, room: str, options: Options) -> list[dict[str, Any]]:
    """The page asked for, put together from as many as the server needs for it."""
    if options.around is not None:
        reply = await link.read("history", room=room, around=options.around, limit=options.limit)
        return list(reply["messages"])
    found: list[dict[str, Any]] = []
    before, more = options.before, True
    while more and len(found) < options.limit:
        limit = min(options.limit - len(found), 1000)
        reply = await link.read("history", room=room, before=before, limit=limit)
        found = [*reply["messages"], *found]
        more = bool(reply.get("more_before")) and bool(reply["messages"])
        before = found[0]["seq"] if found else None
    return found


async def search(link: Link, options: Options) -> int:
    if "search" not in (link.client.welcome or {}).get("features", ()):
        raise Trouble("This server has no search.", REFUSED)
    room = (await link.room(options.room))["room"] if options.room else None
    text = " ".join(options.words)
    names = {room["room"]: room_label(room) for room in await link.client.rooms()}
    page, left = None, options.limit
    while left > 0:
        reply = await link.read("search", text=text, room=room, limit=min(left, 50), page=page)
        for hit in reply["hits"]:
            if options.json:
                put(hit["message"])
            else:
                where = options.style.bold(names.get(hit["message"]["room"], "?"))
                say(f"{where} {lines.page(hit['message'], options.style)}")
        left -= len(reply["hits"])
        page = reply.get("next")
        if page is None:
            break
    if left == options.limit and not options.json:
        # Not for a program: there, no line is the answer.
        print(f"No message found for {safe(text)}.", file=sys.stderr)
    return DONE


async def join(link: Link, options: Options) -> int:
    room = await link.room(options.room)
    try:
        await link.write("join", room=room["room"])
    except Refused as error:
        if error.code != "exists":
            raise
    say(f"You are in {room_label(room)}.")
    return DONE


async def leave(link: Link, options: Options) -> int:
    room = await link.room(options.room)
    await link.write("leave", room=room["room"])
    say(f"You left {room_label(room)}.")
    return DONE
