"""What must hold for invitations and scheduled messages."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import entries, scheduled
from chatd.engine.unit import Requirement
from chatd.store import refusals
from chatd.store.database import Database


def is_invited(database: Database, wanted: entries.IsInvited) -> None:
    row = database.row(
        "select 1 from room_invited where room = :room and person = :user",
        {"room": wanted.room, "user": wanted.user},
    )
    if row is None:
        raise refusals.no_room()


def may_be_invited(database: Database, wanted: entries.MayBeInvited) -> None:
    row = database.row(
        """
        select count(case when room = :room then 1 end),
               count(case when person = :user then 1 end),
               count(case when person = :user and invited_by = :by then 1 end),
               count(case when person = :user and room = :room then 1 end)
        from room_invited where room = :room or person = :user
        """,
        {"room": wanted.room, "user": wanted.user, "by": wanted.by},
    )
    assert row is not None
    of_room, of_person, between, here = row
    if here:
        raise Refusal(Code.EXISTS, "This person is invited into the room already.")
    if of_room >= wanted.most_of_room:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"{of_room} people are invited into this room and did not answer; take some"
            " invitations back, or make a link.",
        )
    if of_person >= wanted.most_of_person or between >= wanted.most_between:
        raise Refusal(Code.LIMIT_REACHED, "Too many invitations wait for an answer of this person.")


def is_scheduled(database: Database, wanted: scheduled.IsScheduled) -> None:
    row = database.row(
        "select 1 from scheduled where person = :user and key = :key and failure is null",
        {"user": wanted.user, "key": wanted.key},
    )
    if row is None:
        raise not_scheduled()


def is_ahead(database: Database, wanted: scheduled.IsAhead) -> None:
    if not wanted.least <= wanted.due - wanted.now <= wanted.most:
        raise Refusal(
            Code.BAD_FIELD,
            f"The time lies at least {wanted.least // 60_000} minute ahead and at most"
            f" {wanted.most // 86_400_000} days.",
            field="at",
        )


def not_scheduled() -> Refusal:
    return Refusal(
        Code.NOT_FOUND, "No message of yours waits under this key; it may have been said."
    )


ROOM_REQUIREMENTS: Mapping[type[Requirement], Callable[[Database, Any], None]] = {
    entries.IsInvited: is_invited,
    entries.MayBeInvited: may_be_invited,
    scheduled.IsScheduled: is_scheduled,
    scheduled.IsAhead: is_ahead,
}
