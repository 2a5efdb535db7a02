"""The base classes of everything said on the wire, and the frames that belong to no feature.

One JSON object per text frame; its ``type`` names the struct. Features declare their own commands,
replies, events and signals by deriving from the classes here; `wire.codec` and `description` work
from all of them together.
"""

from typing import Annotated, Any

import msgspec

#: A command's number, chosen by the client, repeated in the reply. JSON-safe integers.
Id = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="Chosen by the client.")]
#: Names one lasting effect; a retry with the same key has the same effect and the same answer.
Key = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.:-]+(?![\s\S])",
        description="Idempotency key, unique among the author's commands.",
    ),
]
#: A room by its id, or by its public name as "#tea".
RoomRef = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, description='A room\'s id, or "#name".')
]
#: A person by id, or by user name as "@alice".
UserRef = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, description='A user\'s id, or "@name".')
]
#: Position in a room's timeline: dense, from 1.
Seq = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1, description="Position in the room.")]
#: Unix time in milliseconds.
Millis = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="Unix time in milliseconds.")]
#: An opaque place in the server's log: keep the last one seen, hand it back to `resume`.
Cursor = Annotated[
    str, msgspec.Meta(min_length=3, max_length=40, description="Opaque: hand it back as it is.")
]


class Command(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True
):
    """What a client asks for. Answered by exactly one reply that repeats ``id``."""

    id: Id


class Keyed(Command, frozen=True, kw_only=True):
    """A command that changes something lasting, once, however often it is sent."""

    key: Key


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """Anything the server says. Fields at their default are left out."""


class Reply(Said, frozen=True, kw_only=True):
    """The answer to one command, to the asker alone."""

    id: Id


class Done(Reply, frozen=True, kw_only=True, tag="done"):
    """The command took effect and is on disk (or, for a signal, was passed on)."""

    room: str | None = None
    seq: Seq | None = None
    number: int | None = None
    at: Millis | None = None


class Error(Said, frozen=True, kw_only=True, tag="error"):
    """The command was refused and had no effect. ``id`` is absent if none could be read.

    ``retry`` says whether the very same command may succeed later, ``retry_after`` (seconds) when
    to try. ``reference`` appears with code ``internal``: quote it to the operator.
    """

    id: Id | None = None
    code: str
    message: str
    retry: bool = False
    retry_after: float | None = None
    field: str | None = None
    reference: str | None = None


class Event(Said, frozen=True, kw_only=True):
    """One line of a room's durable timeline; the same bytes for everyone who may see it.

    ``from_`` is the author's id and ``name`` that person's name now. ``cursor`` is where the log
    stands once this event is known.
    """

    room: str
    seq: Seq
    cursor: Cursor
    at: Millis
    from_: str = msgspec.field(name="from")
    name: str


class Signal(Said, frozen=True, kw_only=True):
    """Something passing: never stored, never replayed."""


class FileLimits(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file has at most ``max_bytes``, a message at most ``each`` files."""

    max_bytes: int
    each: int


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The limits that hold for this connection. Rates are per second; a burst may be saved up.
    ``files`` is null if you may upload no files."""

    frame_bytes: int
    text_code_points: int
    data_bytes: int
    json_depth: int
    messages_per_second: float
    messages_burst: float
    bytes_per_second: float
    bytes_burst: float
    user_messages_per_second: float
    user_messages_burst: float
    rooms_open: int
    commands_in_flight: int
    reader_bytes: int
    reader_seconds: float
    history_page: int
    files: FileLimits | None = None


class Welcome(Signal, frozen=True, kw_only=True, tag="welcome"):
    """The server speaks first: who you are here and what holds on this connection.

    ``connection`` is the name of this connection in the server's log: quote it to the operator.
    ``heartbeat`` is in seconds: if nothing arrives for that long plus ten seconds, the server or
    the way to it is gone.
    """

    user: str
    name: str
    connection: str = ""
    server: str
    time: Millis
    heartbeat: float
    features: list[str]
    limits: Limits


class Heartbeat(Signal, frozen=True, kw_only=True, tag="heartbeat"):
    """A sign of life. ``heads`` is the sum of the last ``seq`` of every room open here: if it
    differs from the client's own sum, something was missed and `resume` brings it."""

    time: Millis
    heads: int


class Resync(Signal, frozen=True, kw_only=True, tag="resync"):
    """This reader was too slow and its queue was dropped: send `resume` with your last cursor.
    No room is open on this connection any more."""

    reason: str


class LimitsChanged(Signal, frozen=True, kw_only=True, tag="limits"):
    """The limits changed while connected."""

    limits: Limits


class Ending(Signal, frozen=True, kw_only=True, tag="ending"):
    """Your proof of identity ends at ``expires`` (Unix ms), and the connection with it, closed with
    4001. Whoever was vouched for by another site may go on with `renew`. It comes a minute before
    the end, or half-way there if less is left when the connection opens."""

    expires: Millis


class Bye(Signal, frozen=True, kw_only=True, tag="bye"):
    """The server is about to close this connection; come back after ``retry_after`` seconds."""

    code: int
    reason: str
    retry_after: float | None = None


#: A namespaced object for other applications: {"org.example.card": {...}}, at most 4 KiB encoded.
Data = Annotated[
    dict[str, Any],
    msgspec.Meta(description='One namespaced object, such as {"org.example.card": {…}}; 4 KiB.'),
]

#: The frames that belong to no feature.
COMMON: tuple[type[Said], ...] = (
    Done,
    Error,
    Welcome,
    Heartbeat,
    Resync,
    LimitsChanged,
    Bye,
)
