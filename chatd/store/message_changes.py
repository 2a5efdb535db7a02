"""What a unit changes in messages: their words, whom they mention, what belongs to them."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.roles import Role
from chatd.engine import unit
from chatd.engine.rows import EVERYONE
from chatd.store.bodies import edited_at
from chatd.store.file_changes import let_go
from chatd.store.work import Work

#: What goes with a message that is erased.
_BELONGS = ("revisions", "reactions", "reaction_counts", "pins", "mentions")

#: Of a message edited again and again the first words are kept, and this many of the last.
REVISIONS = 50


def replace_body(work: Work, change: unit.ReplaceBody) -> None:
    message = {"room": change.room, "seq": change.seq}
    before = work.database.row(
        "select author, body, at from events where room = :room and seq = :seq and numbered = 1",
        message,
    )
    if before is None:
        raise LookupError(f"a new body for {change.room} {change.seq}, which is no message")
    body = change.body if isinstance(change.body, bytes) else change.body(before[1])
    if change.deleted:
        for table in _BELONGS:
            work.database.run(
                f"delete from {table} where room = :room and seq = :seq",  # noqa: S608 (ours)
                message,
            )
        let_go(work, change.room, change.seq)
        mentions: tuple[str, ...] = ()
    else:
        _keep(work, message, before[1], before[2])
        mentions = whom(work, change.room, before[0], change.mentions, change.seq)
        work.database.run("delete from mentions where room = :room and seq = :seq", message)
        remember_mentions(work, change.room, change.seq, mentions)
    work.database.run(
        """
        update events set body = :body, deleted = :deleted, mentions = :mentions,
               changed = (select r.head from rooms r where r.id = :room)
        where room = :room and seq = :seq
        """,
        {
            **message,
            "body": body,
            "deleted": int(change.deleted),
            "mentions": " ".join(mentions),
        },
    )
    work.unit.replaced.append((change.room, change.seq))


def _keep(work: Work, message: Mapping[str, Any], body: bytes, said: int) -> None:
    """The words that are about to be replaced, as one more revision."""
    at = edited_at(body)
    work.database.run(
        """
        insert into revisions (room, seq, revision, at, body)
        values (:room, :seq,
                (select coalesce(max(revision), 0) + 1 from revisions
                 where room = :room and seq = :seq), :at, :body)
        """,
        {**message, "at": said if at is None else at, "body": body},
    )
    work.database.run(
        """
        delete from revisions where room = :room and seq = :seq and revision > 1
            and revision <= (select max(revision) from revisions
                             where room = :room and seq = :seq) - :kept
        """,
        {**message, "kept": REVISIONS},
    )


def whom(
    work: Work, room: str, author: str, wanted: unit.Mentions | None, seq: int | None = None
) -> tuple[str, ...]:
    """The ids of those whom ``author``'s text mentions in ``room``: members who may see it, be it
    the message at ``seq`` or one said now."""
    if wanted is None:
        return ()
    found: list[str] = []
    if wanted.everyone and _may_call_everyone(work, room, author, wanted):
        found.append(EVERYONE)
    for name in wanted.names:
        row = work.database.row(
            """
            select u.id from users u
            join memberships m on m.room = :room and m.person = u.id and m.to_seq is null
            where u.name = :name and not exists (
                select 1 from blocks b
                where (b.person = u.id and b.other = :author)
                   or (b.person = :author and b.other = u.id))
              and (:seq is null or exists (
                select 1 from memberships s
                where s.room = :room and s.person = u.id and s.from_seq <= :seq
                  and (s.to_seq is null or s.to_seq >= :seq)))
            """,
            {"room": room, "name": name, "author": author, "seq": seq},
        )
        if row is not None:
            found.append(row[0])
    return tuple(found)


def _may_call_everyone(work: Work, room: str, author: str, wanted: unit.Mentions) -> bool:
    row = work.database.row(
        """
        select r.members, m.role from rooms r
        join memberships m on m.room = r.id and m.person = :author and m.to_seq is null
        where r.id = :room
        """,
        {"room": room, "author": author},
    )
    return row is not None and (row[0] <= wanted.few or Role(row[1]) >= Role(wanted.role))


def remember_mentions(work: Work, room: str, seq: int, mentions: tuple[str, ...]) -> None:
    for person in mentions:
        work.database.run(
            """
            insert into mentions (room, person, seq) values (:room, :person, :seq)
            on conflict (room, person, seq) do nothing
            """,
            {"room": room, "person": person, "seq": seq},
        )


MESSAGE_CHANGES: Mapping[type[unit.Change], Callable[[Work, Any], None]] = {
    unit.ReplaceBody: replace_body,
}
