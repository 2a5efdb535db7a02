"""From a site's good token to a person here: found or made, brought into rooms, given a secret.

Who somebody is follows from issuer and subject alone. A name, a display or an address in a token
finds nobody: a site cannot take over the account of somebody who is known here by other means.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from chatd.auth.credentials import AccountStore, Credentials, Issued
from chatd.auth.newcomers import Join, address, bring, display, enabled, names
from chatd.auth.site_claims import Site
from chatd.auth.site_tokens import SiteToken, verify
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.ids import user_id
from chatd.core.lookalikes import skeleton
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser, UserRow
from chatd.engine.identities import CreateIdentity, IdentityReads
from chatd.engine.ports import Clock, Random
from chatd.engine.unit import Unit

#: One person's exchanges: a page that is reloaded, in a few tabs; not a loop gone wild.
PER_PERSON: Final = Rate(1 / 5, 30)


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
        join: Join,
    ) -> None:
        self._site = site
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._random = random
        self._join = join
        self._exchanges: Buckets[str] = Buckets(PER_PERSON)

    async def arrive(self, jwt: str, label: str = "") -> Arrived:
        """Whoever the token is about, with a secret that ends when the token does.

        `unauthorized` with a sentence for a token that is not good; `forbidden` where there is no
        account, or a disabled one; `rate-limited`.
        """
        now = self._clock.wall()
        token = verify(jwt, self._site, now / 1000)
        if wait := self._exchanges.take(token.subject, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                "Too many tokens of this person in a short time; use one until it ends.",
                retry_after=wait,
            )
        person, new = await self._person(token)
        site = self._site
        rooms = (*site.rooms, *token.rooms) if new else token.rooms
        vouched = token.rooms if site.private_rooms else ()
        await bring(self._store, self._clock, self._join, person.id, rooms, (*site.rooms, *vouched))
        ends = min(token.expires + self._site.leeway, now / 1000 + self._site.longest)
        session = await self._credentials.new_site(person.id, label, int(ends * 1000))
        return Arrived(person.id, person.name, session)

    # ---- who it is ------------------------------------------------------------------------------

    async def _person(self, token: SiteToken) -> tuple[UserRow, bool]:
        known = await self._store.identity(self._site.issuer, token.subject)
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
        first = await self._store.identity(self._site.issuer, token.subject)
        assert first is not None
        return enabled(first), False

    async def _newcomer(self, token: SiteToken) -> UserRow:
        user, now = user_id(self._random), self._clock.wall()
        identity = CreateIdentity(self._site.issuer, token.subject, user, now, address(token.email))
        for name in names(token.name, token.display, self._random):
            shown = display(token.name, token.display, name)
            account = CreateUser(user, name, skeleton(name), shown, None, False, now)
            try:
                await self._store.commit(Unit(user, changes=(account, identity)))
            except Refusal as why:
                if why.code is not Code.NAME_TAKEN:
                    raise
                continue
            return UserRow(user, name, shown, None, False, False, now)
        raise Refusal(Code.NAME_TAKEN, "No name is free that is like the token's.", field="name")
