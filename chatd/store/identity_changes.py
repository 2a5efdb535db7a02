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


IDENTITY_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    identities.CreateIdentity: create_identity,
}
