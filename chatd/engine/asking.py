"""What somebody asks for, on condition that they still may when it is written.

Whoever asks over HTTP was looked at some time ago: since then a password was hashed, or the store
was busy. Without this condition a thief who goes on asking while everything is being taken back
would keep something of it: a token, a password, a link.
"""

from dataclasses import dataclass

from chatd.core.principal import Principal
from chatd.engine.unit import Change, Requirement, Unit


@dataclass(frozen=True, slots=True)
class CredentialHolds(Requirement):
    """The session or token ``id`` of ``user`` is there and has not expired at ``now`` (ms), and the
    account is open: else `unauthorized`."""

    user: str
    id: str
    now: int


@dataclass(frozen=True, slots=True)
class IsAdministrator(Requirement):
    """``user`` is an administrator: else `forbidden`."""

    user: str


@dataclass(frozen=True, slots=True)
class PasswordIs(Requirement):
    """The password of ``user`` still is the one that was shown, a PHC string: else `forbidden`."""

    user: str
    password: str


def still(
    who: Principal, now: int, *, admin: bool = False, password: str | None = None
) -> tuple[Requirement, ...]:
    """What must hold of ``who`` when something is written that they asked for. ``admin``: they may
    ask for it as an administrator alone; ``password``: they had to show it, as a PHC string."""
    return (
        CredentialHolds(who.user, who.session, now),
        *((IsAdministrator(who.user),) if admin else ()),
        *(() if password is None else (PasswordIs(who.user, password),)),
    )


def asked(
    who: Principal,
    now: int,
    *changes: Change,
    admin: bool = False,
    password: str | None = None,
) -> Unit:
    """The unit for whatever ``who`` asks for by a session or a token, but for the commands of the
    wire (`engine.Engine.decide`): these are part of a conversation, and end with the connection."""
    return Unit(who.user, still(who, now, admin=admin, password=password), changes)
