"""What an account has besides its password: one-time codes, recovery codes, passkeys.

Rows and changes. Nothing here is of use to whoever reads the database: seeds are sealed, recovery
codes are kept as SHA-256 of 80 random bits, and of a passkey only the public key.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.accounts import UserRow
from chatd.engine.unit import Growth, Upkeep


@dataclass(frozen=True, slots=True)
class TotpRow:
    """``sealed`` is the seed under the server's key; ``step`` the time step of the last code
    accepted (30 s each since 1970), 0 = none."""

    person: str
    sealed: bytes
    confirmed: bool
    step: int


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """``id`` is the authenticator's, ``key`` its attested credential data (WebAuthn §6.5.1), and
    ``count`` its last sign count. Times in Unix ms; ``seen`` None = never used."""

    id: bytes
    person: str
    name: str
    key: bytes
    count: int
    created: int
    seen: int | None


@dataclass(frozen=True, slots=True)
class FactorsRow:
    """All of one account's. ``codes``: recovery codes not used yet."""

    totp: bool
    codes: int
    passkeys: tuple[PasskeyRow, ...]

    @property
    def any(self) -> bool:
        """Whether the password alone is not enough."""
        return self.totp or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class SetTotp(Growth):
    """Begins with another seed, which counts once a code of it was shown; `exists` where one
    counts already."""

    user: str
    sealed: bytes
    at: int


@dataclass(frozen=True, slots=True)
class UseTotp(Upkeep):
    """A code of time step ``step`` was shown; `unauthorized` where that one, or a later one, was
    before, or where none is set up. ``confirm``: it is the first, and the seed counts from now on.
    ``sealed``: the same seed under the key of today, None where it is already."""

    user: str
    step: int
    confirm: bool = False
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class ResealTotp(Upkeep):
    """The same seed under another key; nothing happens where it is another one meanwhile."""

    user: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class RemoveTotp(Upkeep):
    """Ends with the recovery codes where nothing is left that they stand in for."""

    user: str


@dataclass(frozen=True, slots=True)
class SetRecoveryCodes(Growth):
    """These from now on, and none of those before."""

    user: str
    digests: tuple[bytes, ...]
    at: int


@dataclass(frozen=True, slots=True)
class UseRecoveryCode(Upkeep):
    """Takes one out; `unauthorized` where there is no such one."""

    user: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class AddPasskey(Growth):
    """`exists` where somebody has one of that id; `limit-reached` where there are ``most``."""

    row: PasskeyRow
    most: int


@dataclass(frozen=True, slots=True)
class UsePasskey(Upkeep):
    """It signed, and says that this was its signature number ``count``; `unauthorized` where it is
    not the user's any more, or where the number has not grown: then there are two of it."""

    user: str
    id: bytes
    count: int
    at: int


@dataclass(frozen=True, slots=True)
class RenamePasskey(Growth):
    """`not-found` where the user has no such one."""

    user: str
    id: bytes
    name: str


@dataclass(frozen=True, slots=True)
class RemovePasskey(Upkeep):
    """`not-found` where the user has no such one. As to recovery codes see `RemoveTotp`."""

    user: str
    id: bytes


@dataclass(frozen=True, slots=True)
class RemoveFactors(Upkeep):
    """All of them: from now on the password is enough again."""

    user: str


@dataclass(frozen=True, slots=True)
class RehashPassword(Upkeep):
    """The same password at another cost; nothing happens where it is another one meanwhile."""

    user: str
    before: str
    after: str


class FactorReads(Protocol):
    def factors(self, user: str) -> Awaitable[FactorsRow]: ...

    def totp(self, user: str) -> Awaitable[TotpRow | None]:
        """Also one that is only being set up."""

    def passkey(self, id: bytes) -> Awaitable[PasskeyRow | None]: ...

    def totps(self, after: str, limit: int) -> Awaitable[Sequence[TotpRow]]:
        """All there are, by person."""

    def user(self, user: str) -> Awaitable[UserRow | None]: ...
