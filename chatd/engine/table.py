"""The table of commands: what a feature is made of.

A feature file ends in one `Feature`. Three kinds of command exist, told apart by what they touch:

* `Write`: decides without reading; the returned `Unit` is checked and committed by the writer.
  Writes of one connection are pipelined into shared commits.
* `Read`: a coroutine over the store's read ports (and the connection's view); it starts when the
  connection's earlier writes are committed, so clients read what they wrote.
* `Passing`: a signal; nothing is stored and the store is not asked.

Everything else about a command follows from its row: decoding and validation, schema and docs, the
budget it is charged to, metrics labels, the ledger, the reply's order, fan-out, resume.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from chatd.core.meters import Kind, Meters
from chatd.core.principal import Principal
from chatd.engine.envelope import Movement
from chatd.engine.ports import Store
from chatd.engine.profiles import Directory
from chatd.engine.pushes import PushOffer
from chatd.engine.renewals import Renewals
from chatd.engine.rows import Committed, EventRow
from chatd.engine.unit import Unit
from chatd.engine.view import View
from chatd.wire.frames import Command, Event, Limits, Reply, Said


class Context(msgspec.Struct, frozen=True):
    """What a handler may use besides the command and its author. ``now`` is Unix ms."""

    now: int
    new_id: Callable[[str], str]
    store: Store
    limits: Limits
    #: renders a row of the log as the event people get
    event: Callable[[EventRow], Event]
    #: the cursor that stands for a position of the log
    cursor: Callable[[int], str]
    #: the position a cursor stands for, None for one of another log (its epoch differs)
    position: Callable[[str], int | None]
    #: whom people find when they look for others
    directory: Directory
    #: a secret that this server alone can make from a purpose and further words
    derived: Callable[..., str]
    meters: Meters
    #: what Web Push this server offers, None for none
    push: PushOffer | None = None
    #: what renews credentials another site vouched for, None if no site does
    renewals: Renewals | None = None


@dataclass(frozen=True, slots=True)
class Write:
    kind: ClassVar[Kind] = "write"
    command: type[Command]
    decide: Callable[[Any, Principal, Context], Unit]
    cost: float = 1.0
    #: the reply, if it is more than `Done` with the answer's fields
    reply: Callable[[Any, Committed, Principal, Context], Reply] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    kind: ClassVar[Kind] = "read"
    command: type[Command]
    answer: Callable[[Any, Principal, Context, View], Awaitable[Reply]]
    reply: type[Reply]
    cost: float = 1.0
    #: how many reads it counts for, if that depends on how much it asks for
    reads: Callable[[Any], float] | None = None


@dataclass(frozen=True, slots=True)
class Passing:
    kind: ClassVar[Kind] = "passing"
    command: type[Command]
    act: Callable[[Any, Principal, View], None]
    cost: float = 0.2


Row = Write | Read | Passing


@dataclass(frozen=True, slots=True)
class EventKind:
    """How rows of one kind in the log become the event on the wire.

    ``moves`` says whether the row moves its subject in or out of the room.
    """

    kind: str
    event: type[Event]
    render: Callable[[EventRow, str], Event]
    moves: Callable[[EventRow], Movement | None] | None = None


@dataclass(frozen=True, slots=True)
class Feature:
    """One capability. ``said`` lists further frames it may send (signals, parts of replies)."""

    name: str
    rows: tuple[Row, ...] = ()
    events: tuple[EventKind, ...] = ()
    said: tuple[type[Said], ...] = ()
