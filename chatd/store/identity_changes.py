"""What a unit changes in identities: who somebody is at another site."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import identities
from chatd.engine.unit import Change
from chatd.store.work import Work


def create_identity(work: Work, change: identities.CreateIdentity) -> None:
    made = work.database.row(
        """
        insert into identities (issuer, subject, person, at)
        values (:issuer, :subject, :person, :at)
        on conflict (issuer, subject) do nothing returning 1
        """,
        {
            "issuer": change.issuer,
            "subject": change.subject,
            "person": change.person,
            "at": change.at,
        },
    )
    if made is None:
        raise Refusal(Code.EXISTS, "Somebody is known by this identity already.")
    if change.email is not None:
        work.database.run(
            "update users set email = :email where id = :person",
            {"email": change.email, "person": change.person},
        )


def set_confined(work: Work, change: identities.SetConfined) -> None:
    work.database.run(
        "update users set confined = :confined where id = :user",
        {"user": change.user, "confined": int(change.confined)},
    )


def end_identity(work: Work, change: identities.EndIdentity) -> None:
    who = {"issuer": change.issuer, "subject": change.subject, "person": change.person}
    ended = work.database.row(
        """
        delete from identities
        where issuer = :issuer and subject = :subject and person = :person returning 1
        """,
        who,
    )
    if ended is None:
        raise Refusal(Code.NOT_FOUND, "That is not linked with this account.")
    way_in = work.database.row(
        """
        select password is not null
            or exists (select 1 from identities where person = :person)
        from users where id = :person
        """,
        {"person": change.person},
    )
    if way_in is None or not way_in[0]:
        raise Refusal(
            Code.WRONG_STATE,
            "This is the only way into the account: link another one first, or have an"
            " administrator make a link for a password.",
        )
    work.database.run("delete from provider_sessions where session = :but", {"but": change.but})
    # A ticket that a session bought must not outlive it.
    for table, column in (("tickets", "session"), ("credentials", "id")):
        work.database.run(
            f"""
            delete from {table} where person = :person and {column} in
                (select session from provider_sessions
                 where issuer = :issuer and subject = :subject)
            """,  # noqa: S608 (two literals)
            who,
        )


def create_provider_session(work: Work, change: identities.CreateProviderSession) -> None:
    made = work.database.row(
        """
        insert into provider_sessions (session, issuer, subject, sid)
        select c.id, i.issuer, i.subject, :sid
        from credentials c join identities i on i.person = c.person
        where c.id = :session and i.issuer = :issuer and i.subject = :subject
        returning 1
        """,
        {
            "session": change.session,
            "issuer": change.issuer,
            "subject": change.subject,
            "sid": change.sid,
        },
    )
    if made is None:
        raise Refusal(
            Code.UNAUTHORIZED, "This account is not linked with that one any more; sign in again."
        )


def spend(work: Work, change: identities.Spend) -> None:
    work.database.run("delete from spent where expires <= :now", {"now": change.now})
    spent = work.database.row(
        """
        insert into spent (digest, expires) values (:digest, :expires)
        on conflict (digest) do nothing returning 1
        """,
        {"digest": change.digest, "expires": change.expires},
    )
    if spent is None:
        raise Refusal(Code.GONE, "This was used already; begin again.")


IDENTITY_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    identities.CreateIdentity: create_identity,
    identities.SetConfined: set_confined,
    identities.EndIdentity: end_identity,
    identities.CreateProviderSession: create_provider_session,
    identities.Spend: spend,
}
