"""Reads for the people at the door: accounts, credentials, invitations, tickets."""

from chatd.core.scopes import loaded
from chatd.engine.accounts import CredentialRow, InvitationRow, TicketRow, UserRow
from chatd.store.database import Database, Row

_USER = "select id, name, display, password, admin, disabled, created, kind, confined from users"
_CREDENTIAL = """
    select c.id, c.kind, c.person, u.name, u.admin, u.disabled, c.label, c.created, c.seen,
           c.expires, c.scopes, c.address, u.kind
    from credentials c join users u on u.id = c.person
"""
_INVITATION = "select id, invited_by, admin, created, expires, uses_left from invitations"


def _user(row: Row) -> UserRow:
    id, name, display, password, admin, disabled, created, kind, confined = row
    return UserRow(
        *(id, name, display, password, bool(admin), bool(disabled), created, kind), bool(confined)
    )


def user(database: Database, user: str) -> UserRow | None:
    row = database.row(_USER + " where id = :user", {"user": user})
    return _user(row) if row else None


def user_by_name(database: Database, name: str) -> UserRow | None:
    row = database.row(_USER + " where name = :name", {"name": name})
    return _user(row) if row else None


def users(database: Database, after: str | None, limit: int) -> tuple[UserRow, ...]:
    rows = database.rows(
        _USER + " where name > :after order by name limit :limit",
        {"after": after or "", "limit": limit},
    )
    return tuple(_user(row) for row in rows)


def _credential(row: Row) -> CredentialRow:
    id, kind, user, name, admin, disabled, label, created, seen, expires, scopes, address, of = row
    return CredentialRow(
        id=id,
        kind=kind,
        user=user,
        user_name=name,
        admin=bool(admin),
        disabled=bool(disabled),
        label=label,
        created=created,
        seen=seen,
        expires=expires,
        scopes=loaded(scopes),
        address=address,
        guest=of == "guest",
    )


def credential(database: Database, digest: bytes) -> CredentialRow | None:
    row = database.row(_CREDENTIAL + " where c.digest = :digest", {"digest": digest})
    return _credential(row) if row else None


def credentials(database: Database, user: str) -> tuple[CredentialRow, ...]:
    rows = database.rows(
        _CREDENTIAL + " where c.person = :user order by c.seen desc, c.id", {"user": user}
    )
    return tuple(_credential(row) for row in rows)


def _invitation(row: Row) -> InvitationRow:
    id, by, admin, created, expires, uses_left = row
    return InvitationRow(id, by, bool(admin), created, expires, uses_left)


def invitation(database: Database, digest: bytes) -> InvitationRow | None:
    row = database.row(_INVITATION + " where digest = :digest", {"digest": digest})
    return _invitation(row) if row else None


def invitations(database: Database) -> tuple[InvitationRow, ...]:
    rows = database.rows(_INVITATION + " order by created, id", {})
    return tuple(_invitation(row) for row in rows)


def ticket(database: Database, digest: bytes) -> TicketRow | None:
    row = database.row(
        "select person, session, origin, expires from tickets where digest = :digest",
        {"digest": digest},
    )
    return TicketRow(*row) if row else None


def has_admin(database: Database) -> bool:
    row = database.row("select 1 from users where admin = 1 and disabled = 0 limit 1", {})
    return row is not None
