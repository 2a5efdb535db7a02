"""What a unit changes in one-time links of accounts and in mail addresses."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import account_links
from chatd.engine.unit import Change
from chatd.store.work import Work


def create_link(work: Work, change: account_links.CreateLink) -> None:
    work.database.run(
        """
        delete from account_links
        where expires <= :at or (person = :user and kind = :kind)
        """,
        {"at": change.at, "user": change.user, "kind": change.kind},
    )
    work.database.run(
        """
        insert into account_links (digest, kind, person, detail, expires)
        values (:digest, :kind, :user, :detail, :expires)
        """,
        {
            "digest": change.digest,
            "kind": change.kind,
            "user": change.user,
            "detail": change.detail,
            "expires": change.expires,
        },
    )


def use_link(work: Work, change: account_links.UseLink) -> None:
    used = work.database.row(
        "delete from account_links where digest = :digest and kind = :kind returning expires",
        {"digest": change.digest, "kind": change.kind},
    )
    if used is None or used[0] <= change.now:
        raise Refusal(Code.GONE, "This link was used already or is too old; ask for a new one.")


def set_email(work: Work, change: account_links.SetEmail) -> None:
    taken = work.database.row(
        "select 1 from users where email = :email and email_confirmed = 1 and id <> :user",
        {"email": change.address, "user": change.user},
    )
    if taken is not None:
        raise Refusal(Code.EXISTS, "Another account here has this address.", field="email")
    work.database.run(
        "update users set email = :email, email_confirmed = :confirmed where id = :user",
        {
            "email": change.address,
            "confirmed": int(change.address is not None),
            "user": change.user,
        },
    )


def set_language(work: Work, change: account_links.SetLanguage) -> None:
    work.database.run(
        "update users set language = :language where id = :user and language is not :language",
        {"language": change.language, "user": change.user},
    )


ACCOUNT_LINK_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    account_links.CreateLink: create_link,
    account_links.UseLink: use_link,
    account_links.SetEmail: set_email,
    account_links.SetLanguage: set_language,
}
