"""The engine: from a command to its unit or its answer, and from a row of the log to its event.

It holds the sum of the features as two maps, and hardly any other state; ``key`` is the server's
own secret. What a feature refuses is a `Refusal`; whatever else it raises is a fault of ours, told
to the log under a reference, and to the client only as that reference.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from chatd.core import cursor, ids
from chatd.core.codes import CODES, Code
from chatd.core.meters import Meters
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.envelope import Envelope
from chatd.engine.origin import NOBODY, Origin
from chatd.engine.ports import Clock, Random, Store
from chatd.engine.profiles import Directory
from chatd.engine.pushes import PushOffer
from chatd.engine.references import MOST_NAMES, references, resolved
from chatd.engine.renewals import Renewals
from chatd.engine.rows import Committed, EventRow, wordless
from chatd.engine.table import Context, EventKind, Feature, Passing, Read, Row, Write
from chatd.engine.tracing import Tracer
from chatd.engine.unit import AccountOpen, Unit
from chatd.engine.view import View
from chatd.wire.codec import Codec, encode
from chatd.wire.frames import Command, Done, Error, Event, Keyed, Limits, Reply

#: Letters of the reference under which a fault is logged: 40 bits.
REFERENCE_LETTERS: Final = 8
#: Letters of an id after the first, which tells what it names: 55 bits.
ID_LETTERS: Final = 11
DIGEST_BYTES: Final = 16

_canonical: Final = msgspec.json.Encoder(order="deterministic").encode


class FaultLog(Protocol):
    """Where faults go. ``what`` is a command's type, or a word for what was being done;
    ``request`` the id of the command, if there was one.

    What a person wrote is never passed on; a failure's own words are the logger's to guard.
    """

    def __call__(
        self,
        *,
        what: str,
        reference: str,
        failure: BaseException,
        origin: Origin,
        request: int | None,
    ) -> None: ...


class Engine:
    """Runs the commands of ``features``. ``limits``, ``renewals`` and ``tracer`` may be set while
    it runs."""

    def __init__(
        self,
        features: Sequence[Feature],
        store: Store,
        clock: Clock,
        random: Random,
        limits: Limits,
        log: FaultLog,
        server: str = "chatd",
        key: bytes = b"",
        directory: Directory = "rooms",
        push: PushOffer | None = None,
        meters: Meters | None = None,
        guests: Collection[type[Command]] = (),
    ) -> None:
        """``guests``: the commands that guests may use."""
        rows = [row for feature in features for row in feature.rows]
        #: name and version, as the welcome tells them
        self.server = server
        self.features = tuple(feature.name for feature in features)
        self.store = store
        self.clock = clock
        self.random = random
        self.limits = limits
        self.meters = meters or Meters()
        self.renewals: Renewals | None = None
        self.tracer: Tracer | None = None
        self.codec = Codec(row.command for row in rows)
        self._log = log
        self._key = key
        self._directory: Directory = directory
        self._push = push
        self._guests = frozenset(guests)
        self._rows: dict[type[Command], Row] = {row.command: row for row in rows}
        self._kinds: dict[str, EventKind] = {
            kind.kind: kind for feature in features for kind in feature.events
        }
        self._references = {row.command: references(row.command) for row in rows}
        self._known: Context | None = None

    # Commands.

    def row(self, command: Command) -> Row:
        """The row of the table that ``command`` belongs to."""
        return self._rows[type(command)]

    def writes(self, command: type[Command]) -> bool:
        """Whether commands of this type want something committed."""
        return isinstance(self._rows[command], Write)

    def names(self, command: Command) -> int:
        """How many rooms and people it refers to by name, which only the store can look up."""
        count = 0
        for reference in self._references[type(command)]:
            value = getattr(command, reference.field)
            if type(value) is not str:
                count += len(reference.names(command))
            elif value.startswith(reference.mark):
                count += 1
        return count

    def needs_resolving(self, command: Command) -> bool:
        """Whether it refers to any room or person by name."""
        return self.names(command) > 0

    def reads(self, command: Command) -> float:
        """How many times it reads the store. A name is looked up whatever the command does with it,
        and whatever else that costs."""
        names = self.names(command)
        reads: float = min(names, MOST_NAMES) if names else 0
        row = self._rows[type(command)]
        if type(row) is Read:
            reads += 1 if row.reads is None else row.reads(command)
        return reads

    async def resolved(self, command: Command, user: str) -> Command:
        """``command`` of ``user`` with ids in the place of names; handlers see nothing else."""
        return await resolved(command, self._references[type(command)], self.store, user)

    def decide(self, command: Command, principal: Principal) -> Unit:
        """The unit a `Write` asks for, in the name of ``principal`` and under its key."""
        row = self._permitted(command, principal)
        assert isinstance(row, Write)
        unit: Unit = row.decide(command, principal, self._context())
        keyed = command if isinstance(command, Keyed) else None
        return Unit(
            principal.user,
            (AccountOpen(principal.user), *unit.requires),
            unit.changes,
            None if keyed is None else keyed.key,
            b"" if keyed is None else digest(keyed),
            unit.room,
            unit.tells,
        )

    def reply(self, command: Command, committed: Committed, principal: Principal) -> Reply:
        """What ``principal``, the author of a `Write`, gets once its unit is on disk."""
        row = self.row(command)
        assert isinstance(row, Write)
        if row.reply is not None:
            return row.reply(command, committed, principal, self._context())
        answer = committed.answer
        return Done(
            id=command.id, room=answer.room, seq=answer.seq, number=answer.number, at=answer.at
        )

    async def answer(self, command: Command, principal: Principal, view: View) -> Reply:
        """The answer to a `Read`."""
        row = self._permitted(command, principal)
        assert isinstance(row, Read)
        return await row.answer(command, principal, self._context(), view)

    def act(self, command: Command, principal: Principal, view: View) -> Reply:
        """Passes a signal on."""
        row = self._permitted(command, principal)
        assert isinstance(row, Passing)
        row.act(command, principal, view)
        return Done(id=command.id)

    def _permitted(self, command: Command, principal: Principal) -> Row:
        """The row of a command; `forbidden` if it is not for guests and a guest sent it."""
        if principal.guest and type(command) not in self._guests:
            raise Refusal(
                Code.FORBIDDEN, "Guests may not do this. Make an account of it: you keep all of it."
            )
        return self._rows[type(command)]

    def error(
        self, failure: Exception, number: int | None, what: str, origin: Origin = NOBODY
    ) -> Error:
        """The frame that answers a command (``number`` is its id, if known) that failed."""
        if isinstance(failure, Refusal):
            self.meters.error(failure.code)
            return Error(
                id=number,
                code=failure.code.value,
                message=failure.message,
                retry=failure.retry,
                retry_after=failure.retry_after,
                field=failure.field,
            )
        self.meters.error(Code.INTERNAL)
        return Error(
            id=number,
            code=Code.INTERNAL.value,
            message="The server made a mistake. Try again; if it stays, tell the operator the"
            " reference.",
            retry=CODES[Code.INTERNAL].retry,
            reference=self.fault(failure, what, origin, number),
        )

    def fault(
        self,
        failure: BaseException,
        what: str,
        origin: Origin = NOBODY,
        request: int | None = None,
    ) -> str:
        """Logs a bug; returns the reference under which it is found."""
        reference = ids.letters(self.random, REFERENCE_LETTERS)
        self._log(what=what, reference=reference, failure=failure, origin=origin, request=request)
        return reference

    # Events.

    def event(self, row: EventRow) -> Event:
        """A row of the log as everyone who may see it gets it."""
        return self._kinds[row.kind].render(row, self.cursor(row.position))

    def envelope(self, row: EventRow, members: int) -> Envelope:
        """A row on its way to the hub; ``members`` is the room's count after it, if it moved one.

        Only messages state their number: an event with one is activity in the room.
        """
        event = self.event(row)
        moves = self._kinds[row.kind].moves
        movement = None if moves is None else moves(row)
        return Envelope(
            position=row.position,
            room=row.room,
            seq=row.seq,
            number=row.number,
            payload=encode(event),
            numbered="number" in event.__struct_fields__,
            subject=row.subject,
            movement=movement,
            members=members,
            author=row.author,
            mentions=row.mentions if movement is None and row.target is None else (),
            kept_from=row.kept_from,
            wordless=encode(self.event(wordless(row))) if row.kept_from else b"",
        )

    def cursor(self, position: int) -> str:
        """The cursor that stands for ``position`` in this log."""
        return cursor.encode(self.store.epoch, position)

    def position(self, text: str) -> int | None:
        """What a cursor stands for, None for another log's; `bad-field` if it is not a cursor."""
        found = cursor.decode(text)
        return found.position if found.epoch == self.store.epoch else None

    def _context(self) -> Context:
        """For one moment; all but the time is the same for every command until something is set."""
        known = self._known
        if (
            known is None
            or known.limits is not self.limits
            or known.renewals is not self.renewals
            or known.store is not self.store
        ):
            known = self._known = self._new_context()
        return replace(known, now=self.clock.wall())

    def _new_context(self) -> Context:
        return Context(
            now=0,
            new_id=self._new_id,
            store=self.store,
            limits=self.limits,
            event=self.event,
            cursor=self.cursor,
            position=self.position,
            directory=self._directory,
            derived=self.derived,
            meters=self.meters,
            push=self._push,
            renewals=self.renewals,
        )

    def derived(self, purpose: str, *parts: str) -> str:
        """A secret of 256 bits that only this server can make, the same for the same words: a
        retried command gets the same secret again, and nobody has to store it."""
        words = msgspec.json.encode([purpose, *parts])
        made = hmac.digest(self._key, words, "sha256")
        return urlsafe_b64encode(made).rstrip(b"=").decode("ascii")

    def _new_id(self, prefix: str) -> str:
        return prefix + ids.letters(self.random, ID_LETTERS)


def digest(command: Command) -> bytes:
    """What a keyed command says, in 16 bytes: equal for a retry, whatever its id and key order."""
    return blake2b(_canonical(replace(command, id=0)), digest_size=DIGEST_BYTES).digest()
