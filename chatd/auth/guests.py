"""Guests: people who come for a while, without an account; and the accounts some make of it.

A guest is an account of the kind "guest" without a password: this browser's session is the only way
in. What guests may do is told in `features.guests`. A guest who stays gets a name and a password,
and keeps the id: with it everything they said, and the rooms they are in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chatd.auth.credentials import AccountStore, Credentials, Issued, Whence
from chatd.auth.invitations import NEWCOMERS, Invitations
from chatd.auth.login import Address, Passwords
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.ids import letters, user_id
from chatd.core.lookalikes import skeleton
from chatd.core.names import title, user_name
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser, EndCredential
from chatd.engine.asking import asked
from chatd.engine.guests import FewGuests, KeepGuest
from chatd.engine.identities import IdentityReads, NamedRoom
from chatd.engine.ports import Clock, Random
from chatd.engine.rows import RoleName
from chatd.engine.unit import Change, Unit

#: Guests from one address: a few at once, then one now and then.
PER_ADDRESS: Final = Rate(1 / 30, 20)
#: Letters after "guest-", 50 bits: no name can be guessed, and none comes up twice.
LETTERS: Final = 10
#: Makes the unit that brings somebody into a room in a role, at a moment in Unix ms.
Join = Callable[[NamedRoom, str, RoleName, int], Unit]


class GuestStore(AccountStore, IdentityReads, Protocol):
    """The part of the store that this module uses."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """``rooms``: slugs or ids of those that guests are in; ``most``: how many guests there may
    be."""

    rooms: Sequence[str]
    most: int


@dataclass(frozen=True, slots=True)
class Guest:
    user: str
    name: str
    session: Issued


class Guests:
    """``hosting`` None: nobody comes as a guest, though some may be left from before. ``tell``
    makes the change that tells others somebody's new name."""

    def __init__(
        self,
        hosting: Hosting | None,
        store: GuestStore,
        passwords: Passwords,
        credentials: Credentials,
        invitations: Invitations,
        clock: Clock,
        random: Random,
        join: Join,
        tell: Callable[[str], Change],
    ) -> None:
        self._hosting = hosting
        self._store = store
        self._passwords = passwords
        self._credentials = credentials
        self._invitations = invitations
        self._clock = clock
        self._random = random
        self._join = join
        self._tell = tell
        self._arrivals: Buckets[Address] = Buckets(PER_ADDRESS)

    @property
    def welcome(self) -> bool:
        """Whether guests are let in."""
        return self._hosting is not None

    async def arrive(self, display: str, address: Address, whence: Whence) -> Guest:
        """A new guest, shown as ``display``, in the rooms for guests."""
        hosting = self._hosting
        if hosting is None:
            raise Refusal(Code.FORBIDDEN, "This server takes no guests.")
        shown = title(display, field="display")
        if wait := self._arrivals.take(address, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                "Too many guests came from your address; wait a little.",
                retry_after=wait,
            )
        user, now = user_id(self._random), self._clock.wall()
        name = "guest-" + letters(self._random, LETTERS)
        made = CreateUser(user, name, skeleton(name), shown, None, False, now, "guest")
        await self._store.commit(
            Unit(actor=user, requires=(FewGuests(hosting.most),), changes=(made,))
        )
        for room in await self._store.rooms_named(user, hosting.rooms):
            await self._store.commit(self._join(room, user, "member", now))
        return Guest(user, name, await self._credentials.new_session(user, whence))

    async def keep(
        self, who: Principal, secret: str, name: str, password: str, whence: Whence
    ) -> Guest:
        """The guest becomes an account, to the extent that people may make themselves one here:
        ``secret`` is an invitation's, "" if none is needed. A new session; all others end."""
        using = await self._invitations.entitle(secret)
        plain = user_name(name)
        encoded = await self._passwords.hash(password, plain, NEWCOMERS)
        user = who.user
        changes = (
            *using,
            KeepGuest(user, plain, skeleton(plain), encoded),
            EndCredential(user),
            self._tell(user),
        )
        await self._store.commit(asked(who, self._clock.wall(), *changes))
        return Guest(user, plain, await self._credentials.new_session(user, whence))
