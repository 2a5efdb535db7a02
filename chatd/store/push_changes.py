"""What a unit changes in browsers that are pushed to, and in what waits for them."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.engine import pushes
from chatd.engine.unit import Change
from chatd.store.work import Work


def set_subscription(work: Work, change: pushes.SetSubscription) -> None:
    to = change.to
    work.database.run(
        "delete from push_subscriptions where endpoint = :endpoint and session <> :session",
        {"endpoint": to.endpoint, "session": to.session},
    )
    # A session that ended a moment ago gets none.
    work.database.run(
        """
        insert into push_subscriptions (session, person, endpoint, key, auth, shows_text, at)
        select id, person, :endpoint, :key, :auth, :text, :at from credentials
        where id = :session and person = :person
        on conflict (session) do update
            set endpoint = :endpoint, key = :key, auth = :auth, shows_text = :text, at = :at
        """,
        {
            "session": to.session,
            "person": to.person,
            "endpoint": to.endpoint,
            "key": to.key,
            "auth": to.auth,
            "text": int(to.text),
            "at": change.at,
        },
    )
    work.database.run(
        """
        delete from push_subscriptions where session in (
            select session from push_subscriptions where person = :person and session <> :session
            order by at desc, session limit 1000 offset :most)
        """,
        {"person": to.person, "session": to.session, "most": change.most - 1},
    )


def end_subscription(work: Work, change: pushes.EndSubscription) -> None:
    work.database.run(
        """
        delete from push_subscriptions
        where session = :session and endpoint = coalesce(:endpoint, endpoint)
        """,
        {"session": change.session, "endpoint": change.endpoint},
    )


def queue_pushes(work: Work, change: pushes.QueuePushes) -> None:
    for hearer in change.hearers:
        work.database.run(
            """
            insert into pushes (session, room, position, due)
            select session, :room, :position, :due from push_subscriptions
            where session = :session
            on conflict (session, room) do update set
                position = case when pushes.position < :position then :position
                           else pushes.position end,
                due = case when pushes.tries = 0 and pushes.due > :due then :due
                      else pushes.due end
            """,
            {
                "session": hearer.session,
                "room": hearer.room,
                "position": hearer.position,
                "due": change.due,
            },
        )


def end_push(work: Work, change: pushes.EndPush) -> None:
    work.database.run(
        "delete from pushes where session = :session and room = :room and position <= :position",
        {"session": change.session, "room": change.room, "position": change.position},
    )


def put_off_push(work: Work, change: pushes.PutOffPush) -> None:
    work.database.run(
        "update pushes set tries = :tries, due = :due where session = :session and room = :room",
        {
            "session": change.session,
            "room": change.room,
            "tries": change.tries,
            "due": change.due,
        },
    )


PUSH_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    pushes.SetSubscription: set_subscription,
    pushes.EndSubscription: end_subscription,
    pushes.QueuePushes: queue_pushes,
    pushes.EndPush: end_push,
    pushes.PutOffPush: put_off_push,
}
