"""Runs one unit inside the writer's transaction: the ledger, what must hold, what changes."""

from collections.abc import Callable

from msgspec.structs import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import Answer, Committed, EventRow
from chatd.engine.unit import Unit
from chatd.store.changes import CHANGES
from chatd.store.database import TransactionLost
from chatd.store.event_rows import for_everyone
from chatd.store.requirements import check
from chatd.store.work import Work


def apply(work: Work, unit: Unit, admit: Callable[[Unit], None] = lambda unit: None) -> Committed:
    """The unit's outcome if the transaction commits. Whatever this raises, the unit left no trace,
    except for TransactionLost. ``admit`` raises if nothing is to be written for it now: what is in
    the ledger gets its first answer in any case.

    The savepoint begins after the requirements: until then nothing is written.
    """
    work.begin()
    if unit.key is not None:
        known = _first_answer(work, unit, unit.key)
        if known is not None:
            return Committed(known, repeated=True)
    admit(unit)
    database = work.database
    check(database, *unit.requires)
    database.run("savepoint unit", {})
    try:
        for change in unit.changes:
            CHANGES[type(change)](work, change)
            if work.unit.existing is not None:
                break
        answer = _answer(work, unit)
        if unit.key is not None:
            _remember(work, unit, unit.key, answer)
    except Exception as error:
        work.undo()
        try:
            database.run("rollback to savepoint unit", {})
            database.run("release savepoint unit", {})
        except Exception:
            raise TransactionLost from error
        raise
    database.run("release savepoint unit", {})
    work.replaced.update(work.unit.replaced)
    return Committed(
        answer,
        tuple(work.unit.events),
        tuple(work.unit.marks),
        members=tuple(work.unit.members),
        tells=(*unit.tells, *work.unit.tells),
    )


def _first_answer(work: Work, unit: Unit, key: str) -> Answer | None:
    row = work.database.row(
        """
        select digest, room, seq, number, at from ledger where author = :author and key = :key
        """,
        {"author": unit.actor, "key": key},
    )
    if row is None:
        return None
    if row[0] != unit.digest:
        raise key_was_used()
    return Answer(*row[1:])


def key_was_used() -> Refusal:
    return Refusal(
        Code.CONFLICT,
        "This key was used before for something else; take a new one.",
        field="key",
    )


def _answer(work: Work, unit: Unit) -> Answer:
    """That of the last event; otherwise the room that was made, was found, or was named."""
    hand = work.unit
    if not hand.events:
        return Answer(room=hand.existing or hand.created or unit.room, at=hand.at)
    last = hand.events[-1]
    return Answer(last.room, last.seq, last.number if hand.numbered else None, last.at)


def _remember(work: Work, unit: Unit, key: str, answer: Answer) -> None:
    work.database.run(
        """
        insert into ledger (author, key, digest, room, seq, number, at)
        values (:author, :key, :digest, :room, :seq, :number, :at)
        """,
        {
            "author": unit.actor,
            "key": key,
            "digest": unit.digest,
            "room": answer.room,
            "seq": answer.seq,
            "number": answer.number,
            "at": answer.at,
        },
    )


def with_current_bodies(work: Work, outcome: Committed) -> Committed:
    """The same outcome with every event as it reads at the end of the transaction: an event about a
    message shows that message's body, and a message edited or deleted later in the same transaction
    never goes out with its old one."""
    for event in outcome.events:
        if (event.target is not None and not event.body) or (
            work.replaced and (event.room, event.seq) in work.replaced
        ):
            return replace(outcome, events=tuple(_current(work, row) for row in outcome.events))
    return outcome


def _current(work: Work, event: EventRow) -> EventRow:
    about = event.target is not None and not event.body
    if not about and (event.room, event.seq) not in work.replaced:
        return event
    row = work.database.row(
        "select body, mentions from events where room = :room and seq = :seq",
        {"room": event.room, "seq": event.target if about else event.seq},
    )
    if row is None:
        return event
    event = replace(event, body=row[0], mentions=tuple(row[1].split()))
    return for_everyone(work.database, event) if about else event
