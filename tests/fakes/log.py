"""A log in memory: rooms, members and events with their positions, as envelopes and as rows."""

import json
from collections.abc import Sequence

from chatd.engine.envelope import Batch, Envelope
from chatd.engine.rows import EventRow


class Log:
    """What a store would hold. ``text`` pads a message to whatever length a test needs."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.members: dict[str, set[str]] = {}
        self._seqs: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    @property
    def position(self) -> int:
        return len(self.envelopes)

    def say(
        self, room: str, author: str = "nobody", text: str = "", mentions: tuple[str, ...] = ()
    ) -> Envelope:
        self._numbers[room] = self._numbers.get(room, 0) + 1
        return self._append(room, author, text, numbered=True, mentions=mentions)

    def edit(
        self,
        room: str,
        author: str = "nobody",
        text: str = "",
        kept_from: tuple[str, ...] = (),
    ) -> Envelope:
        return self._append(room, author, text, kept_from=kept_from)

    def move(self, room: str, user: str, inside: bool) -> Envelope:
        members = self.members.setdefault(room, set())
        (members.add if inside else members.discard)(user)
        return self._append(room, user, "", subject=user, inside=inside)

    def turn_into(self, room: str, user: str) -> Envelope:
        """``user`` has another role."""
        return self._append(room, "nobody", "", subject=user)

    def batch(self, first: int, last: int) -> Batch:
        return Batch(first, tuple(self.envelopes[first - 1 : last]))

    def head(self, room: str, position: int | None = None) -> int:
        """The room's last seq as of a position."""
        known = self.envelopes[:position]
        return max((each.seq for each in known if each.room == room), default=0)

    def rooms_of(self, user: str) -> list[tuple[str, int, int, int]]:
        return [
            (room, self.head(room), self._numbers.get(room, 0), len(members))
            for room, members in self.members.items()
            if user in members
        ]

    def _append(
        self,
        room: str,
        author: str,
        text: str,
        *,
        numbered: bool = False,
        subject: str | None = None,
        inside: bool | None = None,
        mentions: tuple[str, ...] = (),
        kept_from: tuple[str, ...] = (),
    ) -> Envelope:
        seq = self._seqs[room] = self._seqs.get(room, 0) + 1
        position = self.position + 1
        number = self._numbers.get(room, 0)
        said = {"type": "event", "position": position, "room": room, "seq": seq, "text": text}
        envelope = Envelope(
            position,
            room,
            seq,
            number,
            json.dumps(said).encode(),
            numbered,
            subject,
            None if inside is None else "in" if inside else "out",
            0 if inside is None else len(self.members[room]),
            author,
            mentions,
            kept_from,
            json.dumps({**said, "text": ""}).encode() if kept_from else b"",
        )
        self.envelopes.append(envelope)
        return envelope


def row(envelope: Envelope) -> EventRow:
    """The row from which `envelope_of` makes this envelope."""
    return EventRow(
        position=envelope.position,
        room=envelope.room,
        seq=envelope.seq,
        number=envelope.number,
        kind="message" if envelope.numbered else envelope.movement or "edit",
        author=envelope.author,
        author_name=envelope.author,
        at=0,
        target=None,
        body=envelope.payload,
        subject=envelope.subject,
    )


def envelope_of(row: EventRow, members: int) -> Envelope:
    return Envelope(
        row.position,
        row.room,
        row.seq,
        row.number,
        row.body,
        row.kind == "message",
        row.subject,
        row.kind if row.kind in ("in", "out") else None,
        members if row.kind in ("in", "out") else 0,
        row.author,
    )


def rows(envelopes: Sequence[Envelope]) -> list[EventRow]:
    return [row(envelope) for envelope in envelopes]
