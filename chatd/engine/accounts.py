"""What the people at the door bring along, and the changes to it.

Secrets are never stored: a credential, an invitation or a ticket is found by the SHA-256 of its
random secret. These changes travel in the same `Unit` as everything else, through the one writer.
"""

from dataclasses import dataclass
from typing import Literal

import msgspec

from chatd.engine.rows import UserKind
from chatd.engine.unit import Growth, Upkeep

CredentialKind = Literal["session", "token", "site"]


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account. ``password`` is an argon2id PHC string, None where there is none; ``confined``:
    they see only the rooms that they were let into (`identities.SetConfined`)."""

    id: str
    name: str
    display: str
    password: str | None
    admin: bool
    disabled: bool
    created: int
    kind: UserKind = "person"
    confined: bool = False


class CredentialRow(msgspec.Struct, frozen=True, gc=False):
    """A login session (cookie), a bearer token, or what another site vouched for. Times in ms;
    ``expires`` None = no end. ``scopes``: all it may be used for, None = whatever its owner may.

    ``id`` is its public name (in lists, in `Principal.session`); ``digest`` is the SHA-256 of its
    secret; ``address`` is where it was made from, "" if that is not known. ``user_name``,
    ``admin``, ``disabled`` and ``guest`` are the account's at the time of reading.
    """

    id: str
    kind: CredentialKind
    user: str
    user_name: str
    admin: bool
    disabled: bool
    label: str
    created: int
    seen: int
    expires: int | None
    scopes: frozenset[str] | None = None
    address: str = ""
    guest: bool = False


@dataclass(frozen=True, slots=True)
class InvitationRow:
    id: str
    by: str | None
    admin: bool
    created: int
    expires: int
    uses_left: int


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A one-use pass through the WebSocket handshake, bound to a user, a session and an Origin."""

    user: str
    session: str
    origin: str
    expires: int


@dataclass(frozen=True, slots=True)
class CreateUser(Growth):
    """A new account; `name-taken` where the name or a look-alike of it (the skeleton) exists."""

    user: str
    name: str
    skeleton: str
    display: str
    password: str | None
    admin: bool
    at: int
    kind: UserKind = "person"


@dataclass(frozen=True, slots=True)
class RenameUser(Growth):
    """Another name, which is unique as in `CreateUser`; the old one is free then."""

    user: str
    name: str
    skeleton: str


@dataclass(frozen=True, slots=True)
class SetDisplay(Growth):
    """Another name for people to see."""

    user: str
    display: str


@dataclass(frozen=True, slots=True)
class SetPassword(Upkeep):
    """Also ends the account's links, of which one may have led here."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class SetDisabled(Upkeep):
    """Disabling an account also ends every credential and ticket of it, and whatever others could
    come in by on its word: invitations, links into rooms."""

    user: str
    disabled: bool
    at: int


@dataclass(frozen=True, slots=True)
class SetAdmin(Upkeep):
    """Who is no administrator any more has invited nobody: open invitations end."""

    user: str
    admin: bool


@dataclass(frozen=True, slots=True)
class CreateCredential(Upkeep):
    """``most``: how many of this kind the user may have, this one included; `limit-reached`."""

    id: str
    digest: bytes
    kind: CredentialKind
    user: str
    label: str
    at: int
    expires: int | None
    scopes: frozenset[str] | None = None
    address: str = ""
    signer: str = ""
    most: int | None = None


@dataclass(frozen=True, slots=True)
class TouchCredential(Upkeep):
    """Was seen; a session's end moves along, and no other's. No refusal where it is gone
    meanwhile."""

    id: str
    seen: int
    expires: int | None


@dataclass(frozen=True, slots=True)
class RenewCredential(Upkeep):
    """What another site vouched for ends then and not before, on the word of ``signer``. No refusal
    where it is gone meanwhile."""

    user: str
    id: str
    expires: int
    signer: str


@dataclass(frozen=True, slots=True)
class EndCredential(Upkeep):
    """By id; or with ``id`` None all of ``user`` except ``but``. No refusal where none is left."""

    user: str
    id: str | None = None
    but: str | None = None


@dataclass(frozen=True, slots=True)
class CreateInvitation(Growth):
    """Also removes those that are used up or expired at ``at``. ``most``: how many ``by`` may have
    open, this one included; `limit-reached`."""

    id: str
    digest: bytes
    by: str | None
    admin: bool
    at: int
    expires: int
    uses: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class UseInvitation(Growth):
    """Takes one use; `gone` where it is used up, expired at ``now`` or unknown. The use of one that
    makes an administrator ends all others of that kind: of two at a time one wins."""

    digest: bytes
    now: int


@dataclass(frozen=True, slots=True)
class EndInvitation(Upkeep):
    id: str


@dataclass(frozen=True, slots=True)
class CreateTicket(Upkeep):
    """Also removes tickets that expired before ``at``."""

    digest: bytes
    user: str
    session: str
    origin: str
    at: int
    expires: int


@dataclass(frozen=True, slots=True)
class UseTicket(Upkeep):
    """Removes it; `unauthorized` where it is unknown, used, or expired at ``now``."""

    digest: bytes
    now: int
