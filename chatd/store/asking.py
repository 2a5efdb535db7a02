"""What must hold of whoever asks when it is written."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import asking
from chatd.engine.unit import Requirement
from chatd.store.database import Database


def credential_holds(database: Database, wanted: asking.CredentialHolds) -> None:
    row = database.row(
        """
        select 1 from credentials c join users u on u.id = c.person
        where c.id = :id and c.person = :user and (c.expires is null or c.expires > :now)
          and u.disabled = 0
        """,
        {"id": wanted.id, "user": wanted.user, "now": wanted.now},
    )
    if row is None:
        raise Refusal(
            Code.UNAUTHORIZED, "The session or token is unknown or has ended; sign in again."
        )


def is_administrator(database: Database, wanted: asking.IsAdministrator) -> None:
    row = database.row("select 1 from users where id = :user and admin = 1", {"user": wanted.user})
    if row is None:
        raise Refusal(Code.FORBIDDEN, "Only administrators do this.")


def password_is(database: Database, wanted: asking.PasswordIs) -> None:
    row = database.row(
        "select 1 from users where id = :user and password = :password",
        {"user": wanted.user, "password": wanted.password},
    )
    if row is None:
        raise Refusal(Code.FORBIDDEN, "The present password is wrong.")


ASKING_REQUIREMENTS: Mapping[type[Requirement], Callable[[Database, Any], None]] = {
    asking.CredentialHolds: credential_holds,
    asking.IsAdministrator: is_administrator,
    asking.PasswordIs: password_is,
}
