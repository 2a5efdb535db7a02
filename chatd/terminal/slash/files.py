"""Slash commands that bring files and keep them."""

import shlex
from io import StringIO
from pathlib import Path

from chatd.terminal.app import App
from chatd.terminal.safe import cells
from chatd.terminal.slash.registry import command, here, needed, write
from chatd.terminal.transfers import Progress, brought, chosen, home, saved
from chatd.terminal.words import Trouble

#: Where browsers put what they fetch, if it exists.
DOWNLOADS = "~/Downloads"


@command("file", "FILE [TEXT]", "send a file, and words with it (quotes around a name with spaces)")
async def _file(app: App, rest: str) -> None:
    room = here(app)
    name, text = _name_and_text(needed(rest, "which file"))
    [path] = chosen(app.link, [home(name)])
    # As of now: while the file is on its way one may go elsewhere, and answer something else.
    reply_to, app.view.reply_to = app.view.reply_to, None
    file = await brought(app.link, path, _told(app, f"Bringing {cells(path.name)}"))
    await write(app, "send", room=room.id, text=text, files=[file], reply_to=reply_to)
    app.say(f"{cells(path.name)} is sent.")


@command("save", "[FOLDER]", "keep the files of the chosen message, or of the last with any")
async def _save(app: App, rest: str) -> None:
    room = here(app)
    chosen_one = None if app.view.chosen is None else room.timeline.message(app.view.chosen)
    messages = [chosen_one] if chosen_one else reversed(room.timeline.messages())
    files = next((one["files"] for one in messages if one.get("files")), None)
    if files is None:
        raise Trouble("There is no message with files to keep.")
    folder = home(rest or DOWNLOADS)
    if not rest and not folder.is_dir():
        folder = Path()
    paths = [
        await saved(app.link, file, folder, _told(app, f"Fetching {cells(str(file['name']))}"))
        for file in files
    ]
    app.say(f"Kept as {', '.join(cells(str(path)) for path in paths)}.")


def _name_and_text(rest: str) -> tuple[str, str]:
    typed = StringIO(rest)
    words = shlex.shlex(typed, posix=True)
    words.whitespace_split = True
    words.commenters = ""
    try:
        name = words.get_token()
    except ValueError:
        raise Trouble("The quotation mark does not end.") from None
    return name or "", typed.read().strip()


def _told(app: App, what: str) -> Progress:
    def told(done: int, size: int) -> None:
        app.say(f"{what}: {min(done / size, 1.0) if size else 1.0:.0%}")

    return told
