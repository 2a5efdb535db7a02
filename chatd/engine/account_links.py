"""One-time links for an account: to a new password, to a confirmed address. Rows and changes."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, Protocol

from chatd.engine.accounts import UserRow
from chatd.engine.unit import Growth, Upkeep

LinkKind = Literal["reset", "email"]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """``detail`` is the address that an "email" link confirms. ``name`` and ``disabled`` are the
    account's at the time of reading; ``expires`` in Unix ms."""

    kind: LinkKind
    user: str
    name: str
    disabled: bool
    detail: str
    expires: int


@dataclass(frozen=True, slots=True)
class MailAddress:
    """The address of an account, and whether somebody who reads its mail has said so. ``language``
    is the one in which they are written to, "" if not known."""

    address: str
    confirmed: bool
    language: str = ""


class LinkReads(Protocol):
    """None if there is nothing of that description."""

    def account_link(self, digest: bytes) -> Awaitable[LinkRow | None]: ...

    def user_by_email(self, address: str) -> Awaitable[UserRow | None]:
        """Whose confirmed address it is."""

    def email_of(self, user: str) -> Awaitable[MailAddress | None]: ...


@dataclass(frozen=True, slots=True)
class CreateLink(Upkeep):
    """Ends the user's other links of that kind, and all that expired by ``at``."""

    digest: bytes
    kind: LinkKind
    user: str
    detail: str
    at: int
    expires: int


@dataclass(frozen=True, slots=True)
class UseLink(Upkeep):
    """Takes it out; `gone` where it is unknown, used, or expired at ``now``."""

    digest: bytes
    kind: LinkKind
    now: int


@dataclass(frozen=True, slots=True)
class SetEmail(Growth):
    """A confirmed address, None for none; `exists` where it is another account's."""

    user: str
    address: str | None


@dataclass(frozen=True, slots=True)
class SetLanguage(Upkeep):
    """In which language the user is written to, one of `core.languages`."""

    user: str
    language: str
