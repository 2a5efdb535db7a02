"""Reads for followers of the log: how far they came, events with rooms, whom a message is for and
who has not read it."""

from chatd.core.refusal import Refusal
from chatd.engine.followers import CALLED, Absent, Followed, RoomFacts
from chatd.engine.rows import EVERYONE
from chatd.store import rooms, timeline
from chatd.store.database import Database

_FACTS = "select id, kind, name, slug from rooms where id = :room"

# Somebody hears of a message while away only if they are still there, are not a program, keep the
# room so that they would have heard of it, and neither they nor the author blocked the other.
_ABSENT = """
    select u.name, u.display, case when u.email_confirmed = 1 then u.email end, u.seen,
           coalesce(k.read, 0)
    from events e
    join rooms r on r.id = e.room
    join memberships m on m.room = e.room and m.person = :person and m.to_seq is null
        and m.from_seq <= e.seq
    join users u on u.id = m.person
    left join marks k on k.room = e.room and k.person = m.person
    left join room_settings s on s.room = e.room and s.person = m.person
    where e.room = :room and e.seq = :seq and e.numbered = 1 and e.deleted = 0
      and e.author <> m.person and u.disabled = 0 and u.kind <> 'bot'
      and coalesce(k.read, 0) < e.seq
      and (s.muted_until is null or s.muted_until between 1 and :now)
      and coalesce(s.notify, 'all') <> 'none'
      and (:mentioned = 1 or (r.kind = 'direct' and coalesce(s.notify, 'all') = 'all'))
      and not exists (select 1 from blocks b
                      where (b.person = m.person and b.other = e.author)
                         or (b.person = e.author and b.other = m.person))
"""


def follower(database: Database, name: str) -> int | None:
    row = database.row("select position from followers where name = :name", {"name": name})
    return row[0] if row else None


def followed(database: Database, first: int, last: int) -> tuple[Followed, ...]:
    known: dict[str, RoomFacts] = {}
    found = []
    for event in timeline.events(database, first, last):
        if event.room not in known:
            known[event.room] = _facts(database, event.room)
        found.append(Followed(event, known[event.room]))
    return tuple(found)


def called(database: Database, position: int, now: int) -> tuple[str, ...]:
    """Whom the message at ``position`` is for and who has not read it, by id: the other person of a
    direct conversation, and whoever is mentioned."""
    row = database.row(
        """
        select e.seq, e.mentions, r.id, r.kind, r.pair_first, r.pair_second, r.members
        from events e join rooms r on r.id = e.room
        where e.position = :position and e.numbered = 1
        """,
        {"position": position},
    )
    if row is None:
        return ()
    seq, mentions, room, kind, first, second, members = row
    people = set(mentions.split())
    if EVERYONE in people:
        people.discard(EVERYONE)
        if members <= CALLED:
            people.update(
                member[0]
                for member in database.rows(
                    "select person from memberships where room = :room and to_seq is null",
                    {"room": room},
                )
            )
    if kind == "direct":
        people |= {first, second}
    return tuple(
        person
        for person in sorted(people)
        if _absent(database, room, seq, mentions, person, now) is not None
    )


def absent(database: Database, position: int, person: str, now: int) -> Absent | None:
    """The facts about ``person`` and the message at ``position``; None if it is not for them, they
    have read it, or do not want to hear of it."""
    found = followed(database, position, position)
    if not found:
        return None
    event, room = found[0].event, found[0].room
    row = _absent(database, room.id, event.seq, " ".join(event.mentions), person, now)
    if row is None:
        return None
    try:
        unread = rooms.room(database, person, room.id).unread
    except Refusal:
        return None
    identities = database.rows(
        "select issuer, subject from identities where person = :person order by issuer, subject",
        {"person": person},
    )
    name, display, email, seen, read = row
    return Absent(
        person,
        name,
        display,
        email,
        seen,
        read,
        unread,
        event,
        room,
        tuple((issuer, subject) for issuer, subject in identities),
    )


def _absent(
    database: Database, room: str, seq: int, mentions: str, person: str, now: int
) -> tuple[str, str, str | None, int | None, int] | None:
    named = mentions.split()
    row = database.row(
        _ABSENT,
        {
            "room": room,
            "seq": seq,
            "person": person,
            "now": now,
            "mentioned": int(person in named or EVERYONE in named),
        },
    )
    return None if row is None else (row[0], row[1], row[2], row[3], row[4])


def _facts(database: Database, room: str) -> RoomFacts:
    row = database.row(_FACTS, {"room": room})
    assert row is not None
    return RoomFacts(*row)
