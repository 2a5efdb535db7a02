"""The help page: keys and commands."""

from chatd.terminal.app import App
from chatd.terminal.picture import WIDEST_BOX
from chatd.terminal.view import Popup
from chatd.terminal.width import Row, columns, wrap

KEY_COLUMN = 26

KEYS = (
    ("Enter", "send; Alt-Enter begins a new line"),
    ("Tab", "complete @people, #rooms, /commands, :emoji:"),
    ("Up", "on an empty line: edit your last message"),
    ("Ctrl-Up, Ctrl-Down", "what you sent before"),
    ("PgUp, PgDn, wheel", "scroll; older messages come by themselves"),
    ("Alt-End, End", "back to the newest (End on an empty line)"),
    ("Alt-Up, Alt-Down, click", "choose a message; then:"),
    ("  r  +  e  d  p  i", "answer, react, edit, delete, pin, seen by whom"),
    ("Ctrl-K", "go to a room or person"),
    ("Alt-A", "the next room with something unread"),
    ("Ctrl-N, Ctrl-P", "the next room, the one before"),
    ("Ctrl-F", "find messages"),
    ("F2", "show or hide the members"),
    ("Ctrl-W, Ctrl-U, Ctrl-Y", "cut a word, cut the line, put it back"),
    ("Ctrl-A, Ctrl-E", "beginning and end of the line"),
    ("Alt-B, Alt-F", "a word back, a word on"),
    ("Ctrl-L", "draw the screen anew"),
    ("Ctrl-Q, Ctrl-C", "quit"),
)
MARKS = (
    ("✓", "the server has your message on disk"),
    ("✓✓", "it reached somebody; coloured or bold: somebody has seen it"),
    ("…", "it waits to be sent"),
    ("@3", "3 unread, and you are mentioned among them"),
)


def show_help(app: App) -> None:
    from chatd.terminal.slash.registry import COMMANDS

    popup = Popup("help", "Help", is_list=False)
    width = min(app.width - 4, WIDEST_BOX) - 2
    rows: list[Row] = [row for key, text in KEYS for row in _pair(key, text, width)]
    rows += [(), (("heading", "Commands"),)]
    for one in COMMANDS.values():
        if not one.feature or one.feature in app.chat.features:
            rows += _pair(f"/{one.name} {one.takes}".strip(), one.about, width)
    rows += [(), (("heading", "Marks"),)]
    rows += [row for sign, text in MARKS for row in _pair(sign, text, width)]
    words = "The mouse chooses rooms and messages; with Shift it selects text."
    rows += [(), *wrap((("dim", words),), width)]
    popup.choices = [(row, None) for row in rows]
    app.view.popup = popup
    app.changed()


def _pair(key: str, text: str, width: int) -> list[Row]:
    """The text beside the key or, if there is too little room, below it."""
    if width < 56:
        below = wrap((("dim", text),), width - 4)
        return [(("key", key),), *(((None, "    "), *row) for row in below)]
    space = max(KEY_COLUMN - columns(key), 2)
    first, *more = wrap((("dim", text),), width - columns(key) - space)
    indent = " " * (columns(key) + space)
    return [(("key", key), (None, " " * space), *first), *(((None, indent), *row) for row in more)]
