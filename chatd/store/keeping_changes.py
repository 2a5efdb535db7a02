"""What a unit changes in how one person keeps rooms: settings, their order, drafts."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from chatd.engine import keeping
from chatd.engine.rows import SettingsRow
from chatd.engine.unit import Change
from chatd.store import keeping_reads
from chatd.store.work import Work


def set_settings(work: Work, change: keeping.SetSettings) -> None:
    row = keeping_reads.settings(work.database, change.user, change.room)
    now = {field.name: getattr(row, field.name) for field in fields(row)}
    now |= dict.fromkeys(change.clear)
    for name in now:
        if name != "room" and (wanted := getattr(change, name)) is not None:
            now[name] = wanted
    row = SettingsRow(**now)
    _write(work, change.user, row)
    work.unit.tells.append(change.tell(row))


def _write(work: Work, user: str, row: SettingsRow) -> None:
    """Writes the row, or none if it says nothing."""
    where = {"user": user, "room": row.room}
    if row == SettingsRow(row.room):
        work.database.run("delete from room_settings where person = :user and room = :room", where)
        return
    work.database.run(
        """
        insert into room_settings
            (person, room, notify, muted_until, favourite, place, unread_from)
        values (:user, :room, :notify, :muted, :favourite, :place, :unread)
        on conflict (person, room) do update
            set notify = :notify, muted_until = :muted, favourite = :favourite, place = :place,
                unread_from = :unread
        """,
        {
            **where,
            "notify": row.notify,
            "muted": row.muted_until,
            "favourite": int(row.favourite),
            "place": row.place,
            "unread": row.unread_from,
        },
    )


def order_rooms(work: Work, change: keeping.OrderRooms) -> None:
    work.database.run(
        "update room_settings set place = null where person = :user and place is not null",
        {"user": change.user},
    )
    ordered: list[str] = []
    for room in change.rooms:
        placed = work.database.row(
            """
            insert into room_settings (person, room, place)
            select person, room, :place from memberships
            where room = :room and person = :user and to_seq is null
            on conflict (person, room) do update set place = :place
            returning room
            """,
            {"user": change.user, "room": room, "place": len(ordered)},
        )
        if placed is not None:
            ordered.append(room)
    work.unit.tells.append(change.tell(tuple(ordered)))


def was_taken_up(work: Work, room: str, user: str, tell: keeping.TellSettings | None) -> None:
    """``user`` reads the room, which they had marked as unread."""
    row = replace(keeping_reads.settings(work.database, user, room), unread_from=None)
    _write(work, user, row)
    if tell is not None:
        work.unit.tells.append(tell(row))


def set_draft(work: Work, change: keeping.SetDraft) -> None:
    where = {"user": change.user, "room": change.room}
    if not change.body:
        there = work.database.row(
            "delete from drafts where person = :user and room = :room returning 1", where
        )
        if there is not None:
            work.unit.tells.append(change.tell(keeping.DraftRow(change.room, b"", change.at)))
        return
    work.database.run(
        """
        insert into drafts (person, room, body, at) values (:user, :room, :body, :at)
        on conflict (person, room) do update set body = :body, at = :at
        """,
        {**where, "body": change.body, "at": change.at},
    )
    work.unit.tells.append(change.tell(keeping.DraftRow(change.room, change.body, change.at)))
    # The one just written stays, whatever the clock did.
    dropped = work.database.rows(
        """
        delete from drafts where person = :user and room in (
            select room from drafts where person = :user and room <> :room
            order by at desc, room limit 1000 offset :most)
        returning room
        """,
        {**where, "most": change.most - 1},
    )
    for (room,) in dropped:
        work.unit.tells.append(change.tell(keeping.DraftRow(room, b"", change.at)))


def left(work: Work, room: str, user: str) -> None:
    """``user`` is no longer in the room: nothing of how it was kept remains."""
    for table in ("drafts", "room_settings"):
        work.database.run(
            f"delete from {table} where person = :user and room = :room",  # noqa: S608 (ours)
            {"user": user, "room": room},
        )


KEEPING_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    keeping.SetSettings: set_settings,
    keeping.OrderRooms: order_rooms,
    keeping.SetDraft: set_draft,
}
