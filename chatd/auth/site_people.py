"""From a site's good token to a person here: found or made, brought into rooms, given a secret.

Issuer and subject alone say who somebody is. A name, a display name or an address in a token finds
nobody: a site cannot take over the account of somebody who is known here by other means.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Protocol, cast

from chatd.auth.credentials import AccountStore, Credentials, Issued, unauthorized
from chatd.auth.jwks import AGAIN, PublishedKeys, Unavailable
from chatd.auth.jws import Keys
from chatd.auth.newcomers import Bring, address, display, enabled, names
from chatd.auth.site_claims import Site
from chatd.auth.site_tokens import HERE, SiteToken, verify, wanted
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.ids import user_id
from chatd.core.lookalikes import skeleton
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser, UserRow
from chatd.engine.identities import CreateIdentity, IdentityReads, SetConfined
from chatd.engine.ports import Clock, Random
from chatd.engine.rows import RoleName
from chatd.engine.unit import Unit

#: One person's exchanges: enough to reload a page in a few tabs; not for a loop gone wild.
PER_PERSON: Final = Rate(1 / 5, 30)
#: Seconds for which a token is good for what cannot be undone.
FRESH: Final = 120
#: Told of a user, of a credential of theirs and of its new end, in Unix ms.
Extended = Callable[[str, str, int], None]


class SiteStore(AccountStore, IdentityReads, Protocol):
    """The part of the store that this module uses."""


@dataclass(frozen=True, slots=True)
class Arrived:
    user: str
    name: str
    session: Issued


class SitePeople:
    def __init__(
        self,
        site: Site,
        store: SiteStore,
        credentials: Credentials,
        clock: Clock,
        random: Random,
        bring: Bring,
        published: PublishedKeys | None = None,
        extended: Extended = lambda user, credential, expires: None,
    ) -> None:
        """``published``: the keys that the site publishes, if it does."""
        self._site = site
        self._published = published
        self._extended = extended
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._random = random
        self._bring_in = bring
        self._exchanges: Buckets[tuple[str, str]] = Buckets(PER_PERSON)

    async def arrive(self, jwt: str, label: str = "") -> Arrived:
        """Whoever the token is about, with a secret that ends when the token does.

        `unauthorized` with a sentence for a token that is not good; `forbidden` if there is no
        account, or a disabled one; `rate-limited`.
        """
        token, ends = await self._taken(jwt)
        person, new = await self._person(token)
        await self._confine(person)
        rooms = (*self._site.rooms, *token.rooms) if new else token.rooms
        await self._bring(person, rooms, token.role)
        session = await self._credentials.new_site(person.id, label, ends, token.signer, asker=None)
        await self._require_standing(person.id, session.id, token.signer)
        return Arrived(person.id, person.name, session)

    async def renew(self, actor: Principal, token: str) -> int:
        """As `Renewals.renew`."""
        taken, ends = await self._taken(token)
        known = await self._store.identity(taken.issuer, taken.subject)
        if known is None or known.id != actor.user:
            raise Refusal(
                Code.FORBIDDEN,
                "This token is about somebody else (iss and sub); sign out, and come in with it.",
                field="token",
            )
        enabled(known)
        await self._credentials.renew_site(actor.user, actor.session, ends, taken.signer)
        await self._require_standing(actor.user, actor.session, taken.signer)
        await self._confine(known)
        await self._bring(known, taken.rooms, taken.role)
        self._extended(actor.user, actor.session, ends)
        return ends

    async def leaving(self, jwt: str) -> str:
        """The user whom the site asks to delete, by a token that was made for it just now:
        `unauthorized` for an older one, `not-found` if nobody here is known by that name."""
        token, _ = await self._taken(jwt)
        if token.issued is None or self._clock.wall() / 1000 - token.issued > FRESH:
            raise Refusal(
                Code.UNAUTHORIZED,
                f"To delete an account takes a token made in the last {FRESH} s: mint one for it,"
                " with iat.",
                field="iat",
            )
        known = await self._store.identity(token.issuer, token.subject)
        if known is None:
            raise Refusal(Code.NOT_FOUND, "Nobody here is known by this iss and sub.", field="sub")
        return known.id

    def change_keys(self, keys: Keys) -> None:
        """Tokens are verified with these from now on, and with what the site publishes."""
        self._site = replace(self._site, keys=keys)

    def stands(self, signer: str) -> bool:
        """Whether the key is one of those that are believed now. Published keys are, as long as
        nobody has looked."""
        kind, _, thumbprint = signer.partition(":")
        if kind == HERE:
            return any(key.print == thumbprint for key in self._site.keys.all)
        if self._published is None:
            return False
        return not self._published.looked or any(
            key.print == thumbprint for key in self._published.known.all
        )

    async def _require_standing(self, user: str, credential: str, signer: str) -> None:
        """What rests on a key ends with it (`Vouching`); so must one that it made or renewed
        meanwhile."""
        if not self.stands(signer):
            await self._credentials.end(user, credential)
            raise unauthorized()

    async def _taken(self, jwt: str) -> tuple[SiteToken, int]:
        """What a good token says, and when what rests on it ends, in Unix ms."""
        published = await self._asked_for(jwt)
        now = self._clock.wall()
        token = verify(jwt, self._site, now / 1000, published)
        who = (token.issuer, token.subject)
        if wait := self._exchanges.take(who, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                "Too many tokens of this person in a short time; use one until it ends.",
                retry_after=wait,
            )
        ends = min(token.expires + self._site.leeway, now / 1000 + self._site.longest)
        return token, int(ends * 1000)

    async def _asked_for(self, jwt: str) -> Keys | None:
        """The keys that the site publishes, if the token could be signed with one of them."""
        if self._published is None:
            return None
        key = wanted(jwt, self._site)
        if key is None:
            return self._published.known
        try:
            return await self._published.keys(*key)
        except Unavailable as why:
            raise Refusal(
                Code.UNAVAILABLE,
                f"The keys that the site publishes (site.jwks_url) cannot be had: {why}.",
                retry_after=AGAIN,
            ) from None

    # ---- who it is ------------------------------------------------------------------------------

    async def _person(self, token: SiteToken) -> tuple[UserRow, bool]:
        known = await self._store.identity(token.issuer, token.subject)
        if known is not None:
            return enabled(known), False
        if not self._site.create_users:
            raise Refusal(
                Code.FORBIDDEN,
                "Nobody here is known by this sub, and site.create_users is off: no account is made"
                " for those who come for the first time.",
                field="sub",
            )
        try:
            return await self._newcomer(token), True
        except Refusal as why:
            if why.code is not Code.EXISTS:
                raise
        # The same person came twice at the same time; the other was first.
        first = await self._store.identity(token.issuer, token.subject)
        assert first is not None
        return enabled(first), False

    async def _newcomer(self, token: SiteToken) -> UserRow:
        user, now = user_id(self._random), self._clock.wall()
        identity = CreateIdentity(token.issuer, token.subject, user, now, address(token.email))
        for name in names(token.name, token.display, self._random):
            shown = display(token.name, token.display, name)
            account = CreateUser(user, name, skeleton(name), shown, None, False, now)
            confined = not self._site.public_rooms
            made = (account, identity, SetConfined(user, confined))
            try:
                await self._store.commit(Unit(user, changes=made))
            except Refusal as why:
                if why.code is not Code.NAME_TAKEN:
                    raise
                continue
            return UserRow(user, name, shown, None, False, False, now, confined=confined)
        raise Refusal(Code.NAME_TAKEN, "No name is free that is like the token's.", field="name")

    # ---- where they belong ----------------------------------------------------------------------

    @property
    def public_rooms(self) -> bool:
        """Whether the site's people see all public rooms."""
        return self._site.public_rooms

    async def _confine(self, person: UserRow) -> None:
        """As the setting now says; an older account was made when it said otherwise."""
        confined = not self._site.public_rooms
        if person.confined != confined:
            change = SetConfined(person.id, confined)
            await self._store.commit(Unit(person.id, changes=(change,)))

    async def _bring(self, person: UserRow, rooms: tuple[str, ...], role: str | None) -> None:
        """Into those of the rooms that exist, with the role if the token says one. A room from
        which somebody is banned stays closed to them, and one that cannot be joined is skipped: the
        page shows which rooms one has. An owner stays one."""
        for found in await self._store.rooms_named(person.id, rooms) if rooms else ():
            vouched = self._site.private_rooms or found.asked in self._site.rooms
            allowed = found.kind == "public" or (found.kind == "private" and vouched)
            has = cast(RoleName, role or found.role or "member")
            if allowed and found.role not in (has, "owner"):
                unit = self._bring_in(found, person.id, has, self._clock.wall())
                with suppress(Refusal):
                    await self._store.commit(unit)
