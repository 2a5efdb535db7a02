"""Messages that one transaction brings together, written with a few statements for all of them.

`apply` does the same for one unit at a time and stays the reference that tests compare with: the
same outcomes, the same refusals, the same rows. Nearly every unit sends a message, and its
statements cost less for SQLite's work than for getting in and out of it, releasing and retaking the
interpreter each time: one message took 23 µs of the writer's thread, in a run it takes 11
(docs/performance.md, "One durable send").

What is known is kept for one run only, within one transaction of the one connection that writes,
and a run holds nothing but such messages: they change no account, no role and no room's rules, so
that what was checked for one of them holds for the next.
"""

from collections.abc import Callable, Sequence
from itertools import chain

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import Answer, Committed, EventRow
from chatd.engine.unit import AccountOpen, Append, MayWrite, Unit
from chatd.store.apply import apply, key_was_used
from chatd.store.database import TransactionLost
from chatd.store.requirements import account_open, writing
from chatd.store.sqlite import FAILURES
from chatd.store.work import Work

Outcome = Committed | BaseException

_COLUMNS = "select author, key, digest, room, seq, number, at from ledger where (author, key) in "
#: How many keys one query of the ledger asks for; the smallest that holds all is used.
_SIZES = (1, 8, 64)
_LEDGER = {size: f"{_COLUMNS}(values {', '.join(['(?, ?)'] * size)})" for size in _SIZES}

_ROOM = """
    update rooms set head = head + :count, number = number + :count, position = :position
    where id = :room returning head, number
"""
_EVENT = """
    insert into events (position, room, seq, number, numbered, kind, author, at, target,
                        subject, body, mentions)
    values (?, ?, ?, ?, 1, ?, ?, ?, null, null, ?, '')
"""
_MARK = """
    insert into marks (room, person, delivered, read, at, sent, read_at)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?5)
    on conflict (room, person) do update
        set delivered = excluded.delivered, read = excluded.read, at = excluded.at,
            sent = excluded.sent, read_at = excluded.read_at
"""
_ANSWER = """
    insert into ledger (author, key, digest, room, seq, number, at) values (?, ?, ?, ?, ?, ?, ?)
"""


def is_send(unit: Unit) -> bool:
    """Whether it says a message under a key, and nothing else: the form of `features.messages.send`
    for one that replies to nothing and mentions nobody."""
    if unit.key is None or len(unit.changes) != 1 or len(unit.requires) != 2:
        return False
    change = unit.changes[0]
    account, may = unit.requires
    return (
        type(change) is Append
        and type(account) is AccountOpen
        and type(may) is MayWrite
        and may.anew
        and may.room == change.room
        and change.numbered
        and change.mentions is None
        and change.target is None
        and change.subject is None
    )


def apply_all(work: Work, units: Sequence[Unit], admit: Callable[[Unit], None]) -> list[Outcome]:
    """What `apply` returns or raises for each of the units, one after the other, in the transaction
    that was begun. ``admit`` as there."""
    outcomes: list[Outcome] = []
    sends = Sends(work, outcomes, admit)
    sends.look_up(units)
    for unit in units:
        try:
            if not sends.take(unit):
                sends.write()
                sends.forget(unit)
                outcomes.append(apply(work, unit, admit))
        except FAILURES:
            raise
        except Exception as error:
            outcomes.append(error)
    sends.write()
    return outcomes


class Sends:
    """For one transaction, and the units of it in order: `take` each. Before another unit is
    applied, `write` what waits, and `forget` what is known.

    ``outcomes`` is appended to; while a message waits to be written, its place holds a Refusal that
    nobody ever sees."""

    def __init__(self, work: Work, outcomes: list[Outcome], admit: Callable[[Unit], None]) -> None:
        self._work = work
        self._outcomes = outcomes
        self._admit = admit
        self._known: dict[tuple[str, str], tuple[bytes, Answer]] = {}
        #: keys that were written, or may have been, since the ledger was asked
        self._fresh: set[tuple[str, str]] = set()
        self._open: set[str] = set()
        self._may_write: set[tuple[str, str]] = set()
        self._waiting: list[tuple[int, Unit, Append]] = []

    def look_up(self, units: Sequence[Unit]) -> None:
        """Asks the ledger for all messages among ``units`` at once."""
        keys = [(unit.actor, unit.key) for unit in units if is_send(unit)]
        most = _SIZES[-1]
        for start in range(0, len(keys), most):
            some = keys[start : start + most]
            size = next(each for each in _SIZES if each >= len(some))
            # Asking twice makes no difference.
            some += [some[-1]] * (size - len(some))
            for row in self._work.database.rows(_LEDGER[size], tuple(chain.from_iterable(some))):
                self._known[row[0], row[1]] = (row[2], Answer(*row[3:]))

    def take(self, unit: Unit) -> bool:
        """Whether the unit is a message that it takes care of. Raises what `apply` would, and then
        has left no trace of it."""
        if not is_send(unit):
            return False
        assert unit.key is not None
        key = (unit.actor, unit.key)
        if key in self._fresh:
            return False
        known = self._known.get(key)
        if known is not None:
            if known[0] != unit.digest:
                raise key_was_used()
            self._outcomes.append(Committed(known[1], repeated=True))
            return True
        self._admit(unit)
        [change] = unit.changes
        assert isinstance(change, Append)
        if not self._allowed(unit):
            return False
        self._fresh.add(key)
        self._waiting.append((len(self._outcomes), unit, change))
        self._outcomes.append(_WAITING)
        return True

    def _allowed(self, unit: Unit) -> bool:
        """False if the answer may differ for the next message: in slow mode."""
        account, may = unit.requires
        assert isinstance(account, AccountOpen) and isinstance(may, MayWrite)
        if account.user not in self._open:
            account_open(self._work.database, account)
            self._open.add(account.user)
        place = (may.room, may.user)
        if place not in self._may_write:
            if writing(self._work.database, may):
                return False
            self._may_write.add(place)
        return True

    def write(self) -> None:
        """Everything that waits, in order: all together, or each message by itself if one fails."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        work = self._work
        database = work.database
        before = work.position
        database.run("savepoint unit", {})
        try:
            done = self._written(waiting)
        except Exception as error:
            work.position = before
            try:
                database.run("rollback to savepoint unit", {})
                database.run("release savepoint unit", {})
            except Exception:
                raise TransactionLost from error
            if isinstance(error, FAILURES):
                raise
            self._one_by_one(waiting)
            return
        database.run("release savepoint unit", {})
        for (place, _, _), outcome in zip(waiting, done, strict=True):
            self._outcomes[place] = outcome

    def forget(self, unit: Unit) -> None:
        """``unit`` is applied next, which may change everything."""
        self._open.clear()
        self._may_write.clear()
        if unit.key is not None:
            self._fresh.add((unit.actor, unit.key))

    def _written(self, waiting: Sequence[tuple[int, Unit, Append]]) -> list[Committed]:
        work = self._work
        first = work.position + 1
        counts: dict[str, int] = {}
        last: dict[str, int] = {}
        for position, (_, _, change) in enumerate(waiting, first):
            counts[change.room] = counts.get(change.room, 0) + 1
            last[change.room] = position
        at: dict[str, tuple[int, int]] = {}
        for room, count in counts.items():
            row = work.database.row(_ROOM, {"room": room, "count": count, "position": last[room]})
            if row is None:
                raise LookupError(f"a message for room {room}, which does not exist")
            at[room] = (row[0] - count, row[1] - count)
        events, marks, answers, done = [], {}, [], []
        for position, (_, unit, change) in enumerate(waiting, first):
            room, author = change.room, change.author
            seq, number = at[room]
            seq += 1
            number += 1
            at[room] = (seq, number)
            events.append(
                (position, room, seq, number, change.kind, author, change.at, change.body)
            )
            marks[room, author] = (room, author, seq, seq, change.at, change.at)
            answers.append((unit.actor, unit.key, unit.digest, room, seq, number, change.at))
            event = EventRow(
                position,
                room,
                seq,
                number,
                change.kind,
                author,
                work.name(author),
                change.at,
                None,
                change.body,
            )
            done.append(Committed(Answer(room, seq, number, change.at), (event,), tells=unit.tells))
        work.database.many(_EVENT, events)
        work.database.many(_MARK, list(marks.values()))
        work.database.many(_ANSWER, answers)
        work.position = first + len(waiting) - 1
        return done

    def _one_by_one(self, waiting: Sequence[tuple[int, Unit, Append]]) -> None:
        for place, unit, _ in waiting:
            try:
                self._outcomes[place] = apply(self._work, unit)
            except FAILURES:
                raise
            except Exception as error:
                self._outcomes[place] = error


_WAITING = Refusal(Code.INTERNAL, "This message waits to be written.")
