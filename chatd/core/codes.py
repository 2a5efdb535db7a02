"""What a client sees when something ends: the tables of refusal codes and of close codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Code(StrEnum):
    """Why a command was refused, as one word on the wire."""

    BAD_JSON = "bad-json"
    BAD_FRAME = "bad-frame"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_FIELD = "unknown-field"
    BAD_FIELD = "bad-field"
    TOO_LONG = "too-long"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    BANNED = "banned"
    BLOCKED = "blocked"
    NOT_FOUND = "not-found"
    GONE = "gone"
    CONFLICT = "conflict"
    EXISTS = "exists"
    NAME_TAKEN = "name-taken"
    WRONG_STATE = "wrong-state"
    LIMIT_REACHED = "limit-reached"
    RATE_LIMITED = "rate-limited"
    BUSY = "busy"
    STORAGE_FULL = "storage-full"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class CodeRow:
    """What one refusal code means, and whether the very same command may succeed later."""

    meaning: str
    retry: bool


def _codes(*rows: tuple[Code, bool, str]) -> Mapping[Code, CodeRow]:
    return MappingProxyType({code: CodeRow(meaning, retry) for code, retry, meaning in rows})


CODES: Mapping[Code, CodeRow] = _codes(
    (Code.BAD_JSON, False, "The frame is not valid JSON in UTF-8."),
    (Code.BAD_FRAME, False, "The frame is JSON, but not one object with a type."),
    (Code.UNKNOWN_TYPE, False, "No command has this type here; the welcome lists the features."),
    (Code.UNKNOWN_FIELD, False, "The command carries a field that it does not have."),
    (Code.BAD_FIELD, False, "A field is missing or has a value that is not allowed."),
    (Code.TOO_LONG, False, "A text has more characters than allowed."),
    (Code.TOO_LARGE, False, "The frame, or a part of it, has more bytes than allowed."),
    (Code.TOO_DEEP, False, "The JSON is nested deeper than allowed."),
    (Code.UNAUTHORIZED, False, "Nobody is signed in, or the proof of identity has ended."),
    (Code.FORBIDDEN, False, "The one who asks is known and may not do this."),
    (Code.BANNED, False, "The one who asks is banned from the room."),
    (Code.BLOCKED, False, "One of the two people has blocked the other."),
    (Code.NOT_FOUND, False, "There is no such thing, or none that the one who asks may see."),
    (Code.GONE, False, "It existed, but what was asked about it is no longer kept."),
    (Code.CONFLICT, False, "The key was used before for a command with other content."),
    (Code.EXISTS, False, "It exists already."),
    (Code.NAME_TAKEN, False, "The name, or one that looks like it, belongs to another."),
    (Code.WRONG_STATE, False, "The command does not fit the state that the thing is in."),
    (Code.LIMIT_REACHED, False, "A limit on how many there may be is reached."),
    (Code.RATE_LIMITED, True, "Too much in too short a time; wait for retry_after seconds."),
    (Code.BUSY, True, "A queue is full at the moment; wait for retry_after seconds."),
    (Code.STORAGE_FULL, True, "The server keeps too little free space to store more."),
    (Code.UNAVAILABLE, True, "A part of the server that this needs is out of order."),
    (Code.TIMEOUT, True, "It took too long; a command with a key may be sent again safely."),
    (Code.INTERNAL, True, "The server made a mistake and logged it under the given reference."),
)


class Close(IntEnum):
    """Why a connection was closed: RFC 6455 §7.4.1 below 2000, ours from 4000 on (§7.4.2)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    INVALID_PAYLOAD = 1007
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    SLOW_READER = 4000
    CREDENTIAL_EXPIRED = 4001
    DEAD_PEER = 4002
    BAD_USE = 4500
    SIGNED_OUT = 4501
    ADDRESS_BLOCKED = 4502
    ABUSE = 4503

    @property
    def word(self) -> str:
        """The name as documentation and logs write it: `slow-reader`."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class CloseRow:
    """What a close code tells the client: whether to come back by itself, and with its cursor."""

    meaning: str
    come_back: bool
    resume: bool


def _closes(*rows: tuple[Close, bool, bool, str]) -> Mapping[Close, CloseRow]:
    return MappingProxyType({code: CloseRow(text, back, keep) for code, back, keep, text in rows})


CLOSES: Mapping[Close, CloseRow] = _closes(
    (Close.NORMAL, False, True, "The client asked for the end."),
    (Close.GOING_AWAY, True, True, "The server or the page goes away."),
    (Close.PROTOCOL_ERROR, False, True, "The bytes were not WebSocket as RFC 6455 has it."),
    (Close.UNSUPPORTED_DATA, False, True, "A binary frame came; this protocol is text."),
    (Close.INVALID_PAYLOAD, False, True, "A text frame was not UTF-8, or did not inflate."),
    (Close.POLICY_VIOLATION, False, True, "Too many fragments or control frames."),
    (Close.MESSAGE_TOO_BIG, True, True, "A message was larger than the welcome allows."),
    (Close.INTERNAL_ERROR, True, True, "The server made a mistake."),
    (Close.SERVICE_RESTART, True, True, "The server restarts; wait as told, then come back."),
    (Close.TRY_AGAIN_LATER, True, True, "The server cannot take more now."),
    (Close.SLOW_READER, True, True, "The client did not read what was sent to it."),
    (Close.CREDENTIAL_EXPIRED, True, True, "The proof of identity ended; renew it first."),
    (Close.DEAD_PEER, True, True, "No sign of life came in time."),
    (Close.BAD_USE, False, True, "Frame after frame made no sense; mend the client first."),
    (Close.SIGNED_OUT, False, False, "The session was ended; sign in again."),
    (Close.ADDRESS_BLOCKED, False, True, "Nobody may come from this network any more."),
    (Close.ABUSE, False, True, "Limits were overrun again and again."),
)

REASON_BYTES = 122
"""A close reason shares a control frame of at most 125 bytes with its code (RFC 6455 §5.5)."""


def reason(text: str) -> str:
    """Cut a close reason to at most 122 bytes of UTF-8, never inside a character."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= REASON_BYTES:
        return raw.decode("utf-8")
    ellipsis = "…"
    return raw[: REASON_BYTES - len(ellipsis.encode())].decode("utf-8", "ignore") + ellipsis
