"""Reads for people who come from another site."""

from collections.abc import Sequence

from chatd.engine.accounts import UserRow
from chatd.engine.identities import IdentityRow, NamedRoom, ProviderSessionRow, Vouched
from chatd.store import accounts
from chatd.store.database import Database

_PROVIDER_SESSION = """
    select p.session, c.person, p.issuer, p.subject, p.sid
    from provider_sessions p join credentials c on c.id = p.session
"""
_NAMED = """
    select r.id, r.kind,
           (select m.role from memberships m
            where m.room = r.id and m.person = :user and m.to_seq is null)
    from rooms r where r.id = :name or r.slug = :name
    order by r.id = :name desc limit 1
"""


def identity(database: Database, issuer: str, subject: str) -> UserRow | None:
    row = database.row(
        "select person from identities where issuer = :issuer and subject = :subject",
        {"issuer": issuer, "subject": subject},
    )
    return None if row is None else accounts.user(database, row[0])


def vouched(database: Database) -> tuple[Vouched, ...]:
    rows = database.rows("select person, id, signer from credentials where signer <> ''", {})
    return tuple(Vouched(*row) for row in rows)


def rooms_named(database: Database, user: str, names: Sequence[str]) -> tuple[NamedRoom, ...]:
    found = []
    for name in dict.fromkeys(names):
        row = database.row(_NAMED, {"user": user, "name": name})
        if row is not None:
            found.append(NamedRoom(name, row[0], row[1], row[2]))
    return tuple(found)


def identities(database: Database, person: str) -> tuple[IdentityRow, ...]:
    rows = database.rows(
        """
        select issuer, subject, at from identities where person = :person
        order by at, issuer, subject
        """,
        {"person": person},
    )
    return tuple(IdentityRow(*row) for row in rows)


def provider_session(database: Database, session: str) -> ProviderSessionRow | None:
    row = database.row(_PROVIDER_SESSION + " where p.session = :session", {"session": session})
    return None if row is None else ProviderSessionRow(*row)


def provider_sessions(
    database: Database, issuer: str, subject: str | None, sid: str | None
) -> tuple[ProviderSessionRow, ...]:
    rows = database.rows(
        _PROVIDER_SESSION
        + """
        where p.issuer = :issuer and p.subject = coalesce(:subject, p.subject)
          and p.sid = coalesce(:sid, p.sid)
        order by p.session
        """,
        {"issuer": issuer, "subject": subject, "sid": sid},
    )
    return tuple(ProviderSessionRow(*row) for row in rows)
