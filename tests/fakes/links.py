"""The store as recovery sees it, and a mailer that keeps what it is given, both in memory."""

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.account_links import CreateLink, LinkRow, MailAddress, SetEmail, UseLink
from chatd.engine.accounts import SetPassword, UserRow
from chatd.engine.unit import Change
from tests.fakes.accounts import FakeAccounts


class FakeLinks(FakeAccounts):
    def __init__(self) -> None:
        super().__init__()
        self.links: dict[bytes, CreateLink] = {}
        self.emails: dict[str, str] = {}

    async def account_link(self, digest: bytes) -> LinkRow | None:
        await self._arrive("account_link")
        link = self.links.get(digest)
        if link is None:
            return None
        user = self.users[link.user]
        return LinkRow(link.kind, user.id, user.name, user.disabled, link.detail, link.expires)

    async def user_by_email(self, address: str) -> UserRow | None:
        await self._arrive("user_by_email")
        found = [user for user, email in self.emails.items() if email == address]
        return self.users[found[0]] if found else None

    async def email_of(self, user: str) -> MailAddress | None:
        await self._arrive("email_of")
        if user not in self.emails:
            return None
        return MailAddress(self.emails[user], True, self.languages.get(user, ""))

    def _apply(self, change: Change) -> None:
        match change:
            case CreateLink():
                self.links = {
                    digest: link
                    for digest, link in self.links.items()
                    if (link.user, link.kind) != (change.user, change.kind)
                }
                self.links[change.digest] = change
            case UseLink():
                link = self.links.pop(change.digest, None)
                if link is None or link.kind != change.kind or link.expires <= change.now:
                    raise Refusal(Code.GONE, "The link is gone.")
            case SetEmail():
                if change.address is None:
                    self.emails.pop(change.user, None)
                elif change.address in self.emails.values():
                    raise Refusal(Code.EXISTS, "Another account has it.", field="email")
                else:
                    self.emails[change.user] = change.address
            case SetPassword():
                self.links = {d: x for d, x in self.links.items() if x.user != change.user}
                super()._apply(change)
            case _:
                super()._apply(change)


class FakeMailer:
    """``refuses`` is raised instead of taking a mail."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.refuses: Refusal | None = None

    async def send(self, to: str, subject: str, text: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append((to, subject, text))
