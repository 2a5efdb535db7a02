"""What a unit changes in reactions. The count of each emoji is kept beside them."""

from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.messages import React
from chatd.store.work import Work


def react(work: Work, change: React) -> int:
    """How many people then react to the message with that emoji."""
    who = {
        "room": change.room,
        "seq": change.seq,
        "emoji": change.emoji,
        "person": change.user,
    }
    there = work.database.row(
        """
        select 1 from reactions
        where room = :room and seq = :seq and emoji = :emoji and person = :person
        """,
        who,
    )
    if change.on:
        if there is not None:
            raise Refusal(Code.EXISTS, f"You have reacted with {change.emoji} already.")
        _require_room_for(work, change, who)
        return _add(work, change.at, who)
    if there is None:
        raise Refusal(Code.NOT_FOUND, f"You have not reacted with {change.emoji}.")
    return _remove(work, who)


def _require_room_for(work: Work, change: React, who: dict[str, Any]) -> None:
    row = work.database.row(
        """
        select count(*), count(*) filter (where c.emoji = :emoji),
               count(*) filter (where exists (
                   select 1 from reactions r where r.room = c.room and r.seq = c.seq
                   and r.emoji = c.emoji and r.person = :person))
        from reaction_counts c where c.room = :room and c.seq = :seq
        """,
        who,
    )
    assert row is not None
    different, there, own = row
    if own >= change.own:
        raise Refusal(
            Code.LIMIT_REACHED, f"One person reacts to a message with at most {change.own} emoji."
        )
    if different >= change.most and not there:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"A message has at most {change.most} different reactions; use one of those.",
        )


def _add(work: Work, at: int, who: dict[str, Any]) -> int:
    work.database.run(
        """
        insert into reactions (room, seq, emoji, person, at, place)
        select :room, :seq, :emoji, :person, :at, head + 1 from rooms where id = :room
        """,
        {**who, "at": at},
    )
    row = work.database.row(
        """
        insert into reaction_counts (room, seq, emoji, count, place)
        select :room, :seq, :emoji, 1, head + 1 from rooms where id = :room
        on conflict (room, seq, emoji) do update set count = reaction_counts.count + 1
        returning count
        """,
        {name: who[name] for name in ("room", "seq", "emoji")},
    )
    assert row is not None
    return int(row[0])


def _remove(work: Work, who: dict[str, Any]) -> int:
    work.database.run(
        """
        delete from reactions
        where room = :room and seq = :seq and emoji = :emoji and person = :person
        """,
        who,
    )
    which = {name: who[name] for name in ("room", "seq", "emoji")}
    row = work.database.row(
        "select count from reaction_counts where room = :room and seq = :seq and emoji = :emoji",
        which,
    )
    assert row is not None
    left = int(row[0]) - 1
    work.database.run(
        """
        update reaction_counts set count = :left
        where room = :room and seq = :seq and emoji = :emoji
        """
        if left
        else """
        delete from reaction_counts where room = :room and seq = :seq and emoji = :emoji
        """,
        {**which, "left": left} if left else which,
    )
    return left
