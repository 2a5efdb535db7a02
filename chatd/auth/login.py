"""Signing in with name and password: the same work for every name, and only so many tries.

A name that does not exist costs the same argon2id as one that does, so neither the answer nor the
time it takes tells which names there are. Strangers who try a name use up the tries of strangers:
from an address that one signed in from before, and for changing the password, there are others.
"""

from collections.abc import Hashable
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from chatd.auth.credentials import NOWHERE, AccountStore, Credentials, Issued, Whence
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.expiring import ExpiringSet
from chatd.core.lookalikes import skeleton
from chatd.core.names import user_name
from chatd.core.refusal import Refusal
from chatd.engine.accounts import EndCredential, SetPassword, UserRow
from chatd.engine.ports import Clock
from chatd.engine.unit import Unit

#: Tries for one account and from one address: a few at once, then one in a while.
PER_ACCOUNT: Final = Rate(1 / 6, 10)
PER_ADDRESS: Final = Rate(1 / 2, 30)
#: For how many seconds an address counts as known to an account, and how many such pairs are kept.
KNOWN_FOR: Final = 30 * 24 * 3600.0
MOST_KNOWN: Final = 100_000

Address = int | str


K = TypeVar("K", bound=Hashable)


class Passwords(Protocol):
    """argon2id off the reactor, bounded: `busy` where the queue is full."""

    async def hash(self, password: str, name: str = "") -> str:
        """A PHC string; Refusal `bad-field` or `too-long` for an unfit password."""

    async def verify(self, password: str, phc: str | None) -> bool:
        """Whether it is the password; with None the same work, and False."""


def wrong() -> Refusal:
    return Refusal(Code.UNAUTHORIZED, "The name or the password is wrong.")


def _too_many(wait: float) -> Refusal:
    return Refusal(Code.RATE_LIMITED, "Too many tries to sign in; wait a little.", retry_after=wait)


class Login:
    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        credentials: Credentials,
        clock: Clock,
        *,
        per_account: Rate = PER_ACCOUNT,
        per_address: Rate = PER_ADDRESS,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._credentials = credentials
        self._clock = clock
        self._tries: Buckets[tuple[str, Address | None]] = Buckets(per_account)
        self._changes: Buckets[str] = Buckets(per_account)
        self._addresses: Buckets[Address] = Buckets(per_address)
        self._known: ExpiringSet[tuple[str, Address]] = ExpiringSet(MOST_KNOWN)

    async def login(
        self, name: str, password: str, address: Address, whence: Whence = NOWHERE
    ) -> tuple[UserRow, Issued]:
        """A new session. ``address`` is what counts as one address. `unauthorized`,
        `rate-limited`."""
        user = await self._proven(name, password, address)
        issued = await self._credentials.new_session(user.id, whence)
        # The password may have been changed, which ends all sessions, while it was being verified.
        now = await self._store.user(user.id)
        if now is None or now.disabled or now.password != user.password:
            await self._credentials.end(user.id, issued.id)
            raise wrong()
        with suppress(Refusal):  # no room: then this address stays a stranger's
            seconds = self._clock.now()
            self._known.add((_account(name), address), seconds + KNOWN_FOR, seconds)
        return user, issued

    def charge(self, address: Address) -> None:
        """One try from ``address``, by whatever way it makes us hash; `rate-limited`."""
        now = self._clock.now()
        if wait := self._addresses.take(address, 1, now):
            raise _too_many(wait)

    async def change(self, user: str, old: str, new: str, session: str, address: Address) -> None:
        """Sets a new password and ends every credential of the user but ``session``."""
        row = await self.prove(user, old, address, field="old")
        encoded = await self._passwords.hash(new, row.name)
        await self._store.commit(
            Unit(
                actor=user,
                changes=(
                    SetPassword(user=user, password=encoded),
                    EndCredential(user=user, id=None, but=session),
                ),
            )
        )

    async def prove(
        self, user: str, password: str, address: Address, field: str = "password"
    ) -> UserRow:
        """Who is signed in says who they are once more, before what is hard to take back.
        `forbidden` where it is not their password."""
        row = await self._store.user(user)
        if row is None:
            raise wrong()
        if row.password is None:
            raise Refusal(
                Code.FORBIDDEN,
                "You have no password here; an administrator can make you a link to one.",
                field=field,
            )
        self._charge(self._changes, user, address)
        if not await self._passwords.verify(password, row.password):
            raise Refusal(Code.FORBIDDEN, "The present password is wrong.", field=field)
        return row

    async def _proven(self, name: str, password: str, address: Address) -> UserRow:
        account = _account(name)
        known = self._known.contains((account, address), self._clock.now())
        self._charge(self._tries, (account, address if known else None), address)
        user = await self._user(name)
        if user is not None and user.disabled:
            user = None
        encoded = None if user is None else user.password
        if not await self._passwords.verify(password, encoded) or user is None:
            raise wrong()
        return user

    async def _user(self, name: str) -> UserRow | None:
        try:
            known = user_name(name, privileged=True)
        except Refusal:
            return None
        return await self._store.user_by_name(known)

    def _charge(self, buckets: Buckets[K], key: K, address: Address) -> None:
        """One try, from both buckets or from neither."""
        now = self._clock.now()
        wait = max(buckets.wait(key, 1, now), self._addresses.wait(address, 1, now))
        if wait:
            raise _too_many(wait)
        buckets.take(key, 1, now)
        self._addresses.take(address, 1, now)


def _account(name: str) -> str:
    """What a name is counted under: look-alikes share it."""
    return skeleton(name[:64].casefold())
