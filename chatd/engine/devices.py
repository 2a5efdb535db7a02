"""Programs that wait to be let in by somebody who is signed in (RFC 8628): rows and changes."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.unit import Upkeep


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """``digest`` is the SHA-256 of the secret that the program polls with. ``person`` let it in,
    None as long as nobody has. ``address`` is where it asked from. Times in Unix ms."""

    digest: bytes
    label: str
    address: str
    created: int
    expires: int
    person: str | None
    refused: bool


@dataclass(frozen=True, slots=True)
class CreateDevice(Upkeep):
    """Also removes those that expired at ``at``. `limit-reached` where ``most_here`` of the same
    ``group`` of addresses wait. Where ``most`` wait in all, the oldest of the ``network`` of which
    the most do goes, if these are more than twice as many as of this one; if not,
    `limit-reached`."""

    digest: bytes
    user_digest: bytes
    label: str
    address: str
    group: str
    network: str
    at: int
    expires: int
    most: int
    most_here: int


@dataclass(frozen=True, slots=True)
class AnswerDevice(Upkeep):
    """``person`` lets it in, or refuses; `gone` where it was answered before, expired at ``now`` or
    is unknown."""

    user_digest: bytes
    person: str
    allow: bool
    now: int


@dataclass(frozen=True, slots=True)
class TakeDevice(Upkeep):
    """Removes one that was let in; `gone` where there is none (any more): of two who come for the
    token one gets it."""

    digest: bytes
    now: int


class DeviceReads(Protocol):
    """None if there is nothing of that description."""

    def device(self, digest: bytes) -> Awaitable[DeviceRow | None]: ...
    def device_asked(self, user_digest: bytes) -> Awaitable[DeviceRow | None]: ...
