"""The boxes over the picture: where to go, what to find, how to react, and "sure?"."""

from typing import Any

from chatd.terminal.app import App
from chatd.terminal.completion import emoji_names
from chatd.terminal.editor import Editor
from chatd.terminal.files import summary
from chatd.terminal.lines import clock, name_of
from chatd.terminal.panes import title_of
from chatd.terminal.safe import cells
from chatd.terminal.slash import perform
from chatd.terminal.slash.messages import react
from chatd.terminal.slash.people import answer
from chatd.terminal.slash.rooms import join
from chatd.terminal.view import Popup
from chatd.terminal.words import Trouble

#: The most common reactions; typing finds all the others.
COMMON = ("👍", "❤", "😂", "🎉", "😮", "😢", "👀", "✅", "🙏", "🍵")


def press(app: App, popup: Popup, key: str) -> None:
    page = max(app.picture.height - 4, 1)
    steps = {"up": -1, "down": 1, "page up": -page, "page down": page, "ctrl p": -1, "ctrl n": 1}
    if key == "esc" or (key in ("f1", "q") and popup.kind == "help"):
        app.view.popup = None
    elif key in steps:
        popup.move(steps[key])
    elif key == "enter":
        _chosen(app, popup)
    elif popup.kind == "confirm" and key in ("y", "n"):
        popup.index = 0 if key == "y" else 1
        _chosen(app, popup)
    elif popup.editor is not None:
        _edit(popup.editor, key)
        typed(app, popup)


def _edit(editor: Editor, key: str) -> None:
    if key == "backspace":
        editor.backspace()
    elif key == "ctrl w":
        editor.cut_word()
    elif key == "ctrl u":
        editor.cut_line()
    elif (len(key) == 1 and key.isprintable()) or not (key.isascii() or " " in key):
        editor.insert(key)


def typed(app: App, popup: Popup) -> None:
    """What is typed in the box has changed."""
    popup.index = popup.top = 0
    if popup.kind == "switch":
        _rooms(app, popup)
    elif popup.kind == "react":
        _emoji(popup)
    elif popup.kind == "find" and popup.data:
        # The answer was to other words: Enter asks again.
        popup.choices, popup.data = [], None
        popup.hint = "Enter searches."


def _chosen(app: App, popup: Popup) -> None:
    choice = popup.choice
    if popup.kind == "find" and popup.data is None and popup.editor is not None:
        if popup.editor.text.strip():
            app.do(_find(app, popup))
        return
    app.view.popup = None
    if choice is None:
        return
    if popup.kind == "confirm":
        choice()
    elif popup.kind == "switch":
        _go(app, choice)
    elif popup.kind == "join":
        app.do(join(app, choice))
    elif popup.kind == "invited":
        app.do(answer(app, choice))
    elif popup.kind in ("find", "found"):
        app.do(app.reach.jump(choice["room"], choice["seq"]))
    elif popup.kind == "react":
        app.do(react(app, popup.data, choice))


# ---- where to go ------------------------------------------------------------------------------


def switcher(app: App) -> None:
    popup = Popup("switch", "Go to", editor=Editor())
    _rooms(app, popup)
    app.view.popup = popup


def _rooms(app: App, popup: Popup) -> None:
    assert popup.editor is not None
    words = popup.editor.text.strip().casefold()
    bare = words.lstrip("#@")
    found: list[tuple[tuple[int, int, str], Any]] = []
    for room in app.chat.rooms.values():
        name = title_of(room, app.chat.me)
        plain = name.lstrip("#").casefold()
        about = str(room.state.get("name", "")).casefold()
        if words.startswith("@") and not room.is_direct:
            continue
        if bare in plain or bare in about:
            rank = 0 if plain.startswith(bare) else 1
            found.append(((rank, -room.mentions - (room.unread > 0), plain), room))
    popup.choices = []
    for _, room in sorted(found, key=lambda one: one[0]):
        sign = "@" if room.is_direct and room.state.get("other") != app.chat.me else ""
        count = f"  {room.unread} unread" if room.unread else ""
        about = cells(str(room.state.get("topic") or ""))
        label = f"{sign}{title_of(room, app.chat.me)}"
        popup.choices.append(
            (((None, label), ("count", count), ("dim", f"  {about}" if about else "")), room.id)
        )
    if bare and " " not in bare:
        if words.startswith("@"):
            popup.choices.append(((("dim", f"Write to @{bare}"),), f"@{bare}"))
        elif not popup.choices:
            popup.choices.append(((("dim", f"Join #{bare}"),), f"#{bare}"))


def _go(app: App, choice: str) -> None:
    if choice.startswith("@"):
        app.do(perform(app, f"/dm {choice}"))
    elif choice.startswith("#"):
        app.do(perform(app, f"/join {choice}"))
    else:
        app.go(choice)


# ---- what to find -----------------------------------------------------------------------------


def finder(app: App, words: str = "") -> None:
    if "search" not in app.chat.features:
        raise Trouble("This server has no search.")
    popup = Popup("find", "Find messages", editor=Editor(), hint="Enter searches.")
    assert popup.editor is not None
    popup.editor.set(words)
    app.view.popup = popup
    if words:
        app.do(_find(app, popup))
    app.changed()


async def _find(app: App, popup: Popup) -> None:
    assert popup.editor is not None
    popup.hint = "Looking ..."
    app.changed()
    try:
        reply = await app.link.read("search", text=popup.editor.text.strip(), limit=50)
    except BaseException:
        popup.hint = "Enter searches."
        raise
    popup.data = reply
    popup.hint = "Nothing was found."
    popup.choices = []
    for hit in (one["message"] for one in reply["hits"]):
        room = app.chat.rooms.get(hit.get("room", ""))
        where = title_of(room, app.chat.me) if room else "?"
        when = clock(hit.get("at"), date=True)
        text = cells(summary(hit))
        row = (
            ("dim", f"{when} "),
            ("bold", f"{where} "),
            (None, f"{cells(name_of(hit))}: {text}"),
        )
        popup.choices.append((row, hit))
    app.changed()


# ---- how to react -----------------------------------------------------------------------------


def reactions(app: App, message: dict[str, Any]) -> None:
    if "reactions" not in app.chat.features:
        raise Trouble("This server has no reactions.")
    popup = Popup("react", "React with", editor=Editor(), data=message)
    _emoji(popup)
    app.view.popup = popup


def _emoji(popup: Popup) -> None:
    assert popup.editor is not None
    word = popup.editor.text.strip().strip(":").casefold().replace(" ", "_")
    if not word:
        popup.choices = [(((None, cells(sign)),), sign) for sign in COMMON]
        return
    found: dict[str, str] = {}
    for name, sign in emoji_names():
        if word in name:
            found.setdefault(sign, name)
        if len(found) >= 30:
            break
    popup.choices = [
        (((None, f"{cells(sign)}  "), ("dim", name)), sign) for sign, name in found.items()
    ]
