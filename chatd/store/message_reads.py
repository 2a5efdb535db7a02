"""Reads about single messages: some of them, who reacted, what is pinned, what they said before."""

from collections.abc import Sequence

from chatd.engine.messages import PinRow, Pins, ReactorRow, RevisionRow
from chatd.engine.rows import Page
from chatd.engine.unit import IsMessage, SeesMessage
from chatd.store.database import Database
from chatd.store.event_rows import BODY_BYTES, MESSAGE, event_row, fit
from chatd.store.page_parts import reactions
from chatd.store.requirements import check, require_member
from chatd.store.timeline import intervals, position


def messages(database: Database, user: str, room: str, seqs: Sequence[int]) -> Page:
    require_member(database, room, user)
    seen = intervals(database, user, room)
    asked = [seq for seq in sorted(set(seqs)) if seen.contains(seq)]
    found = [database.row(MESSAGE, {"room": room, "seq": seq}) for seq in asked]
    rows = [event_row(row) for row in found if row is not None]
    shown = fit(rows)
    return Page(
        tuple(shown),
        False,
        len(shown) < len(rows),
        position(database),
        (),
        reactions(database, user, room, shown),
    )


def reactors(
    database: Database, user: str, room: str, seq: int, emoji: str | None, after: int, limit: int
) -> tuple[ReactorRow, ...]:
    require_member(database, room, user)
    check(database, SeesMessage(room, seq, user))
    with_it = "" if emoji is None else "and r.emoji = :emoji"
    rows = database.rows(
        f"""
        select r.person, coalesce(u.name, ''), r.emoji, r.at, r.place
        from reactions r left join users u on u.id = r.person
        where r.room = :room and r.seq = :seq {with_it} and r.place > :after
        order by r.place limit :limit
        """,  # noqa: S608 (ours)
        {"room": room, "seq": seq, "after": after, "limit": limit}
        | ({} if emoji is None else {"emoji": emoji}),
    )
    return tuple(ReactorRow(*row) for row in rows)


def pins(database: Database, user: str, room: str, before: int | None, limit: int) -> Pins:
    require_member(database, room, user)
    seen = intervals(database, user, room)
    rows = database.rows(
        """
        select p.seq, p.pinned_by, coalesce(u.name, ''), p.at, p.place
        from pins p left join users u on u.id = p.pinned_by
        where p.room = :room
        order by p.place desc
        """,
        {"room": room},
    )
    found: list[PinRow] = []
    size = 0
    for seq, person, name, at, place in rows:
        if not seen.contains(seq) or (before is not None and place >= before):
            continue
        row = database.row(MESSAGE, {"room": room, "seq": seq})
        assert row is not None
        message = event_row(row)
        size += len(message.body)
        if found and (len(found) == limit or size > BODY_BYTES):
            return Pins(tuple(found), True)
        found.append(PinRow(message, person, name, at, place))
    return Pins(tuple(found), False)


def revisions(
    database: Database, user: str, room: str, seq: int, after: int, limit: int
) -> tuple[RevisionRow, ...]:
    require_member(database, room, user)
    # In a direct conversation nobody is a moderator.
    check(database, IsMessage(room, seq, user, or_role="moderator"))
    rows = database.rows(
        """
        select revision, at, body from revisions
        where room = :room and seq = :seq and revision > :after order by revision limit :limit
        """,
        {"room": room, "seq": seq, "after": after, "limit": limit},
    )
    return tuple(RevisionRow(*row) for row in rows)
