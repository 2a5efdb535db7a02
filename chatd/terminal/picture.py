"""The whole picture: panes side by side, the line one writes in, a box over everything. Pure.

Rows go out, as well as where the cursor is, what a click means where, and which messages can be
seen: only those may be marked as read.
"""

from dataclasses import dataclass, field
from typing import Any

from chatd.terminal import panes
from chatd.terminal.files import summary
from chatd.terminal.look import Signs
from chatd.terminal.model import Chat, Room
from chatd.terminal.safe import cells, plain
from chatd.terminal.talk import Block, Talk
from chatd.terminal.view import Popup, View
from chatd.terminal.width import Row, Run, clip, columns, fill, fit, slice_row

#: Below this width, one pane at a time; from here on, the members as well.
ONE_PANE = 70
THREE_PANES = 110
#: If less than this fits, there is no picture.
LEAST_COLUMNS, LEAST_ROWS = 20, 6
MOST_LINES = 8
WIDEST_BOX = 72


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the screen; ``values`` are what its rows stand for, beginning with its first."""

    kind: str
    left: int
    top: int
    width: int
    height: int
    values: tuple[Any, ...] = ()

    def at(self, column: int, row: int) -> bool:
        return (
            self.left <= column < self.left + self.width
            and self.top <= row < self.top + self.height
        )


@dataclass(slots=True)
class Picture:
    rows: list[Row] = field(default_factory=list)
    cursor: tuple[int, int] | None = None
    regions: list[Region] = field(default_factory=list)
    #: the last message of the room that is on the screen, with its end
    seen: int | None = None
    at_end: bool = True
    at_beginning: bool = False
    #: what of the conversation is shown: (block key, row of it) for each row
    lines: list[tuple[object, int]] = field(default_factory=list)
    #: (block key, row of it) for every row there is, and the height shown
    all_lines: list[tuple[object, int]] = field(default_factory=list)
    height: int = 0
    writing_width: int = 20
    writing_top: int = 0

    def region(self, column: int, row: int) -> Region | None:
        return next((one for one in reversed(self.regions) if one.at(column, row)), None)


class Painter:
    def __init__(self, chat: Chat, view: View, signs: Signs, site: str) -> None:
        self._chat = chat
        self._view = view
        self._signs = signs
        self._site = site
        self._talk = Talk(signs)

    def paint(self, width: int, height: int, now: int) -> Picture:
        picture = Picture()
        if width < LEAST_COLUMNS or height < LEAST_ROWS:
            picture.rows = [fill(((None, "Too small."),), width)] * height
            return picture
        room = self._chat.rooms.get(self._view.room or "")
        body = height - 1
        if width < ONE_PANE:
            rows = self._one(picture, room, width, body, now)
        else:
            rows = self._several(picture, room, width, body, now)
        picture.rows = [*rows, self._foot(width)]
        if self._view.popup is not None:
            self._box(picture, self._view.popup, width, height)
        return picture

    # ---- panes ----------------------------------------------------------------------------------

    def _one(
        self, picture: Picture, room: Room | None, width: int, height: int, now: int
    ) -> list[Row]:
        pane = self._view.pane if room is not None else "rooms"
        if pane == "talk":
            return self._conversation(picture, room, 0, width, height, now, True)
        if pane == "members" and room is not None:
            found = panes.members_pane(self._chat, room, width, height - 1, self._signs)
            picture.regions.append(Region("head", 0, 0, width, 1))
            top = panes.head(self._chat, room, width, True, now, self._signs)
        else:
            found = panes.rooms_pane(
                self._chat, self._view.room, width, height - 1, now, self._signs
            )
            top = fill((("bar strong", f" {self._site}"),), width, "bar")
        kind = "members" if pane == "members" else "rooms"
        values = tuple(value for _, value in found)
        picture.regions.append(Region(kind, 0, 1, width, len(values), values))
        return [top, *_column([row for row, _ in found], width, height - 1)]

    def _several(
        self, picture: Picture, room: Room | None, width: int, height: int, now: int
    ) -> list[Row]:
        side = 20 if width < 100 else 24 if width < 140 else 28
        people = 0
        if width >= THREE_PANES and self._view.members and room and not room.is_direct:
            people = 22 if width < 140 else 26
        middle = width - side - 1 - (people + 1 if people else 0)
        found = panes.rooms_pane(self._chat, self._view.room, side, height - 1, now, self._signs)
        site = clip(self._site, side - 2, self._signs.ellipsis)
        left = [
            fill((("bar strong", f" {site}"),), side, "bar"),
            *_column([row for row, _ in found], side, height - 1),
        ]
        values = tuple(value for _, value in found)
        picture.regions.append(Region("rooms", 0, 1, side, len(values), values))
        talk = self._conversation(picture, room, side + 1, middle, height, now, False)
        columns_ = [left, talk]
        if people and room is not None:
            who = panes.members_pane(self._chat, room, people, height - 1, self._signs)
            persons = tuple(value for _, value in who)
            at = side + 1 + middle + 1
            picture.regions.append(Region("members", at, 1, people, len(persons), persons))
            columns_.append(
                [((("bar", " " * people)),), *_column([row for row, _ in who], people, height - 1)]
            )
        return _beside(columns_, self._signs)

    # ---- the conversation -----------------------------------------------------------------------

    def _conversation(
        self,
        picture: Picture,
        room: Room | None,
        left: int,
        width: int,
        height: int,
        now: int,
        narrow: bool,
    ) -> list[Row]:
        top = panes.head(self._chat, room, width, narrow, now, self._signs)
        picture.regions.append(Region("head", left, 0, width, 1))
        if room is None:
            text = "Choose a room: Ctrl-K, or /join to find one."
            middle = _column([(), ((None, " "), ("dim", clip(text, width - 2)))], width, height - 1)
            return [top, *middle]
        writing, cursor = self._writing(picture, room, width, max(1, min(MOST_LINES, height // 3)))
        talk_height = height - 1 - 1 - len(writing)
        rows = self._visible(picture, room, width - 2, talk_height)
        chosen = tuple(key for key, _ in picture.lines)
        padding = talk_height - len(rows)
        picture.regions.append(
            Region("talk", left, 1, width, talk_height, (None,) * padding + chosen)
        )
        write_top = height - len(writing)
        picture.regions.append(Region("write", left, write_top, width, len(writing)))
        picture.cursor = (left + cursor[0], write_top + cursor[1])
        shown = [((None, " "), *row) for row in rows]
        return [
            top,
            *([fill((), width)] * padding),
            *(fill(row, width) for row in shown),
            self._between(room, width),
            *writing,
        ]

    def _visible(self, picture: Picture, room: Room, width: int, height: int) -> list[Row]:
        """The rows of the conversation that fit, down to the anchor."""
        blocks = self._talk.blocks(self._chat, room, width, self._view.chosen)
        lines = [(block, at) for block in blocks for at in range(len(block.rows))]
        keys = [(block.key, at) for block, at in lines]
        end = self._end(room, blocks, keys, height)
        start = max(0, end - height)
        shown = lines[start:end]
        picture.at_end, picture.at_beginning = end == len(lines), start == 0
        picture.lines, picture.all_lines = keys[start:end], keys
        picture.height = height
        if picture.at_end:
            # Once scrolled down to the end, it stays there.
            self._view.anchor = None
        picture.seen = _seen(shown)
        return [block.rows[at] for block, at in shown]

    def _end(
        self, room: Room, blocks: list[Block], keys: list[tuple[object, int]], height: int
    ) -> int:
        view = self._view
        if view.to_unread and room.opened:
            view.to_unread = False
            if ("new", 0) in keys:
                below = keys.index(("new", 0)) + height
                if below < len(keys):
                    view.anchor = keys[below - 1]
        if view.anchor is None:
            return len(keys)
        key, at = view.anchor
        places = [place for place, (one, _) in enumerate(keys) if one == key]
        if not places:
            view.anchor = None
            return len(keys)
        end = places[min(at, len(places) - 1)] + 1
        if view.center:
            end, view.center = end + height // 2, False
        end = max(min(end, len(keys)), min(height, len(keys)))
        view.anchor = keys[end - 1]
        return end

    def _between(self, room: Room, width: int) -> Row:
        """Above the line one writes in: what was asked for, who types, what one is doing."""
        view, dots = self._view, self._signs.ellipsis
        if view.options:
            words: tuple[Run, ...] = (("dim", cells(" " + "  ".join(view.options))),)
        elif view.notice:
            words = (("failed" if view.is_complaint else "bold", f" {view.notice}"),)
        elif view.editing is not None:
            words = (("bold", " Editing your message."), ("dim", " Enter saves it, Esc does not."))
        elif view.reply_to is not None:
            to = room.timeline.message(view.reply_to)
            text = f"{to['name']}: {summary(to)}" if to else f"message {view.reply_to}"
            words = (("bold", " Answering "), ("quote", cells(text)))
        elif room.typing:
            words = (("dim", " " + _typing(room) + dots),)
        elif view.anchor is not None:
            below = f"{view.unseen_below} new" if view.unseen_below else "more"
            words = (("dim", f" {self._signs.down} {below} below: Alt-End or End goes there"),)
        else:
            words = ()
        text = "".join(part for _, part in words)
        if columns(text) > width:
            return fill(((words[0][0], clip(text, width, dots)),), width)
        return fill(words, width)

    def _writing(
        self, picture: Picture, room: Room, width: int, most: int
    ) -> tuple[list[Row], tuple[int, int]]:
        """The rows one writes in, and the cursor within them."""
        editor = room.editor
        room_for = max(width - 4, 4)
        picture.writing_width = room_for
        row, column = editor.place(room_for)
        lines = editor.lines(room_for)
        top = max(0, min(row - most // 2, len(lines) - most))
        picture.writing_top = top
        shown: list[Row] = []
        for number, (start, end) in enumerate(lines[top : top + most]):
            lead = f" {self._signs.prompt} " if number + top == 0 else "   "
            shown.append(fill((("me", lead), (None, cells(editor.text[start:end]))), width))
        if not editor.text:
            words = _invitation(room, self._chat.me)
            shown = [
                fill((("me", f" {self._signs.prompt} "), ("dim", clip(words, width - 4))), width)
            ]
        return shown, (3 + column, row - top)

    # ---- the bar below, and boxes ---------------------------------------------------------------

    def _foot(self, width: int) -> Row:
        view = self._view
        who = cells(self._chat.name)
        if view.popup is not None:
            acts = ("Enter", "choose") if view.popup.is_list else ("PgDn", "more")
            hints: tuple[tuple[str, str], ...] = (acts, ("Esc", "close"))
        elif view.chosen is not None:
            hints = (
                ("r", "answer"),
                ("+", "react"),
                ("e", "edit"),
                ("d", "delete"),
                ("p", "pin"),
                ("i", "seen by"),
                ("Esc", "done"),
            )
        else:
            go = (("Ctrl-K", "go to"), ("Ctrl-F", "find"))
            # If there is no room for all, the last are left out; offline one may want to leave.
            ends = ("Ctrl-Q", "quit")
            hints = (("F1", "help"), *((ends, *go) if view.offline else (*go, ends)))
        return panes.foot(who, view.offline, hints, width, self._signs)

    def _box(self, picture: Picture, popup: Popup, width: int, height: int) -> None:
        inner = min(width - 4, WIDEST_BOX)
        room_for = height - 6 - (1 if popup.editor is not None else 0)
        count = max(min(len(popup.choices), room_for), 1)
        if popup.is_list:
            popup.top = min(max(popup.top, popup.index - count + 1), popup.index)
        popup.top = max(0, min(popup.top, len(popup.choices) - count))
        rows: list[Row] = []
        corners, line, side = self._signs.corners, self._signs.line, self._signs.bar
        title = f" {clip(popup.title, inner - 4, self._signs.ellipsis)} "
        rest = inner - columns(title) - 1
        rows.append(
            (("rule", corners[0] + line), ("box title", title), ("rule", line * rest + corners[1]))
        )
        left, top = (width - inner - 2) // 2, max((height - count - 4) // 2, 0)
        if popup.editor is not None:
            text = cells(popup.editor.text)
            shown = text if columns(text) < inner - 4 else text[-(inner - 5) :]
            rows.append(_framed(((("me", f" {self._signs.prompt} "), (None, shown))), inner, side))
            picture.cursor = (left + 4 + columns(shown), top + 1)
        else:
            picture.cursor = None
        values = []
        for number, (row, value) in enumerate(popup.choices[popup.top : popup.top + count]):
            row = fill(((None, " "), *row), inner)
            if popup.is_list and number + popup.top == popup.index:
                row = tuple(("chosen", text) for _, text in row)
            rows.append(_framed(row, inner, side))
            values.append((number + popup.top, value))
        if not popup.choices:
            rows.append(_framed(((None, " "), ("dim", popup.hint or "Nothing.")), inner, side))
        more = len(popup.choices) > popup.top + count
        mark = f" {self._signs.down} more " if more else ""
        bottom = line * (inner - columns(mark)) + mark
        rows.append((("rule", corners[2] + bottom + corners[3]),))
        first = top + 1 + (1 if popup.editor is not None else 0)
        picture.regions = [
            Region("outside", 0, 0, width, height),
            Region("box", left, top, inner + 2, len(rows)),
            Region("choices", left, first, inner + 2, len(values), tuple(values)),
        ]
        for number, row in enumerate(rows):
            at = top + number
            if at < len(picture.rows) - 1:
                under = picture.rows[at]
                before = fill(slice_row(under, 0, left), left)
                after = slice_row(under, left + inner + 2, width)
                after = fill(after, width - left - inner - 2)
                picture.rows[at] = (*before, *row, *after)


def in_ascii(row: Row) -> Row:
    """For a terminal that has nothing else; as wide as before."""
    return tuple((shape, fit(plain(text), columns(text), "")) for shape, text in row)


def _seen(shown: list[tuple[Block, int]]) -> int | None:
    """The last message whose end is on the screen; all before it count as seen, too."""
    found = None
    for block, at in shown:
        if block.seq is not None and at == len(block.rows) - 1:
            found = block.seq
    return found


def _invitation(room: Room, me: str) -> str:
    if room.state.get("archived"):
        return "This room is archived; nobody writes here."
    if room.state.get("role") == "reader":
        return "You read here, and do not write."
    posting = room.state.get("posting", "member")
    if posting != "member" and room.state.get("role") not in (posting, "owner"):
        return f"Announcements: only {posting}s write here."
    if room.is_direct and room.state.get("other") == me:
        return "Write yourself a note"
    return f"Write to {panes.title_of(room, me)}"


def _typing(room: Room) -> str:
    names = [cells(name) for name in room.typing]
    more = room.typing_count - len(names)
    if more > 0:
        names.append(f"{more} more")
    if len(names) == 1:
        return f"{names[0]} is typing"
    return f"{', '.join(names[:-1])} and {names[-1]} are typing"


def _framed(row: Row, inner: int, side: str) -> Row:
    return (("rule", side), *fill(row, inner), ("rule", side))


def _column(rows: list[Row], width: int, height: int) -> list[Row]:
    return [fill(row, width) for row in rows[:height]] + [fill((), width)] * (height - len(rows))


def _beside(columns_: list[list[Row]], signs: Signs) -> list[Row]:
    found = []
    for number, parts in enumerate(zip(*columns_, strict=True)):
        between: Run = ("bar", " ") if number == 0 else ("rule", signs.bar)
        row: list[Run] = []
        for part in parts:
            row += [*([between] if row else []), *part]
        found.append(tuple(row))
    return found
