"""Reads for Web Push: whose browsers hear of a message, and what a push is made of."""

from chatd.core.refusal import Refusal
from chatd.engine.pushes import Hearer, PushFacts, PushRow, SubscriptionRow
from chatd.engine.rows import EVERYONE
from chatd.store import follower_reads, rooms
from chatd.store.database import Database, Row

# Somebody hears of a message as they keep the room, unless they wrote it, have read it, muted the
# room, or a block separates them from its author. ``p`` is a subscription, ``e`` a message.
_HEARS = """
    join rooms r on r.id = e.room
    join credentials c on c.id = p.session and (c.expires is null or c.expires > :now)
    join users u on u.id = p.person
    join memberships m on m.room = e.room and m.person = p.person and m.to_seq is null
        and m.from_seq <= e.seq
    left join marks k on k.room = e.room and k.person = p.person
    left join room_settings s on s.room = e.room and s.person = p.person
    where e.numbered = 1 and e.deleted = 0 and e.author <> p.person
      and u.disabled = 0 and u.kind <> 'bot'
      and coalesce(k.read, 0) < e.seq
      and (s.muted_until is null or s.muted_until between 1 and :now)
      and (s.notify = 'all' or (s.notify is null and r.kind = 'direct')
           or (coalesce(s.notify, 'mentions') = 'mentions'
               and exists (select 1 from mentions t where t.room = e.room and t.seq = e.seq
                           and t.person in (p.person, '*'))))
      and not exists (select 1 from blocks b
                      where (b.person = p.person and b.other = e.author)
                         or (b.person = e.author and b.other = p.person))
"""

# Candidates are found through few rows for each message, however many are in its room.
_HEARERS = f"""
    with said as (
        select position, room, seq from events
        where position between :first and :last and numbered = 1 and deleted = 0
    ), called as (
        select a.position, r.pair_first as person
        from said a join rooms r on r.id = a.room and r.kind = 'direct'
        union
        select a.position, r.pair_second
        from said a join rooms r on r.id = a.room and r.kind = 'direct'
        union
        select a.position, t.person
        from said a join mentions t on t.room = a.room and t.seq = a.seq and t.person <> '*'
        union
        select a.position, o.person
        from said a join memberships o on o.room = a.room and o.to_seq is null
        where exists (select 1 from mentions t
                      where t.room = a.room and t.seq = a.seq and t.person = '*')
        union
        select a.position, s.person
        from said a join room_settings s on s.room = a.room and s.notify = 'all'
    )
    select max(e.position), e.room, p.person, p.session
    from called join push_subscriptions p on p.person = called.person
    join events e on e.position = called.position
    {_HEARS}
      and (p.session > :session or (p.session = :session and e.room > :room))
    group by p.session, e.room, p.person order by p.session, e.room limit :limit
"""  # noqa: S608 (ours)

_FACTS = f"""
    select p.session, p.person, p.endpoint, p.key, p.auth, p.shows_text,
           (select a.display from users a where a.id = e.author)
    from push_subscriptions p join events e on e.position = :position
    {_HEARS}
      and p.session = :session
"""  # noqa: S608 (ours)


def subscription(database: Database, session: str) -> SubscriptionRow | None:
    row = database.row(
        """
        select session, person, endpoint, key, auth, shows_text from push_subscriptions
        where session = :session
        """,
        {"session": session},
    )
    return None if row is None else _browser(row)


def has_subscriptions(database: Database) -> bool:
    return database.row("select 1 from push_subscriptions limit 1", {}) is not None


def hearers(
    database: Database, first: int, last: int, after: tuple[str, str], limit: int, now: int
) -> tuple[Hearer, ...]:
    found = database.rows(
        _HEARERS,
        {
            "first": first,
            "last": last,
            "session": after[0],
            "room": after[1],
            "limit": limit,
            "now": now,
        },
    )
    return tuple(Hearer(*row) for row in found)


def due_pushes(database: Database, now: int, limit: int) -> tuple[PushRow, ...]:
    found = database.rows(
        """
        select session, room, position, tries from pushes where due <= :now
        order by due, session, room limit :limit
        """,
        {"now": now, "limit": limit},
    )
    return tuple(PushRow(*row) for row in found)


def push_facts(database: Database, session: str, position: int, now: int) -> PushFacts | None:
    row = database.row(_FACTS, {"session": session, "position": position, "now": now})
    if row is None:
        return None
    to = _browser(row)
    (followed,) = follower_reads.followed(database, position, position)
    event = followed.event
    try:
        unread = rooms.room(database, to.person, event.room).unread
    except Refusal:
        return None
    mentioned = to.person in event.mentions or EVERYONE in event.mentions
    return PushFacts(to, event, followed.room, row[6], unread, mentioned)


def _browser(row: Row) -> SubscriptionRow:
    session, person, endpoint, key, auth, text = row[:6]
    return SubscriptionRow(session, person, endpoint, key, auth, bool(text))
