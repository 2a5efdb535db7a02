"""Who somebody is at another site: rows, the change, and the rooms that a site may name."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.accounts import UserRow
from chatd.engine.rows import RoleName, RoomKind
from chatd.engine.unit import Growth, Requirement, Upkeep


@dataclass(frozen=True, slots=True)
class NamedRoom:
    """A room by the slug or id used to ask for it; ``role`` is that of the person asked about, None
    if not a member."""

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
class CreateIdentity(Growth):
    """``person`` is ``subject`` at ``issuer`` from now on; `exists` where somebody is already.

    ``email`` is what the site says, which confirms nothing here; None if it gives none.
    """

    issuer: str
    subject: str
    person: str
    at: int
    email: str | None = None


@dataclass(frozen=True, slots=True)
class SetConfined(Upkeep):
    """``user`` sees, from now on, only the rooms that they were let into, or as everybody does."""

    user: str
    confined: bool


@dataclass(frozen=True, slots=True)
class NotConfined(Requirement):
    """`forbidden` where ``user`` sees only the rooms that they were let into."""

    user: str


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Somebody has been ``subject`` at ``issuer`` since ``at``, in ms."""

    issuer: str
    subject: str
    at: int


@dataclass(frozen=True, slots=True)
class ProviderSessionRow:
    """``session`` of ``person`` was begun at a provider. ``sid`` is the provider's own name for the
    session there, "" if it gave none."""

    session: str
    person: str
    issuer: str
    subject: str
    sid: str


@dataclass(frozen=True, slots=True)
class EndIdentity(Upkeep):
    """``person`` is not ``subject`` at ``issuer`` any more: `not-found` where they are not;
    `wrong-state` where they could not come in any more, without a password and any other.

    Also ends the sessions begun that way, except ``but``, which from now on counts as theirs and
    not as the provider's."""

    issuer: str
    subject: str
    person: str
    but: str = ""


@dataclass(frozen=True, slots=True)
class CreateProviderSession(Upkeep):
    """The session, which there is already, was begun at a provider; it goes with the session.
    `unauthorized` where its person is not (any more) the ``subject`` at ``issuer``."""

    session: str
    issuer: str
    subject: str
    sid: str


@dataclass(frozen=True, slots=True)
class Spend(Upkeep):
    """What ``digest`` stands for is used up, and known as that until ``expires``: `gone` where it
    was before. Also forgets what expired before ``now``."""

    digest: bytes
    now: int
    expires: int


class IdentityReads(Protocol):
    def identities(self, person: str) -> Awaitable[Sequence[IdentityRow]]:
        """Who somebody is elsewhere, in the order in which it became known."""

    def provider_session(self, session: str) -> Awaitable[ProviderSessionRow | None]:
        """The provider at which a session was begun, None if at none."""

    def provider_sessions(
        self, issuer: str, subject: str | None, sid: str | None
    ) -> Awaitable[Sequence[ProviderSessionRow]]:
        """Those begun there, of a subject, of a sid, or of both."""

    def identity(self, issuer: str, subject: str) -> Awaitable[UserRow | None]:
        """The account of whoever is ``subject`` at ``issuer``, None if there is none."""

    def vouched(self) -> Awaitable[Sequence[Vouched]]:
        """All credentials that stand on the word of another site."""

    def rooms_named(self, user: str, names: Sequence[str]) -> Awaitable[Sequence[NamedRoom]]:
        """Those of the rooms, by id or slug, that exist; hidden ones too, so only for names given
        by somebody entitled. An id wins over another room's slug."""
