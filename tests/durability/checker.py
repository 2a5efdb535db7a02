"""Judges a whole history: what was sent, acknowledged, seen and finally stored must agree.

Pure: no clock, no network, no store. A run of chatd, of whatever kind and with whatever went wrong
in it, is written down as a `History`; `check` answers with every way in which it breaks a promise,
in words. An empty list is the verdict "nothing lost, nothing twice, nothing out of order".
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """A message handed to the daemon for the first time; a retry with its key is not a new Send."""

    author: str
    key: str
    room: str
    text: str
    sent_at: float = 0.0  # seconds on the one clock of the run


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The daemon answered "done"; when the moment was noted, real-time order is checked too."""

    author: str
    key: str
    room: str
    seq: int
    received_at: float | None = None  # seconds on the clock of Send.sent_at


@dataclass(frozen=True, slots=True)
class Stored:
    """One event of a room's log as the store holds it at the end.

    Events that are no messages (joins and the like) have no number and no key. A text that was
    edited or deleted is None: what a reader saw of it earlier is then not compared.
    """

    room: str
    seq: int
    author: str = ""
    key: str = ""
    number: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as a reader got it; text as `digest` of it, None for what is no message."""

    seq: int
    number: int | None = None
    text_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one session of one reader got of one room, in the order of arrival.

    The session began with everything up to `after` in hand, so its first event is after + 1.
    `until` is the head that a session left to finish had to reach; None for one that was cut.
    Readings of one reader and room stand in the order in which the sessions happened.
    """

    reader: str
    session: str
    room: str
    seen: tuple[Seen, ...]
    after: int = 0
    until: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    sends: tuple[Send, ...]
    acknowledgements: tuple[Acknowledgement, ...]
    stored: tuple[Stored, ...]
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    kind: str  # a word to count by
    room: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


def digest(text: str) -> str:
    """Enough of a hash to tell texts apart, short enough for a line of a log."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def check(history: History) -> list[Violation]:
    """Every broken promise of the history; empty if there is none."""
    return [
        *_log_is_dense(history.stored),
        *_stored_was_sent(history),
        *_acknowledged_is_stored(history),
        *_order_is_real_time(history),
        *_readers_agree(history),
    ]


def _log_is_dense(stored: Iterable[Stored]) -> Iterator[Violation]:
    """Seq runs from 1 without hole or repeat, and so do the numbers of the messages along it."""
    rooms: dict[str, list[Stored]] = defaultdict(list)
    for event in stored:
        rooms[event.room].append(event)
    for room, events in rooms.items():
        events.sort(key=lambda event: event.seq)
        expected, number = 1, 0
        for event in events:
            if event.seq < expected:
                yield Violation("two-at-one-seq", room, f"{room} holds seq {event.seq} twice")
                continue
            if event.seq > expected:
                yield Violation(
                    "hole", room, f"{room} lacks seq {expected} to {event.seq - 1} in its log"
                )
            expected = event.seq + 1
            if event.number is not None:
                number += 1
                if event.number != number:
                    yield Violation(
                        "wrong-number",
                        room,
                        f"{room} seq {event.seq} is message {number}, numbered {event.number}",
                    )
                    number = event.number


def _stored_was_sent(history: History) -> Iterator[Violation]:
    """What is stored was sent, with this text, to this room, and is stored once."""
    sends = {(send.author, send.key): send for send in history.sends}
    messages = [event for event in history.stored if event.key]
    for (author, key), times in Counter((m.author, m.key) for m in messages).items():
        if times > 1:
            rooms = sorted({m.room for m in messages if (m.author, m.key) == (author, key)})
            yield Violation(
                "stored-twice",
                rooms[0],
                f"{author}'s message {key} is stored {times} times, in {' and '.join(rooms)}",
            )
    for message in messages:
        send = sends.get((message.author, message.key))
        where = f"{message.room} seq {message.seq}"
        if send is None:
            yield Violation(
                "phantom-stored",
                message.room,
                f"{where} holds {message.author}'s message {message.key}, which nobody sent",
            )
        elif send.room != message.room:
            yield Violation(
                "wrong-room",
                message.room,
                f"{where} holds {message.author}'s message {message.key}, sent to {send.room}",
            )
        elif message.text is not None and message.text != send.text:
            yield Violation(
                "wrong-text",
                message.room,
                f"{where} holds another text than {message.author} sent with key {message.key}",
            )


def _acknowledged_is_stored(history: History) -> Iterator[Violation]:
    """Every acknowledged message is stored where the acknowledgement said."""
    sent = {(send.author, send.key) for send in history.sends}
    places: dict[tuple[str, str], set[tuple[str, int]]] = defaultdict(set)
    for event in history.stored:
        if event.key:
            places[event.author, event.key].add((event.room, event.seq))
    first: dict[tuple[str, str], tuple[str, int]] = {}
    holder: dict[tuple[str, int], tuple[str, str]] = {}
    for ack in history.acknowledgements:
        who, place = (ack.author, ack.key), (ack.room, ack.seq)
        name = f"{ack.author}'s message {ack.key}"
        if who not in sent:
            yield Violation("acknowledged-unsent", ack.room, f"{name} was acknowledged, never sent")
        if first.setdefault(who, place) != place:
            yield Violation(
                "acknowledged-twice",
                ack.room,
                f"{name} was acknowledged as {_at(first[who])} and again as {_at(place)}",
            )
        if holder.setdefault(place, who) != who:
            yield Violation(
                "one-seq-for-two",
                ack.room,
                f"{_at(place)} was acknowledged to {name} and to {'/'.join(holder[place])}",
            )
        if not places[who]:
            yield Violation(
                "acknowledged-missing",
                ack.room,
                f"{name}, acknowledged as {_at(place)}, is not in the store",
            )
        elif place not in places[who]:
            yield Violation(
                "other-seq",
                ack.room,
                f"{name}, acknowledged as {_at(place)}, "
                f"is stored as {' and '.join(map(_at, sorted(places[who])))}",
            )


def _order_is_real_time(history: History) -> Iterator[Violation]:
    """A message sent after another was acknowledged comes after it in the room's log.

    From the highest seq down, the earliest acknowledgement met so far is kept: nothing below may
    have been sent after that.
    """
    sent_at = {(send.author, send.key): send.sent_at for send in history.sends}
    rooms: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    for ack in history.acknowledgements:
        who = (ack.author, ack.key)
        if ack.received_at is not None and who in sent_at:
            rooms[ack.room].append((ack.seq, sent_at[who], ack.received_at))
    for room, turns in rooms.items():
        earliest, earliest_seq = float("inf"), 0
        for seq, sent, received in sorted(turns, reverse=True):
            if earliest < sent:
                yield Violation(
                    "out-of-turn",
                    room,
                    f"{room} seq {seq} was sent after seq {earliest_seq} was acknowledged",
                )
            if received < earliest:
                earliest, earliest_seq = received, seq


def _readers_agree(history: History) -> Iterator[Violation]:
    """Each session got a gapless slice of the log, and a reader's sessions join without a hole."""
    log = {(event.room, event.seq): event for event in history.stored}
    reached: dict[tuple[str, str], int] = {}
    for reading in history.readings:
        who, room = f"{reading.reader} ({reading.session})", reading.room
        before = reached.get((reading.reader, room))
        if before is not None and reading.after > before:
            yield Violation(
                "hole-after-resume",
                room,
                f"{who} went on in {room} after seq {reading.after}, "
                f"but had only got as far as {before}",
            )
        yield from _slice_is_gapless(reading, who)
        for seen in reading.seen:
            event = log.get((room, seen.seq))
            if event is None:
                yield Violation(
                    "phantom-event", room, f"{who} saw {room} seq {seen.seq}, which is not stored"
                )
            elif seen.number != event.number or (
                event.text is not None and seen.text_digest != digest(event.text)
            ):
                yield Violation(
                    "wrong-content",
                    room,
                    f"{who} saw another {room} seq {seen.seq} than the store holds",
                )
        last = max((seen.seq for seen in reading.seen), default=reading.after)
        if reading.until is not None and last < reading.until:
            yield Violation(
                "missing-at-end",
                room,
                f"{who} ended at {room} seq {last}, the log at {reading.until}",
            )
        reached[reading.reader, room] = max(last, before or 0)


def _slice_is_gapless(reading: Reading, who: str) -> Iterator[Violation]:
    expected, met = reading.after + 1, set[int]()
    for seen in reading.seen:
        if seen.seq in met:
            yield Violation(
                "duplicate-delivery", reading.room, f"{who} got {reading.room} seq {seen.seq} twice"
            )
            continue
        if seen.seq < expected:
            yield Violation(
                "reordered",
                reading.room,
                f"{who} got {reading.room} seq {seen.seq} where {expected} was due",
            )
        elif seen.seq > expected:
            yield Violation(
                "gap",
                reading.room,
                f"{who} got {reading.room} seq {seen.seq} where {expected} was due",
            )
        met.add(seen.seq)
        expected = max(expected, seen.seq + 1)


def _at(place: tuple[str, int]) -> str:
    return f"{place[0]} seq {place[1]}"
