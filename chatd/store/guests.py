"""What concerns guests: reads, changes, and what must hold for them."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import guests
from chatd.engine.accounts import RenameUser
from chatd.engine.unit import Change, Requirement
from chatd.store.account_changes import rename_user
from chatd.store.database import Database
from chatd.store.promise import Promise
from chatd.store.readers import Readers
from chatd.store.work import Work


def idle_guests(database: Database, before: int, limit: int) -> tuple[str, ...]:
    rows = database.rows(
        """
        select u.id from users u
        where u.kind = 'guest' and u.deletion is null and u.created < :before
          and coalesce(u.seen, 0) < :before
          and not exists (select 1 from credentials c
                          where c.person = u.id and c.seen >= :before)
        limit :limit
        """,
        {"before": before, "limit": limit},
    )
    return tuple(row[0] for row in rows)


def few_guests(database: Database, wanted: guests.FewGuests) -> None:
    row = database.row("select count(*) from users where kind = 'guest' and deletion is null", {})
    if row is not None and row[0] >= wanted.most:
        raise Refusal(
            Code.LIMIT_REACHED, "There are as many guests here as may be; come back later."
        )


def no_guest(database: Database, wanted: guests.NoGuest) -> None:
    row = database.row("select kind from users where id = :other", {"other": wanted.other})
    if row is not None and row[0] == "guest":
        raise Refusal(Code.FORBIDDEN, "Guests are in the rooms for guests, and in no others.")


def keep_guest(work: Work, change: guests.KeepGuest) -> None:
    kept = work.database.row(
        """
        update users set kind = 'person', password = :password
        where id = :user and kind = 'guest' and deletion is null returning 1
        """,
        {"user": change.user, "password": change.password},
    )
    if kept is None:
        raise Refusal(Code.WRONG_STATE, "This is no guest, but an account already.")
    rename_user(work, RenameUser(change.user, change.name, change.skeleton))


class GuestReading:
    """The part of the store that asks for guests."""

    _readers: Readers

    def idle_guests(self, before: int, limit: int) -> Promise[tuple[str, ...]]:
        return self._readers.ask(idle_guests, before, limit)


GUEST_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    guests.KeepGuest: keep_guest,
}
GUEST_REQUIREMENTS: Mapping[type[Requirement], Callable[[Database, Any], None]] = {
    guests.FewGuests: few_guests,
    guests.NoGuest: no_guest,
}
