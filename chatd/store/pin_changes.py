"""Pins: who may pin in a room, and what pinning changes."""

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.roles import Role
from chatd.engine.messages import MayPin, Pin
from chatd.store import refusals
from chatd.store.database import Database
from chatd.store.hidden import hidden
from chatd.store.work import Work


def may_pin(database: Database, wanted: MayPin) -> None:
    row = database.row(
        """
        select r.kind, m.role, r.archived,
               exists (select 1 from blocks b
                       where (b.person = r.pair_first and b.other = r.pair_second)
                          or (b.person = r.pair_second and b.other = r.pair_first))
        from rooms r
        left join memberships m on m.room = r.id and m.person = :user and m.to_seq is null
        where r.id = :room
        """,
        {"room": wanted.room, "user": wanted.user},
    )
    if row is None or (row[1] is None and hidden(database, row[0], wanted.user)):
        raise refusals.no_room()
    kind, role, archived, blocked = row
    if role is None:
        raise refusals.not_joined()
    if kind != "direct" and Role(role) < Role(wanted.role):
        raise Refusal(
            Code.FORBIDDEN,
            f"To pin messages takes the role {wanted.role} in this room, and yours is {role}.",
        )
    if archived:
        raise Refusal(Code.WRONG_STATE, "This room is archived: its pins stay as they are.")
    if blocked:
        raise refusals.blocked()


def pin(work: Work, change: Pin) -> None:
    which = {"room": change.room, "seq": change.seq}
    row = work.database.row(
        "select count(*), count(*) filter (where seq = :seq) from pins where room = :room",
        which,
    )
    assert row is not None
    pinned, there = row
    if not change.on:
        if not there:
            raise Refusal(Code.NOT_FOUND, "This message is not pinned.")
        work.database.run("delete from pins where room = :room and seq = :seq", which)
        return
    if there:
        raise Refusal(Code.EXISTS, "This message is pinned already.")
    if pinned >= change.most:
        raise Refusal(
            Code.LIMIT_REACHED, f"A room has at most {change.most} pins; take one off first."
        )
    work.database.run(
        """
        insert into pins (room, seq, pinned_by, at, place)
        values (:room, :seq, :user, :at, :place)
        """,
        {**which, "user": change.user, "at": change.at, "place": work.unit.events[-1].seq},
    )
