"""Somebody whom a provider knows and this server does not chooses a name, and joins."""

from dataclasses import dataclass
from typing import Final

from chatd.auth.credentials import Credentials, Issued, Whence, digest_of
from chatd.auth.invitations import INVITATION_PREFIX
from chatd.auth.newcomers import Bring, address, display, names
from chatd.auth.oidc.attempt import Newcomer
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.provider import Provider
from chatd.auth.oidc.sealed import Sealed
from chatd.auth.oidc.sign_ins import IdentityStore, bring_to_rooms
from chatd.core.codes import Code
from chatd.core.ids import user_id
from chatd.core.lookalikes import skeleton
from chatd.core.names import title, user_name
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser, UseInvitation, UserRow
from chatd.engine.identities import CreateIdentity, CreateProviderSession
from chatd.engine.ports import Clock, Random
from chatd.engine.unit import Change, Unit

#: Most names that are looked up before one is suggested.
LOOKED_UP: Final = 12


@dataclass(frozen=True, slots=True)
class Suggested:
    """What somebody may be called here, and by whom they are known."""

    label: str
    name: str
    display: str
    back: str


@dataclass(frozen=True, slots=True)
class Arrived:
    user: UserRow
    session: Issued
    back: str


class Arrivals:
    """``newcomers`` opens what `SignIns` sealed for their browser."""

    def __init__(
        self,
        parties: Parties,
        newcomers: Sealed[Newcomer],
        store: IdentityStore,
        credentials: Credentials,
        clock: Clock,
        random: Random,
        come: Bring,
    ) -> None:
        self._parties = parties
        self._newcomers = newcomers
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._random = random
        self._come = come

    async def suggest(self, sealed: str | None) -> Suggested:
        """A free name, if one is found; `gone`."""
        who, provider = self._opened(sealed)
        name = ""
        for tried, _ in zip(
            names(who.name, who.display, self._random), range(LOOKED_UP), strict=False
        ):
            if await self._store.user_by_name(tried) is None:
                name = tried
                break
        return Suggested(provider.label, name, display(who.name, who.display, name), who.back)

    async def arrive(self, sealed: str | None, name: str, shown: str, whence: Whence) -> Arrived:
        """The account and a session for it; `gone`, `name-taken`, `bad-field`; `exists` if there is
        one already."""
        who, provider = self._opened(sealed)
        plain = user_name(name)
        visible = title(shown, field="display") if shown else plain
        user, now = user_id(self._random), self._clock.wall()
        changes: tuple[Change, ...] = (
            CreateUser(user, plain, skeleton(plain), visible, None, False, now),
            CreateIdentity(provider.issuer, who.subject, user, now, address(who.email)),
        )
        if not provider.create_users:
            digest = digest_of(who.invitation, INVITATION_PREFIX)
            if digest is None:
                raise _gone()
            changes = (UseInvitation(digest=digest, now=now), *changes)
        await self._store.commit(Unit(user, changes=changes))
        await bring_to_rooms(self._store, self._clock, self._come, user, provider, who.groups)
        session = await self._credentials.new_session(
            user,
            whence,
            along=lambda id: (CreateProviderSession(id, provider.issuer, who.subject, who.sid),),
        )
        row = UserRow(user, plain, visible, None, False, False, now)
        return Arrived(row, session, who.back)

    def _opened(self, sealed: str | None) -> tuple[Newcomer, Provider]:
        who = None if sealed is None else self._newcomers.open(sealed)
        if who is None:
            raise _gone()
        return who, self._parties.named(who.provider).provider


def _gone() -> Refusal:
    return Refusal(Code.GONE, "This took too long; sign in again.")
