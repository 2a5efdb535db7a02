"""What a unit changes in messages to be said later."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import scheduled
from chatd.engine.unit import Change
from chatd.store import scheduled_reads
from chatd.store.file_changes import release
from chatd.store.room_requirements import not_scheduled
from chatd.store.work import Work


def schedule(work: Work, change: scheduled.Schedule) -> None:
    counted = work.database.row(
        "select count(*) from scheduled where person = :user", {"user": change.user}
    )
    if counted is not None and counted[0] >= change.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"{counted[0]} messages of yours wait to be said or could not be; take some back.",
        )
    made = work.database.row(
        """
        insert into scheduled (person, key, room, due, body)
        values (:user, :key, :room, :due, :body)
        on conflict (person, key) do nothing returning 1
        """,
        {
            "user": change.user,
            "key": change.key,
            "room": change.room,
            "due": change.due,
            "body": change.body,
        },
    )
    if made is None:
        raise Refusal(Code.EXISTS, "A message waits under this key already.", field="key")


def unschedule(work: Work, change: scheduled.Unschedule) -> None:
    there = work.database.row(
        "delete from scheduled where person = :user and key = :key returning 1",
        {"user": change.user, "key": change.key},
    )
    if there is None:
        raise not_scheduled()
    release(work, change.user, change.key)


def put_off(work: Work, change: scheduled.PutOff) -> None:
    work.database.run(
        "update scheduled set due = :due where person = :user and key = :key",
        {"user": change.user, "key": change.key, "due": change.due},
    )
    row = scheduled_reads.one(work.database, change.user, change.key)
    work.unit.tells.append(change.tell(row))


def fail_scheduled(work: Work, change: scheduled.FailScheduled) -> None:
    work.database.run(
        "update scheduled set failure = :failure where person = :user and key = :key",
        {"user": change.user, "key": change.key, "failure": change.failure},
    )


SCHEDULED_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    scheduled.Schedule: schedule,
    scheduled.Unschedule: unschedule,
    scheduled.PutOff: put_off,
    scheduled.FailScheduled: fail_scheduled,
}
