"""Tells people by mail that how their account is entered was changed, so that they notice anyone
who got in by stealth. Nobody waits for it; one act is one mail."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from twisted.logger import Logger

from chatd.auth.account_mails import Server, notice
from chatd.auth.mail_words import What
from chatd.core.bucket import Buckets, Rate
from chatd.core.refusal import Refusal
from chatd.engine.account_links import LinkReads
from chatd.engine.ports import Accounts, Clock

#: Mails to one account: more than anybody causes by hand.
PER_ACCOUNT: Final = Rate(1 / 60, 20)

log = Logger(namespace="chatd.auth")


class NoticeStore(Accounts, LinkReads, Protocol):
    """The part of the store that this module uses."""


class Mailer(Protocol):
    async def send(self, to: str, subject: str, text: str) -> None:
        """Returns once the mail is queued. Refusals: `bad-field` for an address that is not one,
        `unavailable` if too many wait."""


class Notices:
    """``mailer`` is None if no mail is set up; ``drive`` runs a coroutine to its end and logs
    what it raises; ``server`` is what mails call this server."""

    def __init__(
        self,
        store: NoticeStore,
        mailer: Mailer | None,
        drive: Callable[[Coroutine[Any, Any, None]], None],
        clock: Clock,
        server: Server,
    ) -> None:
        self._store = store
        self._mailer = mailer
        self._drive = drive
        self._clock = clock
        self._server = server
        self._accounts: Buckets[str] = Buckets(PER_ACCOUNT)

    def tell(self, user: str, what: What, *, admin: bool = False) -> None:
        """It has been done. ``admin``: by an administrator. Returns at once."""
        if self._mailer is not None:
            self._drive(self._tried(self._mailer, user, what, admin))

    async def _tried(self, mailer: Mailer, user: str, what: What, admin: bool) -> None:
        try:
            await self._tell(mailer, user, what, admin)
        except Refusal as refusal:
            # From the queue, or from a store that is just being closed.
            log.warn("a notice was not mailed: {why}", why=refusal.message)

    async def _tell(self, mailer: Mailer, user: str, what: What, admin: bool) -> None:
        email = await self._store.email_of(user)
        row = await self._store.user(user)
        if email is None or not email.confirmed or row is None:
            return
        if self._accounts.take(user, 1, self._clock.now()):
            log.warn("a notice was not mailed: {user} gets too many", user=user)
            return
        mail = notice(self._server, what, row.name, email.language, admin=admin)
        await mailer.send(email.address, *mail)
