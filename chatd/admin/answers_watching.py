"""What chatctl answers about the daemon as it runs: top, trace and tap. See `answers`."""

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """Every field is in the JSON of every answer, unless it has a default of None."""


class Times(Answer, frozen=True):
    """Seconds that this percentage stayed below; None if there was nothing."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


class CommandRate(Answer, frozen=True):
    type: str
    rate: float
    average: float


class BusyRoom(Answer, frozen=True):
    room: str
    name: str
    events: float
    open: int


class BusyPerson(Answer, frozen=True):
    user: str
    name: str
    events: float
    connections: int


class Figures(Answer, frozen=True):
    """For the last ``seconds``; rates are per second."""

    version: str
    up: float
    not_ready: dict[str, str]
    connections: int
    people: int
    rooms_open: int
    position: int
    queued_bytes: int
    mistakes: int
    memory: int
    top_rooms: list[BusyRoom]
    top_people: list[BusyPerson]
    seconds: float
    opened: float
    events: float
    writes: float
    errors: float
    slow_readers: float
    processor: float
    commands: list[CommandRate]
    kinds: dict[str, Times]
    commits: Times
    units: float | None
    lag: Times


class TracedMessage(Answer, frozen=True):
    room: str
    room_name: str
    seq: int
    position: int
    committed_at: int
    author: str | None
    state: str
    members_then: int
    delivered_to: int
    read_by: int
    webhook: str
    webhook_away: str
    push: str


class OpenConnection(Answer, frozen=True):
    connection: str
    address: str
    room_open: bool


class TracedFor(Answer, frozen=True):
    user: str
    name: str
    member_then: bool
    member_now: bool
    delivered: bool
    read: bool
    read_at: int | None
    delivered_up_to: int
    read_up_to: int
    marked_at: int | None
    notified: str
    browsers_pushed_to: int
    pushes_waiting: int
    seen: int | None
    connections_now: list[OpenConnection] | None = None


class Trace(Answer, frozen=True, omit_defaults=True):
    """``person`` and ``verdict`` only if somebody was named."""

    message: TracedMessage
    not_recorded: list[str]
    person: TracedFor | None = None
    verdict: str | None = None


class Frame(Answer, frozen=True, omit_defaults=True):
    """``way``: in, out, begins or ended; ``text`` only if it was asked for."""

    time: int
    connection: str
    way: str
    bytes: int | None = None
    type: str | None = None
    code: str | int | None = None
    text: str | None = None
    left_out: int | None = None
