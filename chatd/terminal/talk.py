"""The conversation as rows of a given width: days, authors, texts, and what hangs on them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chatd.terminal import look
from chatd.terminal.cards import card_rows
from chatd.terminal.files import files_of, summary
from chatd.terminal.lines import membership, name_of, room_change
from chatd.terminal.look import Signs
from chatd.terminal.model import Chat, Room
from chatd.terminal.safe import cells
from chatd.terminal.timeline import Pending
from chatd.terminal.width import Row, Run, clip, columns, fill, fit, row_columns, wrap

Frame = dict[str, Any]
#: Lines longer than this are hard to read, however wide the terminal.
WIDEST_TEXT = 110
#: From this width on, names stand in a column of their own.
WITH_NAMES = 50
#: Milliseconds within which messages of one person stand together.
TOGETHER = 5 * 60_000
#: Columns on the right for one's own ticks.
TICKS = 3

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'»”]", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w@])@[\w.-]*\w")


@dataclass(frozen=True, slots=True)
class Block:
    """One thing in the conversation. ``key`` is its seq, or whatever else tells it from others;
    ``seq`` a message's, which can be chosen and seen."""

    key: object
    rows: tuple[Row, ...]
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How wide its parts are."""

    width: int
    names: int
    text: int


class Talk:
    """Draws one room for one width; what did not change is not drawn again."""

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        #: by seq, what it was drawn from and how; for the previous picture, and for this one
        self._before: dict[int, tuple[object, Block]] = {}
        self._drawn: dict[int, tuple[object, Block]] = {}
        self._for: object = None

    def blocks(self, chat: Chat, room: Room, width: int, chosen: int | None = None) -> list[Block]:
        sizes = measures(width, widest_name(chat, room))
        # What is no longer on a picture is not kept.
        self._before = self._drawn if self._for == (room.id, sizes) else {}
        self._for, self._drawn = (room.id, sizes), {}
        found = [self._beginning(room, sizes)]
        before: Frame | None = None
        new_done = room.unread_after is None
        for item in room.timeline:
            day = _day(item["at"])
            if before is None or day != _day(before["at"]):
                found.append(Block(("day", item["seq"]), (self._ruled(day, "dim", width),)))
                before = None
            if not new_done and _is_new(item, room.unread_after, chat.me):
                found.append(Block("new", (self._ruled("new", "new", width),)))
                before, new_done = None, True
            found.append(self._item(chat, room, item, before, sizes, item["seq"] == chosen))
            before = item
        for pending in room.timeline.pending:
            found.append(self._pending(chat, pending, sizes))
        return found

    # ---- one thing ------------------------------------------------------------------------------

    def _item(
        self,
        chat: Chat,
        room: Room,
        item: Frame,
        before: Frame | None,
        sizes: Sizes,
        is_chosen: bool,
    ) -> Block:
        seq = item["seq"]
        if item["type"] != "message":
            return self._kept(seq, (id(item), is_chosen), lambda: self._notice(item, sizes))
        mine = item["from"] == chat.me
        progress = chat.progress(room, seq) if mine and "deleted" not in item else ("", 0)
        quoted = room.timeline.quoted(item["reply_to"]) if item.get("reply_to") else None
        pinned = seq in room.timeline.pins
        follows, same_minute = _follows(item, before)
        key = (id(item), progress, follows, same_minute, id(quoted), pinned, is_chosen)

        def draw() -> Block:
            rows = self._message(chat, item, quoted, pinned, progress, sizes)
            rows = self._headed(item, chat, rows, follows, same_minute, sizes)
            if is_chosen:
                rows = [
                    tuple(("chosen", text) for _, text in fill(row, sizes.width)) for row in rows
                ]
            return Block(seq, tuple(rows), seq)

        return self._kept(seq, key, draw)

    def _kept(self, seq: int, key: object, draw: Any) -> Block:
        held = self._before.get(seq)
        if held is None or held[0] != key:
            held = (key, draw())
        self._drawn[seq] = held
        return held[1]

    def _message(
        self,
        chat: Chat,
        item: Frame,
        quoted: Frame | None,
        pinned: bool,
        progress: tuple[str, int],
        sizes: Sizes,
    ) -> list[Row]:
        """The rows of what was said, without what stands before them."""
        if "deleted" in item:
            return [(("dim", "This message was deleted."),)]
        rows: list[Row] = []
        if item.get("reply_to"):
            rows.append(self._quote(item, quoted, sizes.text))
        if forwarded := item.get("forwarded"):
            said = f"{self._signs.forward} said by {cells(str(forwarded.get('name', '?')))}"
            rows.append((("quote", clip(said, sizes.text, self._signs.ellipsis)),))
        card = card_rows(item, sizes.text, self._signs)
        # A card says in its own way what the text says in words.
        text = "" if card else cells(str(item.get("text", "")), lines=True)
        runs = list(marked_up(text, chat.name))
        if "edited" in item:
            runs.append(("dim", " (edited)" if runs else "(edited)"))
        rows += card
        if runs:
            rows += wrap(tuple(runs), sizes.text)
        for file in files_of(item):
            rows += wrap((("link", cells(file)),), sizes.text)
        if pinned:
            rows.append((("dim", f"{self._signs.pin} pinned"),))
        rows += self._reactions(chat, item, sizes.text)
        return self._ticked(rows or [()], progress, sizes)

    def _quote(self, item: Frame, quoted: Frame | None, width: int) -> Row:
        if quoted is None:
            said = f"answers message {item['reply_to']}"
        elif "deleted" in quoted:
            said = f"{cells(name_of(quoted))}: a deleted message"
        else:
            said = f"{cells(name_of(quoted))}: {cells(summary(quoted))}"
        return (("quote", clip(f"{self._signs.quote} {said}", width, self._signs.ellipsis)),)

    def _reactions(self, chat: Chat, item: Frame, width: int) -> list[Row]:
        runs: list[Run] = []
        for one in item.get("reactions") or ():
            users = one.get("users", ())
            count = one.get("count", len(users))
            mine = one.get("mine") or chat.me in users
            sign = cells(str(one.get("emoji", "")))
            runs.append(("seen" if mine else "reaction", f"{sign} {count}"))
            runs.append((None, "  "))
        return wrap(tuple(runs[:-1]), width) if runs else []

    def _ticked(self, rows: list[Row], progress: tuple[str, int], sizes: Sizes) -> list[Row]:
        state, _ = progress
        if not state:
            return rows
        sign = self._signs.stored if state == "stored" else self._signs.delivered
        tick = ("seen" if state == "seen" else "dim", fit(sign, TICKS - 1, right=True))
        return [*rows[:-1], (*fill(rows[-1], sizes.text), (None, " "), tick)]

    def _headed(
        self,
        item: Frame,
        chat: Chat,
        rows: list[Row],
        follows: bool,
        same_minute: bool,
        sizes: Sizes,
    ) -> list[Row]:
        """With time and author before them, or above if there is little room."""
        shape = "me" if item["from"] == chat.me else look.author(item["from"])
        name, time = cells(name_of(item)), _time(item["at"])
        dots = self._signs.ellipsis
        if not sizes.names:
            rows = [((None, " "), *row) for row in rows]
            if follows:
                return rows
            head = ((shape, clip(name, sizes.width - 7, dots)), ("dim", f"  {time}"))
            return [head, *rows]
        stamp = " " * 5 if same_minute and follows else time
        label = "" if follows else name
        first = (
            ("dim", f"{stamp} "),
            (shape, fit(label, sizes.names, dots, right=True)),
            (None, "  "),
        )
        space = ((None, " " * row_columns(first)),)
        return [(*(space if number else first), *row) for number, row in enumerate(rows)]

    def _notice(self, item: Frame, sizes: Sizes) -> Block:
        if item["type"] == "membership":
            text = membership(item)
        else:
            text = f"{name_of(item)} {room_change(item)}"
        lead = f"{_time(item['at'])} " + (" " * sizes.names + "  " if sizes.names else "")
        rows = wrap((("dim", cells(text)),), max(sizes.width - columns(lead), 10))
        space = " " * columns(lead)
        return Block(
            item["seq"],
            tuple((("dim", space if n else lead), *row) for n, row in enumerate(rows)),
        )

    def _pending(self, chat: Chat, pending: Pending, sizes: Sizes) -> Block:
        runs = wrap(
            ((None if pending.failed else "dim", cells(pending.text, lines=True)),), sizes.text
        )
        sign = self._signs.failed if pending.failed else self._signs.waiting
        tick: Run = ("failed" if pending.failed else "dim", fit(sign, TICKS - 1, right=True))
        rows = [*runs[:-1], (*fill(runs[-1], sizes.text), (None, " "), tick)]
        if pending.failed:
            rows += wrap((("failed", f"Not sent: {cells(pending.failed)}"),), sizes.text)
        item = {"from": chat.me, "name": chat.name, "at": pending.at}
        return Block(pending.key, tuple(self._headed(item, chat, rows, False, False, sizes)))

    def _beginning(self, room: Room, sizes: Sizes) -> Block:
        if not room.opened or room.timeline.more_before:
            words = (
                "PgUp shows what was said before"
                if room.opened
                else "Loading" + self._signs.ellipsis
            )
        elif room.is_direct:
            words = f"The beginning of your conversation with {room.state['name']}"
        else:
            words = f"The beginning of {room.state['name']}"
        text = clip(cells(words), sizes.width, self._signs.ellipsis)
        left = max((sizes.width - columns(text)) // 2, 0)
        return Block("beginning", (((None, " " * left), ("dim", text)),))

    def _ruled(self, words: str, shape: str, width: int) -> Row:
        text = f" {words} "
        left = max((width - columns(text)) // 2, 0)
        right = max(width - columns(text) - left, 0)
        line = self._signs.line
        return (
            (shape if shape == "new" else "rule", line * left),
            (shape, text),
            (shape if shape == "new" else "rule", line * right),
        )


def measures(width: int, widest: int) -> Sizes:
    """``widest``: columns of the longest name."""
    if width < WITH_NAMES:
        return Sizes(width, 0, max(width - 1 - TICKS, 8))
    names = min(widest, 10 if width < 72 else 16)
    return Sizes(width, names, min(width - 5 - 1 - names - 2 - TICKS, WIDEST_TEXT))


def widest_name(chat: Chat, room: Room) -> int:
    names = {name_of(item) for item in room.timeline if item["type"] == "message"}
    return max((columns(cells(name)) for name in {*names, chat.name}), default=4)


def marked_up(text: str, me: str) -> Iterator[Run]:
    """Links and names in a text that is already safe."""
    at = 0
    found = sorted([*_LINK.finditer(text), *_NAME.finditer(text)], key=lambda match: match.start())
    for match in found:
        if match.start() < at:
            continue
        if at < match.start():
            yield None, text[at : match.start()]
        if match[0].startswith("@"):
            calls = match[0][1:].casefold() in (me.casefold(), "room") and bool(me)
            yield ("mention" if calls else "bold"), match[0]
        else:
            yield "link", match[0]
        at = match.end()
    if at < len(text):
        yield None, text[at:]


def _is_new(item: Frame, after: int | None, me: str) -> bool:
    return after is not None and item["seq"] > after and item["from"] != me


def _follows(item: Frame, before: Frame | None) -> tuple[bool, bool]:
    """Whether it stands under the head of the one before, and in the same minute."""
    if before is None or before["type"] != "message" or before["from"] != item["from"]:
        return False, False
    near = item["at"] - before["at"] < TOGETHER
    return near, _time(item["at"]) == _time(before["at"])


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000).strftime("%H:%M")


def _day(at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000)
    return f"{moment:%A} {moment.day} {moment:%B %Y}"
