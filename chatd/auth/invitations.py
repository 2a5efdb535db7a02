"""Invitations: the way in for new people, and for the first administrator.

The secret travels in the fragment of a link (`/#invitation=…`, `/#setup=…`), which no browser sends
and no log sees; the page reads it there and posts it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from chatd.auth.credentials import (
    NOWHERE,
    AccountStore,
    Credentials,
    Issued,
    Whence,
    digest_of,
    new_secret,
)
from chatd.auth.login import Passwords
from chatd.core.codes import Code
from chatd.core.ids import letters, user_id
from chatd.core.lookalikes import skeleton
from chatd.core.names import title, user_name
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import (
    CreateInvitation,
    CreateUser,
    EndInvitation,
    InvitationRow,
    UseInvitation,
)
from chatd.engine.asking import still
from chatd.engine.ports import Clock, Random
from chatd.engine.unit import Requirement, Unit

#: All who are making themselves an account count as one stranger.
NEWCOMERS: Final = "newcomers"
INVITATION_PREFIX: Final = "chatd_i_"
SETUP_MS: Final = 15 * 60_000
MOST_USES: Final = 1_000
#: Most that one person may have open at a time.
MOST_OPEN: Final = 50
#: Who may make themselves an account: anybody, those who were invited, or nobody.
Registration = Literal["open", "invitation", "closed"]


@dataclass(frozen=True, slots=True)
class Invited:
    """``secret`` is shown once; ``expires`` in Unix ms."""

    id: str
    secret: str
    expires: int
    uses: int


@dataclass(frozen=True, slots=True)
class Joined:
    user: str
    name: str
    admin: bool
    session: Issued


class Invitations:
    def __init__(
        self,
        store: AccountStore,
        passwords: Passwords,
        credentials: Credentials,
        clock: Clock,
        random: Random,
        registration: Registration = "invitation",
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._credentials = credentials
        self._clock = clock
        self._random = random
        self.registration: Registration = registration

    async def create(
        self, by: Principal | None, lifetime_ms: int, uses: int = 1, *, admin: bool = False
    ) -> Invited:
        """``by``: who asks, None if the operator does; ``admin``: they must be an
        administrator."""
        if self.registration == "closed":
            raise _closed()
        requires = () if by is None else still(by, self._clock.wall(), admin=admin)
        inviting = None if by is None else by.user
        return await self._create(inviting, False, lifetime_ms, uses, requires)

    async def create_setup(self) -> Invited | None:
        """The way in for the first administrator; None if there is one already."""
        if await self._store.has_admin():
            return None
        return await self._create(None, True, SETUP_MS, 1, ())

    async def end(self, actor: str, invitation: str) -> None:
        await self._store.commit(Unit(actor=actor, changes=(EndInvitation(id=invitation),)))

    async def check(self, secret: str) -> InvitationRow:
        """The invitation as it stands, otherwise `gone`."""
        digest = digest_of(secret, INVITATION_PREFIX)
        row = None if digest is None else await self._store.invitation(digest)
        if row is None or row.uses_left < 1 or row.expires <= self._clock.wall():
            raise Refusal(
                Code.GONE,
                "This invitation is used up, too old or not one of ours; ask for another.",
            )
        return row

    async def entitle(self, secret: str, *, setup: bool = False) -> tuple[UseInvitation, ...]:
        """What uses up the right to make oneself an account: an invitation, or nothing (``secret``
        "") if that is open to all. ``setup``: only with the first administrator's invitation and
        only while there is no administrator, however other people come here."""
        if not setup and self.registration == "closed":
            raise _closed()
        if not setup and not secret and self.registration == "open":
            return ()
        row = await self.check(secret)
        if row.admin is not setup:
            raise Refusal(Code.WRONG_STATE, "This invitation is for another purpose.")
        if setup and await self._store.has_admin():
            raise Refusal(Code.WRONG_STATE, "This server has an administrator already.")
        digest = digest_of(secret, INVITATION_PREFIX)
        assert digest is not None
        return (UseInvitation(digest=digest, now=self._clock.wall()),)

    async def register(
        self,
        secret: str,
        name: str,
        password: str,
        display: str = "",
        *,
        setup: bool = False,
        whence: Whence = NOWHERE,
    ) -> Joined:
        """A new account and a session for it. ``secret`` and ``setup`` as in `entitle`."""
        using = await self.entitle(secret, setup=setup)
        plain = user_name(name, privileged=setup)
        shown = title(display, field="display") if display else plain
        # Only now: hashing is the costly part, and strangers are not entitled to it.
        encoded = await self._passwords.hash(password, plain, NEWCOMERS)
        user = user_id(self._random)
        now = self._clock.wall()
        await self._store.commit(
            Unit(
                actor=user,
                changes=(
                    *using,
                    CreateUser(
                        user=user,
                        name=plain,
                        skeleton=skeleton(plain),
                        display=shown,
                        password=encoded,
                        admin=setup,
                        at=now,
                    ),
                ),
            )
        )
        session = await self._credentials.new_session(user, whence)
        return Joined(user, plain, setup, session)

    async def _create(
        self,
        by: str | None,
        admin: bool,
        lifetime_ms: int,
        uses: int,
        requires: tuple[Requirement, ...],
    ) -> Invited:
        now = self._clock.wall()
        secret = new_secret(INVITATION_PREFIX, self._random)
        digest = digest_of(secret, INVITATION_PREFIX)
        assert digest is not None
        change = CreateInvitation(
            id="i" + letters(self._random, 11),
            digest=digest,
            by=by,
            admin=admin,
            at=now,
            expires=now + lifetime_ms,
            uses=uses,
            most=None if admin else MOST_OPEN,
        )
        await self._store.commit(Unit(by or "", requires, (change,)))
        return Invited(change.id, secret, change.expires, uses)


def _closed() -> Refusal:
    return Refusal(
        Code.FORBIDDEN,
        "Nobody makes themselves an account on this server; its administrators make them.",
    )
