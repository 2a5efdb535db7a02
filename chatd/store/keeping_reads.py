"""Reads of how one person keeps rooms: settings, drafts."""

from chatd.engine.keeping import DraftRow
from chatd.engine.rows import SettingsRow
from chatd.store.database import Database


def settings(database: Database, user: str, room: str) -> SettingsRow:
    row = database.row(
        """
        select notify, muted_until, favourite, place, unread_from from room_settings
        where person = :user and room = :room
        """,
        {"user": user, "room": room},
    )
    if row is None:
        return SettingsRow(room)
    notify, muted_until, favourite, place, unread_from = row
    return SettingsRow(room, notify, muted_until, bool(favourite), place, unread_from)


def drafts(database: Database, user: str) -> tuple[DraftRow, ...]:
    rows = database.rows(
        "select room, body, at from drafts where person = :user order by at desc, room",
        {"user": user},
    )
    return tuple(DraftRow(*row) for row in rows)
