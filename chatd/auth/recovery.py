"""Back in without the password: a new one by a link, and the addresses such links are mailed to.

Anybody who asks for a link by mail gets the same answer at once, whatever name or address they
gave: whatever there is to do is done afterwards.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from twisted.logger import Logger

from chatd.auth.account_links import BY_MAIL_MS, CONFIRM_MS, AccountLinks
from chatd.auth.account_mails import Mail, Server, letter
from chatd.auth.credentials import NOWHERE, AccountStore, Issued, Whence
from chatd.auth.login import Address, Login, Passwords
from chatd.auth.notices import Mailer, Notices
from chatd.auth.second_factor import SecondFactor
from chatd.auth.steps import Step
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.names import user_name_of
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.account_links import LinkReads, LinkRow, MailAddress, SetEmail
from chatd.engine.accounts import EndCredential, SetPassword, UserRow
from chatd.engine.asking import asked, still
from chatd.engine.ports import Clock
from chatd.engine.unit import Unit

#: Asking, by address: they are told. Mails for one account, whoever asks: nobody is told.
PER_ADDRESS: Final = Rate(1 / 60, 5)
PER_ACCOUNT: Final = Rate(1 / 1200, 3)

log = Logger(namespace="chatd.auth")


class RecoveryStore(AccountStore, LinkReads, Protocol):
    """The part of the store that this module uses."""


class Recovery:
    """``mailer`` is None if no mail is set up; ``drive`` runs a coroutine to its end and logs
    what it raises; ``server`` is what mails call this server."""

    def __init__(
        self,
        store: RecoveryStore,
        links: AccountLinks,
        passwords: Passwords,
        second: SecondFactor,
        login: Login,
        clock: Clock,
        mailer: Mailer | None,
        drive: Callable[[Coroutine[Any, Any, None]], None],
        server: Server,
        notices: Notices,
    ) -> None:
        self._store = store
        self._links = links
        self._passwords = passwords
        self._second = second
        self._login = login
        self._clock = clock
        self._mailer = mailer
        self._drive = drive
        self._server = server
        self._notices = notices
        self._addresses: Buckets[Address] = Buckets(PER_ADDRESS)
        self._accounts: Buckets[str] = Buckets(PER_ACCOUNT)
        self._confirmations: Buckets[str] = Buckets(PER_ACCOUNT)

    @property
    def mails(self) -> bool:
        """Whether this server sends mail."""
        return self._mailer is not None

    # A new password.

    def ask(self, who: str, address: Address) -> None:
        """A link by mail for a user name or a confirmed address, if there is such an account, which
        nobody is told. `wrong-state` if there is no mail, `rate-limited`."""
        if self._mailer is None:
            raise _no_mail()
        if wait := self._addresses.take(address, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED, "Too many links were asked for; wait a little.", retry_after=wait
            )
        self._drive(self._answer(who, self._mailer))

    async def check(self, secret: str) -> LinkRow:
        """What a link to a new password is for, otherwise `gone`."""
        return (await self._links.check(secret, "reset"))[0]

    async def reset(
        self, secret: str, password: str, whence: Whence = NOWHERE
    ) -> tuple[UserRow, Issued | Step]:
        """Sets the password and ends every session and token; then asks for what follows one:
        somebody who reads another's mail does not have their phone."""
        link, use = await self._links.check(secret, "reset")
        # Only now: hashing is the costly part, and strangers are not entitled to it.
        encoded = await self._passwords.hash(password, link.name)
        changes = (use, SetPassword(link.user, encoded), EndCredential(link.user))
        await self._store.commit(Unit(actor=link.user, changes=changes))
        self._notices.tell(link.user, "password")
        user = await self._store.user(link.user)
        assert user is not None
        return user, await self._second.enter(user, whence, None)

    # An address.

    async def email(self, user: str) -> MailAddress | None:
        return await self._store.email_of(user)

    async def set_email(
        self, who: Principal, email: str, password: str, address: Address, language: str = ""
    ) -> bool:
        """Mails a link that confirms ``email``, which counts from then on; "" removes the present
        one at once. ``language``: the asker's. Returns whether a mail was sent. `forbidden` for a
        wrong password."""
        if email and self._mailer is None:
            raise _no_mail()
        user = who.user
        row = await self._login.prove(user, password, address)
        now = self._clock.wall()
        if not email or self._mailer is None:
            change = SetEmail(user, None)
            await self._store.commit(asked(who, now, change, password=row.password))
            return False
        if wait := self._confirmations.take(user, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                "Too many mails were asked for; wait a while.",
                retry_after=wait,
            )
        plain = _plain(email)
        # A new password ends the existing links, and must end one that is under way, too.
        requires = still(who, now, password=row.password)
        link = await self._links.make("email", user, CONFIRM_MS, plain, requires=requires)
        mail = letter(self._server, "email", row.name, language, link.secret)
        await self._mailer.send(plain, *mail)
        return True

    async def confirm(self, secret: str) -> tuple[str, str]:
        """The user name, and its new confirmed address. The previous address is told."""
        link, use = await self._links.check(secret, "email")
        before = await self._store.email_of(link.user)
        changes = (use, SetEmail(link.user, link.detail))
        await self._store.commit(Unit(actor=link.user, changes=changes))
        moved = before is not None and before.confirmed and before.address != link.detail
        if moved and before is not None and self._mailer is not None:
            mail = letter(self._server, "moved", link.name, before.language)
            self._drive(_send(self._mailer, before.address, mail))
        return link.name, link.detail

    # Inside.

    async def _answer(self, who: str, mailer: Mailer) -> None:
        try:
            await self._mail_link(who, mailer)
        except Refusal as refusal:
            log.warn("a link to a new password was not made: {why}", why=refusal.message)

    async def _mail_link(self, who: str, mailer: Mailer) -> None:
        user = await self._find(who)
        if user is None or user.disabled:
            return
        email = await self._store.email_of(user.id)
        if email is None or not email.confirmed:
            return
        if self._accounts.take(user.id, 1, self._clock.now()):
            return
        link = await self._links.make("reset", user.id, BY_MAIL_MS, requires=())
        mail = letter(self._server, "reset", user.name, email.language, link.secret)
        await _send(mailer, email.address, mail)

    async def _find(self, who: str) -> UserRow | None:
        who = who.strip().removeprefix("@")
        if "@" in who:
            return await self._store.user_by_email(_plain(who))
        name = user_name_of(who)
        return None if name is None else await self._store.user_by_name(name)


async def _send(mailer: Mailer, to: str, mail: Mail) -> None:
    try:
        await mailer.send(to, *mail)
    except Refusal as refusal:
        log.warn("a mail was not sent: {why}", why=refusal.message)


def _no_mail() -> Refusal:
    return Refusal(
        Code.WRONG_STATE,
        "This server sends no mail. Its administrator can make you a link for a new password.",
    )


def _plain(email: str) -> str:
    """One form for each mailbox: nobody's differs from another's by case alone."""
    return email.strip().lower()
