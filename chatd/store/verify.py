"""Examines a stopped store: is the file whole, and what does its log hold?"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw
import msgspec

from chatd.store.lock import FolderLock
from chatd.store.names import FILE
from chatd.store.sqlite import Sqlite
from chatd.store.verify_files import body_faults, has_files, on_disk, row_faults

#: What belongs to a message and goes with it.
OF_MESSAGES = ("mentions", "reactions", "pins", "revisions", "message_files")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the log. ``number`` and ``key`` are None if it is not a message or had no key;
    ``digest`` is the SHA-256 of the message's current text in hex, None if there is none."""

    position: int
    room: str
    seq: int
    number: int | None
    kind: str
    author: str
    key: str | None
    text: str | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """``faults`` are sentences, none for a sound store. No events are read from a damaged file."""

    faults: tuple[str, ...]
    events: tuple[StoredEvent, ...]


def verify(folder: Path) -> Verification:
    """Reads everything, as after a crash: the log file is recovered first. StoreError if in use."""
    with _stopped(folder) as database:
        damage = _damage(database)
        if damage:
            return Verification(damage, ())
        found = (*_faults(database), *_bodies(database, folder))
        return Verification(found, tuple(_events(database)))


def faults(folder: Path) -> tuple[str, ...]:
    """The same without the events, so that a log of any length can be examined."""
    with _stopped(folder) as database:
        return _damage(database) or (*_faults(database), *_bodies(database, folder))


def faults_in(database: Sqlite) -> tuple[str, ...]:
    """The same for a database that is open, without the bodies of files."""
    return _damage(database) or tuple(_faults(database))


@contextmanager
def _stopped(folder: Path) -> Iterator[Sqlite]:
    lock = FolderLock(folder)
    try:
        database = Sqlite(folder / FILE, writing=True)
        try:
            yield database
        finally:
            database.close()
    finally:
        lock.release()


def _damage(database: Sqlite) -> tuple[str, ...]:
    try:
        rows = database.rows("pragma integrity_check", {})
    except (apsw.CorruptError, apsw.NotADBError) as error:
        return (str(error),)
    return tuple(str(row[0]) for row in rows if row[0] != "ok")


def _faults(database: Sqlite) -> list[str]:
    found = [f"foreign key: {row}" for row in database.rows("pragma foreign_key_check", {})]
    count = database.row("select count(*), coalesce(max(position), 0) from events", {})
    assert count is not None
    if count[0] != count[1]:
        found.append(f"{count[0]} events, but positions up to {count[1]}")
    for room, head, number, members, events, last, messages, current in database.rows(
        """
        select r.id, r.head, r.number, r.members,
               (select count(*) from events e where e.room = r.id),
               (select coalesce(max(e.seq), 0) from events e where e.room = r.id),
               (select count(*) from events e where e.room = r.id and e.numbered = 1),
               (select count(*) from memberships m where m.room = r.id and m.to_seq is null)
        from rooms r
        """,
        {},
    ):
        if not head == events == last:
            found.append(f"room {room}: head {head}, {events} events up to seq {last}")
        if number != messages:
            found.append(f"room {room}: number {number}, {messages} messages")
        if members != current:
            found.append(f"room {room}: {members} members counted, {current} there")
    return found + _faults_beside_messages(database)


def _bodies(database: Sqlite, folder: Path) -> Iterator[str]:
    if has_files(database):
        yield from body_faults(database, on_disk(folder))


def _faults_beside_messages(database: Sqlite) -> list[str]:
    found = []
    counted = "select room, seq, emoji, count from reaction_counts"
    there = "select room, seq, emoji, count(*) from reactions group by room, seq, emoji"
    for first, second in ((counted, there), (there, counted)):
        for room, seq, emoji, count in database.rows(f"{first} except {second}", {}):
            found.append(f"room {room}: {count} reactions {emoji} to {seq} are not as counted")
    files = has_files(database)
    if files:
        found += row_faults(database)
    for table in OF_MESSAGES if files else OF_MESSAGES[:-1]:
        lost = f"""
            select distinct t.room, t.seq from {table} t
            left join events e on e.room = t.room and e.seq = t.seq
                and e.numbered = 1 and e.deleted = 0
            where e.position is null
        """  # noqa: S608 (ours)
        for room, seq in database.rows(lost, {}):
            found.append(f"room {room}: {table} of {seq}, which is no message that is there")
    return found


def _events(database: Sqlite) -> list[StoredEvent]:
    keys = {
        (author, room, seq): key
        for author, room, seq, key in database.rows("select author, room, seq, key from ledger", {})
    }
    rows = database.rows(
        """
        select position, room, seq, number, numbered, kind, author, body
        from events order by position
        """,
        {},
    )
    found = []
    for position, room, seq, number, numbered, kind, author, body in rows:
        key = keys.get((author, room, seq))
        text = _text(body) if numbered else None
        digest = None if text is None else hashlib.sha256(text.encode()).hexdigest()
        found.append(
            StoredEvent(
                position, room, seq, number if numbered else None, kind, author, key, text, digest
            )
        )
    return found


def _text(body: bytes) -> str | None:
    content = msgspec.json.decode(body)
    text = content.get("text") if isinstance(content, dict) else None
    return text if isinstance(text, str) else None
