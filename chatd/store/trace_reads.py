"""Reads for the operator: a message's way, and what ids stand for. No text is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatd.engine.traces import Traced, TracedPerson
from chatd.store.database import Database

_MESSAGE = """
    select e.position, e.room, r.name, r.kind, e.seq, e.number, e.at, e.author,
           coalesce((select a.name from users a where a.id = e.author), ''), e.deleted,
           e.changed is not null and e.deleted = 0,
           (select count(distinct m.person) from memberships m
            where m.room = e.room and m.from_seq <= e.seq
              and (m.to_seq is null or m.to_seq >= e.seq)),
           (select count(*) from marks k
            where k.room = e.room and k.delivered >= e.seq and k.person <> e.author),
           (select count(*) from marks k
            where k.room = e.room and k.read >= e.seq and k.person <> e.author)
    from events e join rooms r on r.id = e.room
    where e.room = :room and e.seq = :seq and e.numbered = 1
"""
_PERSON = """
    select u.id, u.name, u.kind, u.disabled, coalesce(k.delivered, 0), coalesce(k.read, 0),
           coalesce(k.at, 0), coalesce(k.read_at, 0), s.notify, s.muted_until,
           exists (select 1 from mentions t where t.room = e.room and t.seq = e.seq
                   and t.person in (u.id, '*')),
           (select min(b.at) from blocks b
            where (b.person = u.id and b.other = e.author)
               or (b.person = e.author and b.other = u.id)),
           u.seen,
           (select count(*) from push_subscriptions p where p.person = u.id)
    from events e join users u on u.id = :user
    left join marks k on k.room = e.room and k.person = u.id
    left join room_settings s on s.room = e.room and s.person = u.id
    where e.room = :room and e.seq = :seq
"""


def traced(database: Database, room: str, seq: int) -> Traced | None:
    row = database.row(_MESSAGE, {"room": room, "seq": seq})
    if row is None:
        return None
    followers = {
        name: position
        for name, position in database.rows("select name, position from followers", {})
    }
    rest: list[Any] = [*row[:9], bool(row[9]), bool(row[10]), *row[11:], followers]
    return Traced(*rest)


def traced_person(database: Database, room: str, seq: int, user: str) -> TracedPerson:
    asked = {"room": room, "seq": seq, "user": user}
    row = database.row(_PERSON, asked)
    assert row is not None
    stays = database.rows(
        "select from_seq, to_seq from memberships where room = :room and person = :user"
        " order by from_seq",
        {"room": room, "user": user},
    )
    pushes = database.rows(
        """
        select p.position, p.tries, p.due from pushes p
        join push_subscriptions s on s.session = p.session
        where s.person = :user and p.room = :room order by p.position
        """,
        {"room": room, "user": user},
    )
    first: list[Any] = [*row[:3], bool(row[3]), tuple((stay[0], stay[1]) for stay in stays)]
    waiting = tuple((push[0], push[1], push[2]) for push in pushes)
    rest: list[Any] = [*row[4:10], bool(row[10]), *row[11:14], waiting]
    return TracedPerson(*first, *rest)


def names(database: Database, wanted: Sequence[str], people: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for room in wanted:
        row = database.row("select kind, name from rooms where id = :room", {"room": room})
        if row is not None:
            found[room] = row[1] or f"({row[0]})"
    for user in people:
        row = database.row("select name from users where id = :user", {"user": user})
        if row is not None:
            found[user] = row[0]
    return found
