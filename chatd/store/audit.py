"""Reads for the operator's security check: whose account is easiest to steal."""

from dataclasses import dataclass

from chatd.store.database import Database


@dataclass(frozen=True, slots=True)
class Tokens:
    """A bearer token without an end. ``all``: it may do whatever its owner may; times in Unix
    ms."""

    owner: str
    id: str
    label: str
    seen: int
    admin: bool
    all: bool


def password_alone(database: Database) -> tuple[str, ...]:
    """Administrators who sign in with nothing but a password, by name."""
    rows = database.rows(
        """
        select name from users u
        where admin = 1 and disabled = 0 and password is not null
          and not exists (select 1 from totp t where t.person = u.id and t.confirmed = 1)
          and not exists (select 1 from passkeys p where p.person = u.id)
        order by name
        """,
        {},
    )
    return tuple(row[0] for row in rows)


def endless_tokens(database: Database, most: int) -> tuple[Tokens, ...]:
    """Longest unused first."""
    rows = database.rows(
        """
        select u.name, c.id, c.label, c.seen, u.admin, c.scopes is null
        from credentials c join users u on u.id = c.person
        where c.kind = 'token' and c.expires is null and u.disabled = 0
        order by c.seen, c.id limit :most
        """,
        {"most": most},
    )
    return tuple(
        Tokens(owner, id, label, seen, bool(admin), bool(all))
        for owner, id, label, seen, admin, all in rows
    )
