"""Reads of how one person keeps rooms: settings, drafts."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

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


def drafts(
    database: Database, user: str, after: str | None, limit: int
) -> tuple[tuple[DraftRow, ...], bool]:
    rows = database.rows(
        """
        select room, body, at from drafts where person = :user and room > :after order by room
        """,
        {"user": user, "after": after or ""},
    )
    return within(limit, (DraftRow(*row) for row in rows))


class _HasBody(Protocol):
    @property
    def body(self) -> bytes: ...


B = TypeVar("B", bound=_HasBody)


def within(limit: int, rows: Iterable[B]) -> tuple[tuple[B, ...], bool]:
    """The first rows, up to ``limit`` bytes of bodies, at least one; whether there are more."""
    fitting: list[B] = []
    size = 0
    for row in rows:
        size += len(row.body)
        if fitting and size > limit:
            return tuple(fitting), True
        fitting.append(row)
    return tuple(fitting), False
