"""Who has got and read one message."""

from chatd.engine.messages import ReadBy, RecipientRow
from chatd.engine.unit import SeesMessage
from chatd.store.database import Database
from chatd.store.requirements import check, require_member

# Current members whose present stay, or an earlier one, includes the message. A mark counts however
# it got there; that of somebody who hides it is nobody's business.
_RECIPIENTS = """
    from memberships m
    join users u on u.id = m.person and u.shows_receipts = 1
    left join marks k on k.room = m.room and k.person = m.person
    where m.room = :room and m.to_seq is null and m.person <> :author
      and (m.from_seq <= :seq
           or exists (select 1 from memberships e
                      where e.room = m.room and e.person = m.person
                        and e.from_seq <= :seq and e.to_seq >= :seq))
"""
_COUNT = f"""
    select count(*), count(*) filter (where k.delivered >= :seq),
           count(*) filter (where k.read >= :seq)
    {_RECIPIENTS}
"""
_NAMES = f"""
    select u.id, u.name, k.read >= :seq
    {_RECIPIENTS} and k.delivered >= :seq and u.name > :after
    order by u.name limit :limit
"""


def read_by(
    database: Database, user: str, room: str, seq: int, after: str | None, limit: int
) -> ReadBy:
    require_member(database, room, user)
    check(database, SeesMessage(room, seq, user))
    message = database.row(
        "select author from events where room = :room and seq = :seq", {"room": room, "seq": seq}
    )
    assert message is not None
    asked = {"room": room, "seq": seq, "author": message[0]}
    counted = database.row(_COUNT, asked)
    assert counted is not None
    of, delivered, read = counted
    rows = database.rows(_NAMES, {**asked, "after": after or "", "limit": limit})
    return ReadBy(of, delivered, read, tuple(RecipientRow(a, b, bool(c)) for a, b, c in rows))
