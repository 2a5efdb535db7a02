"""How far people got: what a unit changes in marks."""

from chatd.engine import unit
from chatd.engine.rows import MarkRow
from chatd.store.keeping_changes import was_taken_up
from chatd.store.work import Work


def advance_mark(work: Work, change: unit.AdvanceMark) -> None:
    row = work.database.row(
        """
        select r.head, coalesce(m.delivered, 0), coalesce(m.read, 0),
               coalesce((select 1 - shows_receipts from users where id = :user), 0),
               (select s.unread_from from room_settings s
                where s.person = :user and s.room = r.id),
               coalesce(m.read_at, 0)
        from rooms r left join marks m on m.room = r.id and m.person = :user
        where r.id = :room
        """,
        {"room": change.room, "user": change.user},
    )
    if row is None:
        raise LookupError(f"a mark in room {change.room}, which does not exist")
    head, was_delivered, was_read, hidden, unread_from, was_read_at = row
    if unread_from is not None and change.read is not None:
        was_taken_up(work, change.room, change.user, change.tell)
    read = max(was_read, min(change.read or 0, head))
    delivered = max(was_delivered, min(change.delivered or 0, head), read)
    if (delivered, read) == (was_delivered, was_read):
        return
    read_at = change.at if read > was_read else was_read_at
    _set_mark(work, change.room, change.user, delivered, read, change.at, read_at)
    work.unit.marks.append(
        MarkRow(change.room, change.user, delivered, read, bool(hidden), read_at)
    )


def said(work: Work, room: str, user: str, seq: int, at: int) -> None:
    """Whoever says something has read everything up to it."""
    work.database.run(
        """
        insert into marks (room, person, delivered, read, at, sent, read_at)
        values (:room, :user, :seq, :seq, :at, :at, :at)
        on conflict (room, person) do update
            set delivered = :seq, read = :seq, at = :at, sent = :at, read_at = :at
        """,
        {"room": room, "user": user, "seq": seq, "at": at},
    )


def _set_mark(
    work: Work, room: str, user: str, delivered: int, read: int, at: int, read_at: int
) -> None:
    work.database.run(
        """
        insert into marks (room, person, delivered, read, at, read_at)
        values (:room, :user, :delivered, :read, :at, :read_at)
        on conflict (room, person) do update
            set delivered = :delivered, read = :read, at = :at, read_at = :read_at
        """,
        {
            "room": room,
            "user": user,
            "delivered": delivered,
            "read": read,
            "at": at,
            "read_at": read_at,
        },
    )
