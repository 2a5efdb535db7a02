"""Login sessions (a cookie) and bearer tokens: made, recognised, kept alive and ended.

A secret is 256 random bits after a prefix that tells people and leak scanners what it is. Only its
SHA-256 is stored and looked up: with that much randomness a slow hash gains nothing, and the timing
of a lookup by digest tells an attacker nothing about the secret itself.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from chatd.core.codes import Code
from chatd.core.ids import letters
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.account_links import SetLanguage
from chatd.engine.accounts import (
    CreateCredential,
    CredentialKind,
    CredentialRow,
    EndCredential,
    RenewCredential,
    TouchCredential,
)
from chatd.engine.asking import asked, still
from chatd.engine.ports import Accounts, Clock, Random, Writer
from chatd.engine.unit import AccountOpen, Change, Requirement, Unit

SESSION_PREFIX: Final = "chatd_s_"
TOKEN_PREFIX: Final = "chatd_t_"
SITE_PREFIX: Final = "chatd_e_"
#: What a person whom another site vouched for may do: talk. Making tokens, signing in programs or
#: changing a password would outlast what the site said.
SITE_SCOPES: Final = frozenset(
    (
        "chat",
        "messages:read",
        "messages:write",
        "rooms:read",
        "rooms:write",
        "presence:read",
        "tickets:write",
    )
)
#: For how long a site's credential is kept after its end.
SITE_KEPT_MS: Final = 60_000
SECRET_BYTES: Final = 32
DAY_MS: Final = 24 * 3_600_000
TOUCH_EVERY_MS: Final = 3_600_000
#: Most sessions of one person: when another one comes, the one used least recently goes. And,
#: counted apart so that they never bar the way in, most tokens of one person.
MOST_PER_USER: Final = 100

#: Records that a credential of a user was used; it may do so later.
Touch = Callable[[str, TouchCredential], Awaitable[object]]
#: From the id of a credential to the changes made together with it.
Along = Callable[[str], tuple[Change, ...]]
#: Told of a user and of the credential of theirs that has ended: what rests on it is closed.
Ended = Callable[[str, str], None]

_BODY = re.compile(r"[A-Za-z0-9_-]{43}(?![\s\S])")


class AccountStore(Writer, Accounts, Protocol):
    """The part of the store that this package uses."""


@dataclass(frozen=True, slots=True)
class Whence:
    """Where somebody signs in from: the browser in words, its address, and the language it asks
    for, one of `core.languages` or "". They are for the account's owner, who is written to in that
    language; they decide nothing."""

    label: str = ""
    address: str = ""
    language: str = ""


NOWHERE: Final = Whence()


@dataclass(frozen=True, slots=True)
class Issued:
    """What the owner gets, once. ``expires`` in Unix ms, None = no end."""

    id: str
    secret: str
    expires: int | None


class Recognised(msgspec.Struct, frozen=True, gc=False):
    """A valid credential; ``renewed`` if its end has just been moved."""

    row: CredentialRow
    renewed: bool


def nothing(session: str) -> tuple[Change, ...]:
    """Nothing goes along with a session."""
    return ()


def new_secret(prefix: str, random: Random) -> str:
    return prefix + urlsafe_b64encode(random(SECRET_BYTES)).rstrip(b"=").decode("ascii")


def digest_of(secret: str, prefix: str) -> bytes | None:
    """The SHA-256 to look up, None if the text cannot be such a secret."""
    if not secret.startswith(prefix) or _BODY.match(secret, len(prefix)) is None:
        return None
    return hashlib.sha256(secret.encode("ascii")).digest()


def unauthorized() -> Refusal:
    return Refusal(
        Code.UNAUTHORIZED, "The session or token is unknown or has ended; sign in again."
    )


class Credentials:
    def __init__(
        self,
        store: AccountStore,
        clock: Clock,
        random: Random,
        session_days: float = 30.0,
        ended: Ended = lambda user, credential: None,
        touch: Touch | None = None,
    ) -> None:
        """``touch``: None commits at once, before an answer."""
        self._store = store
        self._clock = clock
        self._random = random
        self._ended = ended
        self._touch = touch or self._commit_touch
        self.idle_ms = int(session_days * DAY_MS)

    async def new_session(
        self,
        user: str,
        whence: Whence = NOWHERE,
        *,
        taking: tuple[Change, ...] = (),
        along: Along = nothing,
    ) -> Issued:
        """A login session that ends after `session_days` without use. ``taking`` as in `new_token`;
        ``along`` gives the changes that go with a session of that id."""
        spoken = (SetLanguage(user, whence.language),) if whence.language else ()
        return await self._create(
            "session",
            SESSION_PREFIX,
            user,
            whence.label,
            self._clock.wall() + self.idle_ms,
            taking=(*taking, *spoken),
            address=whence.address,
            along=along,
        )

    async def new_token(
        self,
        user: str,
        label: str,
        lifetime_ms: int | None,
        scopes: frozenset[str] | None = None,
        *,
        asker: Principal | None,
        taking: tuple[Change, ...] = (),
    ) -> Issued:
        """A bearer token for a program; ``lifetime_ms`` None = until it is ended, ``scopes`` None =
        all that the user may do. ``asker``: whoever wants it by a session or token of theirs. It is
        made together with ``taking``, the changes that use up what it is given for: if that, or the
        asker's credential, ends at the same moment, no token is left behind."""
        expires = None if lifetime_ms is None else self._clock.wall() + lifetime_ms
        return await self._create(
            "token", TOKEN_PREFIX, user, label, expires, scopes, taking, asker=asker
        )

    async def new_site(
        self,
        user: str,
        label: str,
        expires: int,
        signer: str = "",
        *,
        asker: Principal | None,
    ) -> Issued:
        """For a person whom another site vouched for, until ``expires`` (Unix ms); ``signer`` is
        the key by which it did. ``asker``: the administrator who vouched instead, by a token."""
        return await self._create(
            "site", SITE_PREFIX, user, label, expires, SITE_SCOPES, signer=signer, asker=asker
        )

    async def renew_site(self, user: str, credential: str, expires: int, signer: str) -> None:
        """What a person's site vouched for goes on; `unauthorized` if it has ended, and
        `wrong-state` if it is something else."""
        row = await self.by_id(user, credential)
        if row.kind != "site":
            raise Refusal(
                Code.WRONG_STATE,
                "This connection does not stand on the token of a site, so none renews it.",
            )
        change = RenewCredential(user, row.id, expires, signer)
        await self._store.commit(Unit(user, changes=(change,)))

    async def session(self, secret: str, *, arriving: bool = False) -> Recognised:
        """``arriving``: for a connection, see `Accounts.credential`."""
        return await self._recognise(digest_of(secret, SESSION_PREFIX), "session", arriving)

    async def token(self, secret: str, *, arriving: bool = False) -> Recognised:
        """A bearer token, or the credential that a site's token was exchanged for."""
        if secret.startswith(SITE_PREFIX):
            return await self._recognise(digest_of(secret, SITE_PREFIX), "site", arriving)
        return await self._recognise(digest_of(secret, TOKEN_PREFIX), "token", arriving)

    async def by_id(self, user: str, credential: str) -> CredentialRow:
        """One of the user's credentials that is still good, otherwise `unauthorized`."""
        for row in await self._store.credentials(user):
            if row.id == credential:
                return self._good(row)
        raise unauthorized()

    async def held(self, user: str) -> tuple[CredentialRow, ...]:
        """All of the user's credentials that are still good, the last used first."""
        now = self._clock.wall()
        rows = await self._store.credentials(user)
        return tuple(row for row in rows if row.expires is None or row.expires > now)

    async def end_others(self, who: Principal) -> None:
        """All of somebody's credentials but the one they ask by."""
        change = EndCredential(who.user, but=who.session)
        await self._store.commit(asked(who, self._clock.wall(), change))

    async def end_one(self, who: Principal, credential: str) -> None:
        """One of somebody's credentials."""
        change = EndCredential(who.user, credential)
        await self._store.commit(asked(who, self._clock.wall(), change))

    async def end(self, user: str, credential: str) -> None:
        """A credential that ends itself, or that should not be there."""
        await self._store.commit(
            Unit(actor=user, changes=(EndCredential(user=user, id=credential),))
        )

    async def _create(
        self,
        kind: CredentialKind,
        prefix: str,
        user: str,
        label: str,
        expires: int | None,
        scopes: frozenset[str] | None = None,
        taking: tuple[Change, ...] = (),
        address: str = "",
        along: Along = nothing,
        signer: str = "",
        asker: Principal | None = None,
    ) -> Issued:
        now = self._clock.wall()
        secret = new_secret(prefix, self._random)
        digest = digest_of(secret, prefix)
        assert digest is not None
        change = CreateCredential(
            id="c" + letters(self._random, 15),
            digest=digest,
            kind=kind,
            user=user,
            label=_label(label),
            at=now,
            expires=expires,
            scopes=scopes,
            address=address[:64],
            signer=signer,
            most=MOST_PER_USER if kind == "token" else None,
        )
        room = await self._make_room(user, kind)
        changes = (*taking, *room, change, *along(change.id))
        requires: tuple[Requirement, ...] = (AccountOpen(user),)
        if asker is not None:
            # For another person's account they stand in as an administrator.
            requires += still(asker, self._clock.wall(), admin=asker.user != user)
        await self._store.commit(Unit(user, requires, changes))
        for end in room:
            assert end.id is not None
            self._ended(user, end.id)
        return Issued(change.id, secret, expires)

    async def _make_room(self, user: str, kind: CredentialKind) -> tuple[EndCredential, ...]:
        if kind == "token":
            return ()  # its owner ends one, see `CreateCredential.most`
        held = [row for row in await self._store.credentials(user) if row.kind == kind]
        if kind == "site":
            # Each visit to the site brings another one, and nobody ends them. By then, whatever one
            # of them opened has closed by itself, with a word that it may come back.
            past = self._clock.wall() - SITE_KEPT_MS
            over = [row for row in held if (row.expires or 0) <= past]
            if over:
                return tuple(EndCredential(user=user, id=row.id) for row in over)
        # More than one if several came at the same moment.
        count = max(0, len(held) - MOST_PER_USER + 1)
        oldest = sorted(held, key=lambda row: row.seen)[:count]
        return tuple(EndCredential(user=user, id=row.id) for row in oldest)

    async def _recognise(
        self, digest: bytes | None, kind: CredentialKind, arriving: bool
    ) -> Recognised:
        if digest is None:
            raise unauthorized()
        row = await self._store.credential(digest, arriving=arriving)
        if row is None or row.kind != kind:
            raise unauthorized()
        self._good(row)
        now = self._clock.wall()
        if now - row.seen < min(TOUCH_EVERY_MS, self.idle_ms // 4):
            return Recognised(row, renewed=False)
        expires = now + self.idle_ms if row.kind == "session" else row.expires
        await self._touch(row.user, TouchCredential(id=row.id, seen=now, expires=expires))
        return Recognised(replace(row, seen=now, expires=expires), renewed=True)

    async def _commit_touch(self, user: str, change: TouchCredential) -> None:
        await self._store.commit(Unit(actor=user, changes=(change,)))

    def _good(self, row: CredentialRow) -> CredentialRow:
        if row.disabled:
            raise Refusal(
                Code.UNAUTHORIZED, "This account is disabled; an administrator can enable it."
            )
        if row.expires is not None and row.expires <= self._clock.wall():
            raise unauthorized()
        return row


def _label(text: str) -> str:
    """In one line of at most 80 characters, without what a terminal or a list would stumble over:
    it comes from whoever asks, and operators read it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:80]
