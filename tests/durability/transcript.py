"""The lines in which a workload reports what it did, and a check what the store holds.

Both go to a console that may break off in mid-line when the power is cut, so a line is whole only
with its full stop, and whatever is no such line (a kernel's word, a traceback) is left aside.
Words are separated by blanks; "-" stands for nothing.

    acked ROOM SEQ AUTHOR KEY .
    opened READER SESSION ROOM AFTER .
    seen READER SESSION ROOM SEQ NUMBER DIGEST .
    stored ROOM SEQ NUMBER AUTHOR KEY DIGEST .
    checked COUNT .
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.durability.checker import Acknowledgement, History, Reading, Seen, Send, Stored, digest

LENGTHS = {"acked": 5, "opened": 5, "seen": 7, "stored": 7, "checked": 2}


def line(*words: object) -> str:
    """One line of the transcript, with its newline."""
    return " ".join("-" if word is None or word == "" else str(word) for word in words) + " .\n"


def acked(room: str, seq: int, author: str, key: str) -> str:
    return line("acked", room, seq, author, key)


def opened(reader: str, session: str, room: str, after: int) -> str:
    return line("opened", reader, session, room, after)


def seen(
    reader: str, session: str, room: str, seq: int, number: int | None, text: str | None
) -> str:
    return line("seen", reader, session, room, seq, number, None if text is None else digest(text))


def stored(room: str, seq: int, number: int | None, author: str, key: str, text: str | None) -> str:
    mark = None if text is None else digest(text)
    return line("stored", room, seq, number, author, key, mark)


def checked(count: int) -> str:
    """The last line of a check: how many `stored` lines went before it."""
    return line("checked", count)


def words_of(text: str) -> list[str] | None:
    """The words of one line; None for what is not a whole line of a transcript."""
    words = text.split()
    if len(words) < 2 or words.pop() != "." or LENGTHS.get(words[0]) != len(words):
        return None
    return words


@dataclass
class Transcript:
    """Gathers lines; `history` gives the checker what they say.

    A message may be stored although no line about it survived the cut. So what was sent is asked
    of `text_for(author, key)`: the text that the workload sends with that key, None if it is none
    of its keys.
    """

    acknowledgements: list[Acknowledgement] = field(default_factory=list)
    stored: list[tuple[str, int, int | None, str, str, str | None]] = field(default_factory=list)
    checked: int | None = None  # what the check counted; None until it came to its end
    _sessions: dict[tuple[str, str, str], tuple[int, list[Seen]]] = field(default_factory=dict)

    def take(self, text: str) -> str | None:
        """Note one line; answers its first word, or None if it is no line of a transcript."""
        words = words_of(text)
        if words is None:
            return None
        kind, *rest = (None if word == "-" else word for word in words)
        try:
            self._note(kind or "", [word or "" for word in rest])
        except (ValueError, KeyError):
            return None
        return kind

    def _note(self, kind: str, rest: list[str]) -> None:
        match kind, rest:
            case "acked", [room, seq, author, key]:
                self.acknowledgements.append(Acknowledgement(author, key, room, int(seq)))
            case "opened", [reader, session, room, after]:
                self._sessions[reader, session, room] = (int(after), [])
            case "seen", [reader, session, room, seq, number, mark]:
                _, events = self._sessions[reader, session, room]
                events.append(Seen(int(seq), _number(number), mark or None))
            case "stored", [room, seq, number, author, key, mark]:
                self.stored.append((room, int(seq), _number(number), author, key, mark or None))
            case "checked", [count]:
                self.checked = int(count)

    def forget_stored(self) -> None:
        """Before the next check: what the store holds is said anew by each."""
        self.stored.clear()
        self.checked = None

    def history(self, text_for: Callable[[str, str], str | None]) -> History:
        """What the lines amount to."""
        rooms = {(ack.author, ack.key): ack.room for ack in self.acknowledgements}
        for room, _, _, author, key, _ in self.stored:
            rooms.setdefault((author, key), room)
        sends = [
            Send(author, key, room, text)
            for (author, key), room in rooms.items()
            if (text := text_for(author, key)) is not None
        ]
        return History(
            tuple(sends),
            tuple(self.acknowledgements),
            tuple(_events(self.stored, text_for)),
            tuple(
                Reading(reader, session, room, tuple(events), after)
                for (reader, session, room), (after, events) in self._sessions.items()
            ),
        )


def _number(word: str) -> int | None:
    return int(word) if word else None


def _events(
    stored: Iterable[tuple[str, int, int | None, str, str, str | None]],
    text_for: Callable[[str, str], str | None],
) -> Iterable[Stored]:
    """The digest turned back into the text that was sent, if it is that text's."""
    for room, seq, number, author, key, mark in stored:
        text = text_for(author, key) if key else None
        if mark is not None and (text is None or digest(text) != mark):
            text = f"another text, of digest {mark}"
        yield Stored(room, seq, author, key, number, None if mark is None else text)
