"""What each key and each click does."""

from collections.abc import Callable
from typing import Any

from chatd.terminal import boxes
from chatd.terminal.app import App
from chatd.terminal.completion import Completion, complete, emoji_names
from chatd.terminal.editor import Editor
from chatd.terminal.help import show_help
from chatd.terminal.picture import ONE_PANE
from chatd.terminal.slash import COMMANDS, is_command, perform
from chatd.terminal.slash.messages import delete_message, edit_message
from chatd.terminal.slash.registry import write
from chatd.terminal.slash.rooms import toggle_members
from chatd.terminal.words import Trouble

WHEEL = 3


class Keys:
    def __init__(self, app: App, quit: Callable[[], None], redraw: Callable[[], None]) -> None:
        self._app = app
        self._quit = quit
        self._clear = redraw
        self._completion: Completion | None = None
        self._emoji: list[tuple[str, str]] | None = None
        self._pasting: list[str] | None = None

    # ---- keys -----------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        try:
            self._press(key)
        except Trouble as why:
            self._app.say(why.words, complaint=True)
        self._app.changed()

    def _press(self, key: str) -> None:
        app, view = self._app, self._app.view
        if self._in_paste(key):
            return
        if key in ("focus in", "focus out"):
            app.marks.focus(key == "focus in")
            return
        if not app.focused:
            # Anyone who types is here, whatever the terminal said.
            app.marks.focus(True)
        if key not in ("tab", "shift tab"):
            self._completion, view.options = None, ()
        if key in ("ctrl q", "ctrl c") or (key == "ctrl d" and not self._editor().text):
            self._quit()
            return
        if view.popup is not None:
            boxes.press(app, view.popup, key)
            return
        everywhere = {
            "f1": lambda: show_help(app),
            "f2": lambda: toggle_members(app, self._app.width < ONE_PANE),
            "ctrl k": lambda: boxes.switcher(app),
            "ctrl f": lambda: boxes.finder(app),
            "ctrl l": self._clear,
            "ctrl n": lambda: self._step(1),
            "ctrl p": lambda: self._step(-1),
            "meta a": self._next_unread,
            "page up": lambda: self.scroll(-(app.picture.height - 2)),
            "page down": lambda: self.scroll(app.picture.height - 2),
            "meta up": lambda: self._choose(-1),
            "meta down": lambda: self._choose(1),
            "meta end": self._to_end,
            "meta home": lambda: self.scroll(-(1 << 20)),
        }
        if key in everywhere:
            everywhere[key]()
        elif self._app.width < ONE_PANE and view.pane != "talk":
            self._narrow(key)
        elif view.chosen is not None and self._on_message(key):
            return
        elif key == "esc":
            self._escape()
        elif app.room is not None:
            self._write(key)

    def _narrow(self, key: str) -> None:
        """In a narrow terminal, while the list of rooms or members is shown."""
        app, view = self._app, self._app.view
        if key in ("up", "down") and view.pane == "rooms":
            self._step(-1 if key == "up" else 1, show=False)
        elif key in ("enter", "right", "esc") and app.room is not None:
            view.pane = "talk"

    def _editor(self) -> Editor:
        room = self._app.room
        return room.editor if room is not None else Editor()

    def _in_paste(self, key: str) -> bool:
        """What is pasted is text, whatever keys it looks like (bracketed paste)."""
        if key == "begin paste":
            self._pasting = []
        elif key == "end paste" and self._pasting is not None:
            text, self._pasting = "".join(self._pasting), None
            popup = self._app.view.popup
            if popup is not None and popup.editor is not None:
                popup.editor.insert(text.replace("\n", " "))
                boxes.typed(self._app, popup)
            elif self._app.room is not None and popup is None:
                self._app.room.editor.insert(text)
                self._app.saying.typed()
        elif self._pasting is not None:
            char = key if len(key) == 1 or _is_text(key) else ""
            self._pasting.append({"enter": "\n", "ctrl j": "\n", "tab": "\t"}.get(key, char))
        else:
            return False
        return True

    # ---- writing --------------------------------------------------------------------------------

    def _write(self, key: str) -> None:
        app, editor, width = self._app, self._editor(), self._app.picture.writing_width
        before = editor.text
        moves: dict[str, Callable[[], Any]] = {
            "left": editor.left,
            "right": editor.right,
            "home": editor.home,
            "ctrl a": editor.home,
            "ctrl e": editor.end,
            "meta left": editor.word_left,
            "ctrl left": editor.word_left,
            "meta b": editor.word_left,
            "meta right": editor.word_right,
            "ctrl right": editor.word_right,
            "meta f": editor.word_right,
            "backspace": editor.backspace,
            "delete": editor.delete,
            "ctrl d": editor.delete,
            "ctrl w": editor.cut_word,
            "meta backspace": editor.cut_word,
            "ctrl u": editor.cut_line,
            "ctrl y": editor.paste_cut,
            "ctrl up": editor.older,
            "ctrl down": editor.newer,
        }
        if key in moves:
            moves[key]()
        elif key == "enter":
            self._send(editor)
            return
        elif key in ("meta enter", "ctrl j", "shift enter"):
            editor.insert("\n")
        elif key in ("tab", "shift tab"):
            self._complete(editor, 1 if key == "tab" else -1)
        elif key == "up":
            self._up(editor, width)
        elif key == "down":
            if not editor.vertical(1, width):
                editor.newer()
        elif key == "end":
            self._to_end() if not editor.text else editor.end()
        elif (len(key) == 1 and key.isprintable()) or _is_text(key):
            editor.insert(key)
        if editor.text != before:
            app.saying.typed()

    def _up(self, editor: Editor, width: int) -> None:
        app, room = self._app, self._app.room
        if editor.text or room is None:
            if not editor.vertical(-1, width):
                editor.older()
            return
        for message in reversed(room.timeline.messages()):
            if message["from"] == app.chat.me and "deleted" not in message:
                edit_message(app, message)
                return

    def _send(self, editor: Editor) -> None:
        app, view, room = self._app, self._app.view, self._app.room
        if room is None or not editor.text.strip():
            return
        text = editor.take()
        app.saying.stop_typing()
        if view.editing is not None:
            seq, view.editing = view.editing, None
            app.do(write(app, "edit", room=room.id, seq=seq, text=text))
        elif is_command(text):
            app.do(perform(app, text))
        else:
            reply_to, view.reply_to = view.reply_to, None
            app.saying.send(
                room, text.removeprefix("/") if text.startswith("//") else text, reply_to
            )

    def _complete(self, editor: Editor, step: int) -> None:
        app, view = self._app, self._app.view
        if self._completion is not None:
            self._completion.next(step)
        else:
            if self._emoji is None and ":" in editor.text:
                self._emoji = emoji_names()
            self._completion = complete(
                editor.text,
                editor.cursor,
                names=self._names(),
                rooms=filter(None, (one.state.get("slug") for one in app.chat.rooms.values())),
                commands=[f"/{one}" for one in COMMANDS],
                emoji=self._emoji or (),
            )
        found = self._completion
        if found is None:
            return
        editor.text, editor.cursor = found.text, found.cursor
        if len(found.options) > 1:
            first = max(0, found.index - 3)
            view.options = [
                f"[{one.strip()}]" if number + first == found.index else one.strip()
                for number, one in enumerate(found.options[first:])
            ]

    def _names(self) -> list[str]:
        """Those who spoke last, then the other members, then everybody known."""
        app, room = self._app, self._app.room
        if room is None:
            return []
        found = [message["name"] for message in reversed(room.timeline.messages())]
        found += [member["name"] for member in room.members or ()]
        found += ["room"]
        found += [one.state["name"] for one in app.chat.rooms.values() if one.is_direct]
        return [name for name in dict.fromkeys(found) if name and name != app.chat.name]

    def _escape(self) -> None:
        view = self._app.view
        if view.editing is not None:
            view.editing = None
            self._editor().set("")
        elif view.reply_to is not None:
            view.reply_to = None
        elif self._app.width < ONE_PANE:
            view.pane = "rooms"
        else:
            self._to_end()

    # ---- moving ---------------------------------------------------------------------------------

    def scroll(self, rows: int) -> None:
        picture, view = self._app.picture, self._app.view
        if not picture.all_lines or not picture.lines:
            return
        last = picture.all_lines.index(picture.lines[-1])
        least = min(picture.height, len(picture.all_lines)) - 1
        to = min(max(last + rows, least), len(picture.all_lines) - 1)
        view.anchor = None if to == len(picture.all_lines) - 1 else picture.all_lines[to]

    def _to_end(self) -> None:
        self._app.view.anchor = self._app.view.chosen = None

    def _rooms(self) -> list[str]:
        app = self._app
        return [room.id for _, rooms in app.chat.in_order(app.now) for room in rooms]

    def _step(self, step: int, *, show: bool = True) -> None:
        rooms = self._rooms()
        if rooms:
            here = rooms.index(self._app.view.room) if self._app.view.room in rooms else 0
            self._app.go(rooms[(here + step) % len(rooms)], show=show)

    def _next_unread(self) -> None:
        app = self._app
        rooms = self._rooms()
        at = rooms.index(app.view.room) + 1 if app.view.room in rooms else 0
        order = rooms[at:] + rooms[:at]
        waiting = [one for one in order if app.chat.rooms[one].mentions] + [
            one
            for one in order
            if app.chat.rooms[one].unread and not app.chat.rooms[one].is_muted(app.now)
        ]
        if waiting:
            app.go(waiting[0])
        else:
            app.say("Nothing is unread.")

    # ---- a message that is chosen ---------------------------------------------------------------

    def _choose(self, step: int) -> None:
        app, view, room = self._app, self._app.view, self._app.room
        if room is None:
            return
        seqs = [message["seq"] for message in room.timeline.messages()]
        if not seqs:
            return
        if view.chosen not in seqs:
            if step > 0:
                return
            shown = {key for key, _ in app.picture.lines}
            view.chosen = max((seq for seq in seqs if seq in shown), default=seqs[-1])
            return
        at = seqs.index(view.chosen) + step
        if at >= len(seqs):
            view.chosen = None
            return
        view.chosen = seqs[max(at, 0)]
        if not any(key == view.chosen for key, _ in app.picture.lines):
            app.reach.center(view.chosen)

    def _on_message(self, key: str) -> bool:
        app, view, room = self._app, self._app.view, self._app.room
        if room is None or view.chosen is None:
            return False
        message = room.timeline.message(view.chosen)
        if key == "esc" or message is None:
            view.chosen = None
        elif key in ("r", "enter"):
            view.reply_to, view.chosen = message["seq"], None
        elif key == "+":
            boxes.reactions(app, message)
        elif key == "e":
            edit_message(app, message)
        elif key == "d":
            delete_message(app, message)
        elif key == "p":
            app.do(perform(app, "/unpin" if view.chosen in room.timeline.pins else "/pin"))
        elif key == "i":
            app.do(perform(app, "/seen"))
        elif key in ("up", "down"):
            self._choose(-1 if key == "up" else 1)
        else:
            return False
        return True

    # ---- the mouse ------------------------------------------------------------------------------

    def mouse(self, event: str, button: int, column: int, row: int) -> None:
        app, view = self._app, self._app.view
        if "press" not in event:
            return
        region = app.picture.region(column, row)
        if button in (4, 5):
            rows = -WHEEL if button == 4 else WHEEL
            if view.popup is not None:
                view.popup.move(rows // WHEEL)
            else:
                self.scroll(rows)
            app.changed()
            return
        if button != 1 or region is None:
            return
        at = row - region.top
        value = region.values[at] if at < len(region.values) else None
        if region.kind == "outside":
            view.popup = None
        elif region.kind == "choices" and value is not None and view.popup is not None:
            if view.popup.is_list:
                view.popup.index = value[0]
                boxes.press(app, view.popup, "enter")
        elif region.kind == "rooms" and value in app.chat.rooms:
            app.go(value)
        elif region.kind == "members" and value is not None:
            app.do(perform(app, f"/dm @{value[1]}"))
        elif region.kind == "head" and self._app.width < ONE_PANE:
            view.pane = "rooms" if column < 3 else "members"
        elif region.kind == "talk":
            view.chosen = value if isinstance(value, int) and value != view.chosen else None
        elif region.kind == "write" and app.room is not None:
            view.chosen = None
            editor, width = app.room.editor, app.picture.writing_width
            editor.move(app.picture.writing_top + at, column - region.left - 3, width)
        app.changed()


def _is_text(key: str) -> bool:
    """A character that came with its marks, not the name of a key."""
    return len(key) > 1 and not key.isascii() and " " not in key
