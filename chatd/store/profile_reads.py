"""Reads of people as one particular person may see them, and of what they keep to themselves."""

from chatd.core.codes import Code
from chatd.core.folded import folded
from chatd.core.refusal import Refusal
from chatd.engine.profiles import Directory, PrivacyRow, ProfileRow
from chatd.engine.rows import StatusRow
from chatd.store import refusals
from chatd.store.database import Database, Row
from chatd.store.hidden import confined

#: Last seen is told to the minute; in milliseconds.
MINUTE = 60_000

_SHARED = """
    select 1 from memberships a
    join memberships b on b.person = :other and b.room = a.room and b.to_seq is null
    where a.person = :user and a.to_seq is null limit 1
"""
#: Whether one of two people has blocked the other.
BLOCKED = """
    select 1 from blocks
    where (person = :user and other = :other) or (person = :other and other = :user)
"""
_PROFILE = """
    select u.id, u.name, u.display, u.kind, u.about, u.avatar, u.status_emoji, u.status_text,
           u.status_until, u.seen, u.seen_by, u.deletion
    from users u
"""
# Each part walks an index from the beginning of the query on; `after` bounds them by name.
_FOUND = """
    where u.id in (
        select id from users where name >= :query and name < :beyond and name > :after
        union
        select id from users where folded >= :folded and folded < :beyond_folded and name > :after
        union
        select w.person from names_within w
        where w.name >= :folded and w.name < :beyond_folded)
      and u.name > :after
      and u.disabled = 0 and u.id <> :user
"""
# Their rooms first, then mine: most people are in few rooms, the asker may be in hundreds. (A cross
# join keeps that order in SQLite.)
_IN_MY_ROOMS = """
      and exists (
        select 1 from memberships b cross join memberships a
        where b.person = u.id and b.to_seq is null
          and a.person = :user and a.room = b.room and a.to_seq is null)
"""
_BY_NAME = " order by u.name limit :limit"
#: Sorts after every text that begins with what precedes it.
_BEYOND = "\U0010ffff"


def share_a_room(database: Database, user: str, other: str) -> bool:
    return database.row(_SHARED, {"user": user, "other": other}) is not None


def status_at(emoji: str, text: str, until: int | None, now: int) -> StatusRow | None:
    """The status, None if there is none or it is over."""
    if not (emoji or text) or (until is not None and until <= now):
        return None
    return StatusRow(emoji, text, until)


def _row(row: Row, now: int) -> ProfileRow:
    """With all there is to see."""
    id, name, display, kind, about, avatar, emoji, text, until, seen, seen_by, deletion = row
    return ProfileRow(
        id,
        name,
        display,
        kind,
        about,
        avatar,
        status_at(emoji, text, until, now),
        seen // MINUTE * MINUTE if seen is not None and seen_by == "all" else None,
        deletion is not None,
    )


def own(database: Database, user: str, now: int) -> ProfileRow:
    """Somebody as they show themselves."""
    row = database.row(_PROFILE + " where u.id = :user", {"user": user})
    if row is None:
        raise refusals.no_person()
    return _row(row, now)


def _for(database: Database, user: str, shown: ProfileRow) -> ProfileRow:
    """Without what is not for the eyes of ``user``: status and time are for those who share a room
    and have not blocked one another; whoever hides their time is not told that of others."""
    if shown.id == user or (shown.status is None and shown.last_seen is None):
        return shown
    who = {"user": user, "other": shown.id}
    status, seen = shown.status, shown.last_seen
    if not share_a_room(database, **who) or database.row(BLOCKED, who) is not None:
        status = seen = None
    if seen is not None and privacy(database, user).seen_by == "none":
        seen = None
    return ProfileRow(
        shown.id,
        shown.name,
        shown.display,
        shown.kind,
        shown.about,
        shown.avatar,
        status,
        seen,
        shown.deleted,
    )


def profile(database: Database, user: str, other: str, now: int) -> ProfileRow:
    return _for(database, user, own(database, other, now))


def find_people(
    database: Database,
    user: str,
    query: str,
    after: str,
    directory: Directory,
    now: int,
    limit: int,
) -> tuple[ProfileRow, ...]:
    if directory == "none":
        raise Refusal(Code.FORBIDDEN, "This server has no directory of people; ask for the name.")
    name, begins = query.lower(), folded(query)
    everybody = directory == "all" and not confined(database, user)
    rows = database.rows(
        _PROFILE + _FOUND + ("" if everybody else _IN_MY_ROOMS) + _BY_NAME,
        {
            "user": user,
            "query": name,
            "beyond": name + _BEYOND,
            "folded": begins,
            "beyond_folded": begins + _BEYOND,
            "after": after,
            "limit": limit,
        },
    )
    return tuple(_for(database, user, _row(row, now)) for row in rows)


def privacy(database: Database, user: str) -> PrivacyRow:
    row = database.row(
        "select seen_by, direct_from, shows_receipts, shows_typing from users where id = :user",
        {"user": user},
    )
    if row is None:
        raise refusals.no_person()
    return PrivacyRow(row[0], row[1], bool(row[2]), bool(row[3]))
