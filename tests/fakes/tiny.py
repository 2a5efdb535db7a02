"""A tiny feature with one command of each kind, and a store that answers when the test says so."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.engine import Engine
from chatd.engine.envelope import Movement
from chatd.engine.origin import Origin
from chatd.engine.ports import Place, Store
from chatd.engine.rows import Answer, Committed, EventRow, RoomHead
from chatd.engine.table import Context, EventKind, Feature, Passing, Read, Write
from chatd.engine.unit import Append, Unit
from chatd.engine.view import View
from chatd.wire.frames import Command, Data, Event, Keyed, Limits, Reply, RoomRef, UserRef
from tests.fakes.drive import Promise, fired
from tests.fakes.places import keep

ALICE = Principal("u-alice", "alice", False, "cookie", "s1")

LIMITS = Limits(
    frame_bytes=65_536,
    text_code_points=4096,
    data_bytes=4096,
    json_depth=8,
    messages_per_second=5,
    messages_burst=20,
    bytes_per_second=65_536,
    bytes_burst=262_144,
    user_messages_per_second=10,
    user_messages_burst=40,
    rooms_open=200,
    commands_in_flight=32,
    reader_bytes=1 << 20,
    reader_seconds=10,
    history_page=50,
)


class Say(Keyed, frozen=True, kw_only=True, tag="say"):
    """Says ``text`` in ``room``; "no" is refused and "bug" breaks the handler."""

    room: RoomRef
    text: str
    to: UserRef | None = None
    data: Data | None = None


class Touch(Command, frozen=True, kw_only=True, tag="touch"):
    """A write without a key."""


class Peek(Command, frozen=True, kw_only=True, tag="peek"):
    """Reads: the answer comes when the store's next promise fires."""

    rooms: list[RoomRef] = msgspec.field(default_factory=list)


class Wave(Command, frozen=True, kw_only=True, tag="wave"):
    """Passes by, unless ``hard``."""

    hard: bool = False


class Peeked(Reply, frozen=True, kw_only=True, tag="peeked"):
    rooms: list[str]


class Remark(Event, frozen=True, kw_only=True, tag="remark"):
    number: int
    text: str


class Entrance(Event, frozen=True, kw_only=True, tag="entrance"):
    user: str | None


def say(command: Say, actor: Principal, context: Context) -> Unit:
    if command.text == "no":
        raise Refusal(Code.FORBIDDEN, "Not that.")
    if command.text == "bug":
        raise KeyError(command.text)
    body = command.text.encode()
    return Unit("nobody", changes=(Append(command.room, "remark", actor.user, context.now, body),))


def touch(command: Touch, actor: Principal, context: Context) -> Unit:
    return Unit(actor.user, key="smuggled", room=context.new_id("r"))


async def peek(command: Peek, actor: Principal, context: Context, view: View) -> Peeked:
    view.hold()
    await cast(Any, context.store).read()
    return Peeked(id=command.id, rooms=command.rooms)


def wave(command: Wave, actor: Principal, view: View) -> None:
    if command.hard:
        raise Refusal(Code.WRONG_STATE, "Not so hard.")
    view.presence("away")


def render_remark(row: EventRow, cursor: str) -> Remark:
    return Remark(
        room=row.room,
        seq=row.seq,
        cursor=cursor,
        at=row.at,
        from_=row.author,
        name=row.author_name,
        number=row.number,
        text=row.body.decode(),
    )


def render_entrance(row: EventRow, cursor: str) -> Entrance:
    return Entrance(
        room=row.room,
        seq=row.seq,
        cursor=cursor,
        at=row.at,
        from_=row.author,
        name=row.author_name,
        user=row.subject,
    )


def moves(row: EventRow) -> Movement | None:
    return "in" if row.body == b"in" else None


TINY = Feature(
    "tiny",
    rows=(
        Write(Say, say),
        Write(Touch, touch, cost=0),
        Read(Peek, peek, Peeked, cost=0),
        Passing(Wave, wave),
    ),
    events=(
        EventKind("remark", Remark, render_remark),
        EventKind("entrance", Entrance, render_entrance, moves),
    ),
)


class Time:
    """Both clocks, moved by hand."""

    def __init__(self, now: float = 1000.0, wall: int = 1_700_000_000_000) -> None:
        self.seconds = now
        self.start = wall - now * 1000

    def now(self) -> float:
        return self.seconds

    def wall(self) -> int:
        return int(self.start + self.seconds * 1000)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class TinyStore:
    """Keeps the units it was given; every answer is a promise of the test's."""

    epoch = "abcdefgh"
    committed: Callable[[Sequence[Committed]], None]

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.commits: list[Promise[Committed]] = []
        self.reads: list[Promise[None]] = []
        self.names: list[str] = []
        self.arrivals: Promise[tuple[frozenset[str], Sequence[RoomHead], int]] = Promise()

    def commit(self, unit: Unit) -> Promise[Committed]:
        self.units.append(unit)
        self.commits.append(Promise())
        return self.commits[-1]

    def hand(self, unit: Unit, place: Place) -> None:
        keep(self.commit(unit), place)

    def fire(self, index: int) -> None:
        """The commit of unit ``index`` reached the disk."""
        self.commits[index].fire(Committed(Answer(room="r1", seq=index + 1, at=5)))

    def read(self) -> Promise[None]:
        self.reads.append(Promise())
        return self.reads[-1]

    def arrival(self, user: str) -> Promise[tuple[frozenset[str], Sequence[RoomHead], int]]:
        return self.arrivals

    def by_slug(self, slug: str, user: str | None = None) -> Promise[str]:
        return self._find(slug)

    def by_name(self, name: str) -> Promise[str]:
        return self._find(name)

    def _find(self, name: str) -> Promise[str]:
        self.names.append(name)
        if name == "nowhere":
            promise: Promise[str] = Promise()
            promise.fail(Refusal(Code.NOT_FOUND, "There is no such room."))
            return promise
        return fired(f"id-of-{name}")


class Faults:
    """Remembers what the engine logged."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, BaseException]] = []
        #: whom each befell, and the id of the command
        self.origins: list[tuple[Origin, int | None]] = []

    def __call__(
        self,
        *,
        what: str,
        reference: str,
        failure: BaseException,
        origin: Origin,
        request: int | None,
    ) -> None:
        self.seen.append((what, reference, failure))
        self.origins.append((origin, request))


class Bench:
    """An engine over the tiny feature, with the parts a test looks at."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.store = TinyStore()
        self.clock = Time()
        self.faults = Faults()
        self.engine = Engine(
            [TINY], cast(Store, self.store), self.clock, bytes, limits, self.faults
        )
