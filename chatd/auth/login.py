"""Signing in with name and password: the same work for every name, and a limited number of tries.

A name that does not exist costs the same argon2id as one that does, so neither the answer nor the
time it takes tells which names there are. Strangers who try a name use up the tries of strangers:
devices and addresses that one signed in from before, and changes of the password, have their own.
An address that guessed wrong too often is served slowly, not shut out (`auth.lanes`): a hundred
others may be behind it.
"""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace
from typing import Final, Protocol

from chatd.auth.credentials import NOWHERE, AccountStore, Issued, Whence
from chatd.auth.known_devices import KnownDevices
from chatd.auth.lanes import PAUSE_WRONG, Lanes
from chatd.auth.notices import Notices
from chatd.auth.second_factor import SecondFactor
from chatd.auth.steps import Step
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.expiring import ExpiringMap, ExpiringSet
from chatd.core.lookalikes import skeleton
from chatd.core.names import user_name
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import EndCredential, SetPassword, UserRow
from chatd.engine.asking import asked
from chatd.engine.factors import RehashPassword
from chatd.engine.ports import Clock
from chatd.engine.unit import Unit

#: Tries for one account: a few at once, then one now and then. Wrong ones from one address: how
#: many before its tries have to wait their turn.
PER_ACCOUNT: Final = Rate(1 / 6, 10)
PER_ADDRESS: Final = Rate(1 / 2, 30)
#: For how many seconds an address that failed at an account is remembered, and how many such pairs.
BLAMED_FOR: Final = 600.0
MOST_BLAMED: Final = 100_000
#: For how many seconds an address counts as known to an account, and how many such pairs are kept.
KNOWN_FOR: Final = 30 * 24 * 3600.0
MOST_KNOWN: Final = 100_000

Address = int | str


class Passwords(Protocol):
    """argon2id off the reactor, bounded: `busy` if the queue is full, or the part of it that is for
    a ``stranger``: an address, say, and None for somebody known."""

    async def hash(self, password: str, name: str = "", stranger: Hashable = None) -> str:
        """A PHC string; Refusal `bad-field` or `too-long` for an unfit password."""

    async def verify(self, password: str, phc: str | None, stranger: Hashable = None) -> bool:
        """Whether it is the password; with None the same work, and False."""

    def outdated(self, phc: str) -> bool:
        """Whether it was made at a cost other than today's."""


def wrong() -> Refusal:
    return Refusal(Code.UNAUTHORIZED, "The name or the password is wrong.")


def _too_many(wait: float) -> Refusal:
    return Refusal(Code.RATE_LIMITED, "Too many tries to sign in; wait a little.", retry_after=wait)


class Login:
    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        second: SecondFactor,
        devices: KnownDevices,
        lanes: Lanes[Address],
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._second = second
        self._devices = devices
        self._lanes = lanes
        self._notices = notices
        self._clock = clock
        self._tries: Buckets[tuple[str, Address | None]] = Buckets(PER_ACCOUNT)
        self._changes: Buckets[str] = Buckets(PER_ACCOUNT)
        self._addresses: Buckets[Address] = Buckets(PER_ADDRESS)
        self._known: ExpiringSet[tuple[str, Address]] = ExpiringSet(MOST_KNOWN)
        self._blamed: ExpiringMap[tuple[str, Address], int] = ExpiringMap(MOST_BLAMED)

    async def login(
        self,
        name: str,
        password: str,
        address: Address,
        whence: Whence = NOWHERE,
        devices: str = "",
    ) -> tuple[UserRow, Issued | Step]:
        """A new session, or the step that leads to one. ``address`` is what counts as one address,
        ``devices`` what the browser was given by `KnownDevices`. `unauthorized`, `rate-limited`."""
        device = self._devices.known_as(devices, account_of(name))
        user = await self._proven(name, password, address, device)
        with suppress(Refusal):  # no room: then this address stays a stranger's
            seconds = self._clock.now()
            self._known.add((account_of(name), address), seconds + KNOWN_FOR, seconds)
        user = await self._at_todays_cost(user, password)
        return user, await self._second.enter(user, whence, device)

    def charge(self, address: Address) -> None:
        """One try from ``address``, in any other way that makes us hash; `rate-limited`."""
        if wait := self._addresses.take(address, 1, self._clock.now()):
            raise _too_many(wait)

    async def pause(self) -> None:
        """For anyone refused a try, before they are told."""
        await self._lanes.pause()

    async def change(self, who: Principal, old: str, new: str, address: Address) -> None:
        """Sets a new password and ends every credential of theirs but the one they ask by. If two
        who know the old one come at the same moment, one of them succeeds."""
        row = await self.prove(who.user, old, address, field="old")
        encoded = await self._passwords.hash(new, row.name)
        set_password = SetPassword(who.user, encoded)
        end_others = EndCredential(who.user, but=who.session)
        now = self._clock.wall()
        await self._store.commit(asked(who, now, set_password, end_others, password=row.password))
        self._notices.tell(who.user, "password")

    async def prove(
        self, user: str, password: str, address: Address, field: str = "password"
    ) -> UserRow:
        """Somebody signed in proves once more who they are, before what is hard to take back.
        `forbidden` if it is not their password."""
        row = await self._store.user(user)
        if row is None:
            raise wrong()
        if row.password is None:
            raise Refusal(
                Code.FORBIDDEN,
                "You have no password here; an administrator can make you a link to one.",
                field=field,
            )
        if wait := self._changes.take(user, 1, self._clock.now()):
            raise _too_many(wait)
        if not await self._passwords.verify(password, row.password):
            raise Refusal(Code.FORBIDDEN, "The present password is wrong.", field=field)
        return row

    async def _proven(
        self, name: str, password: str, address: Address, device: str | None
    ) -> UserRow:
        account = account_of(name)
        charged = await self._charge(account, address, device)
        user = await self._user(name)
        if user is not None and user.disabled:
            user = None
        encoded = None if user is None else user.password
        stranger = address if device is None else None
        if not await self._passwords.verify(password, encoded, stranger) or user is None:
            self._blame(account, address)
            if not charged and device is None:
                await self._lanes.pause(PAUSE_WRONG)
            raise wrong()
        if charged:
            self._addresses.give(address, 1, self._clock.now())
        return user

    async def _at_todays_cost(self, user: UserRow, password: str) -> UserRow:
        """The account, its password hashed again if that was done at another cost."""
        before = user.password
        if before is None or not self._passwords.outdated(before):
            return user
        try:
            after = await self._passwords.hash(password, user.name)
            change = RehashPassword(user.id, before, after)
            await self._store.commit(Unit(actor=user.id, changes=(change,)))
        except Refusal:
            # Too many are signing in, the rules for new passwords have changed, or the store is
            # refusing just now. The password was right; hashing it again can wait.
            return user
        return replace(user, password=after)

    async def _user(self, name: str) -> UserRow | None:
        try:
            known = user_name(name, privileged=True)
        except Refusal:
            return None
        return await self._store.user_by_name(known)

    async def _charge(self, account: str, address: Address, device: str | None) -> bool:
        """One try for the account; strangers also use one of the address's, which may have to wait.
        Returns whether the address was charged one."""
        now = self._clock.now()
        known: Address | None = address if self._known.contains((account, address), now) else None
        key = (account, known if device is None else f"device {device}")
        if wait := self._tries.take(key, 1, now):
            raise _too_many(wait)
        if device is not None:
            return False
        if not self._addresses.take(address, 1, now):
            return True
        try:
            await self._lanes.turn(address, self._blamed.get((account, address), now) or 0)
        except Refusal:
            self._tries.give(key, 1, self._clock.now())
            raise
        return False

    def _blame(self, account: str, address: Address) -> None:
        now = self._clock.now()
        self._blamed.expire(now)
        before = self._blamed.get((account, address), now) or 0
        with suppress(Refusal):  # no room: then nobody is blamed
            self._blamed.put((account, address), before + 1, now + BLAMED_FOR, now)


def account_of(name: str) -> str:
    """What a name is counted under: look-alikes share it."""
    return skeleton(name[:64].casefold())
