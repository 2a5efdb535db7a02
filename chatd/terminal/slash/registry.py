"""The table of slash commands, and what they share: the room here, the message meant."""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from chatd.terminal.app import App
from chatd.terminal.model import Room
from chatd.terminal.safe import cells
from chatd.terminal.words import Trouble

Run = Callable[[App, str], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SlashCommand:
    name: str
    takes: str
    about: str
    run: Run
    #: the server's feature that it needs
    feature: str = ""


COMMANDS: dict[str, SlashCommand] = {}


def command(name: str, takes: str, about: str, feature: str = "") -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        COMMANDS[name] = SlashCommand(name, takes, about, run, feature)
        return run

    return register


def is_command(text: str) -> bool:
    """ "/word" at the beginning; "//" begins a text with a slash."""
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
    """The chosen message, otherwise the last one that fits."""
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
