"""Who somebody is at another site: rows, the change, and the rooms that a site may name."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.accounts import UserRow
from chatd.engine.rows import RoleName, RoomKind
from chatd.engine.unit import Change


@dataclass(frozen=True, slots=True)
class NamedRoom:
    """A room by the slug or id it was asked for with; ``role`` of whoever it was asked for, None:
    no member."""

    asked: str
    room: str
    kind: RoomKind
    role: RoleName | None


@dataclass(frozen=True, slots=True)
class Vouched:
    """A credential that stands on the word of another site, by the key ``signer``."""

    user: str
    id: str
    signer: str


@dataclass(frozen=True, slots=True)
class CreateIdentity(Change):
    """``person`` is ``subject`` at ``issuer`` from now on; `exists` where somebody is already.

    ``email`` is what the site says, which confirms nothing here; None where it says none.
    """

    issuer: str
    subject: str
    person: str
    at: int
    email: str | None = None


class IdentityReads(Protocol):
    def identity(self, issuer: str, subject: str) -> Awaitable[UserRow | None]:
        """The account of who is ``subject`` at ``issuer``, None where there is none."""

    def vouched(self) -> Awaitable[Sequence[Vouched]]:
        """All credentials that stand on the word of another site."""

    def rooms_named(self, user: str, names: Sequence[str]) -> Awaitable[Sequence[NamedRoom]]:
        """Those of the rooms, by id or slug, that there are; hidden ones too, so only for a name
        that somebody entitled has given. An id wins over another room's slug."""
