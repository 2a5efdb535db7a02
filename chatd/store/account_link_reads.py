"""Reads of one-time links of accounts and of mail addresses."""

from chatd.engine.account_links import LinkRow, MailAddress
from chatd.engine.accounts import UserRow
from chatd.store import accounts
from chatd.store.database import Database


def account_link(database: Database, digest: bytes) -> LinkRow | None:
    row = database.row(
        """
        select l.kind, l.person, u.name, u.disabled, l.detail, l.expires
        from account_links l join users u on u.id = l.person
        where l.digest = :digest
        """,
        {"digest": digest},
    )
    if row is None:
        return None
    kind, user, name, disabled, detail, expires = row
    return LinkRow(kind, user, name, bool(disabled), detail, expires)


def user_by_email(database: Database, address: str) -> UserRow | None:
    row = database.row(
        "select id from users where email = :email and email_confirmed = 1", {"email": address}
    )
    return None if row is None else accounts.user(database, row[0])


def email_of(database: Database, user: str) -> MailAddress | None:
    row = database.row(
        "select email, email_confirmed, language from users where id = :user", {"user": user}
    )
    if row is None or row[0] is None:
        return None
    return MailAddress(row[0], bool(row[1]), row[2] or "")
