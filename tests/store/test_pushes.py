"""Whose browsers hear of a message, what waits for them, and what ends it."""

import re
from typing import Any

import pytest

from chatd.engine.accounts import CreateCredential, EndCredential, SetDisabled
from chatd.engine.deletion import BeginDeletion
from chatd.engine.followers import SetFollower
from chatd.engine.pushes import (
    EndPush,
    EndSubscription,
    Hearer,
    PushRow,
    PutOffPush,
    QueuePushes,
    SetSubscription,
    SubscriptionRow,
)
from chatd.engine.unit import AdvanceMark, Append, ReplaceBody, SetBlock, SetMember
from chatd.store import push_reads
from chatd.store.push_reads import _FACTS, _HEARERS
from tests.store.desk import NOW, Desk

MOST = 3


def session(desk: Desk, person: str, name: str, expires: int | None = None) -> None:
    desk.do(
        CreateCredential(
            id=name,
            digest=name.encode(),
            kind="session",
            user=person,
            label="",
            at=NOW,
            expires=expires,
            scopes=None,
        )
    )


def subscribe(desk: Desk, person: str, name: str, **more: Any) -> None:
    known = {"endpoint": f"https://push.example.net/{name}", "text": False, **more}
    at = known.pop("at", NOW)
    row = SubscriptionRow(name, person, key=b"key", auth=b"auth", **known)
    desk.do(SetSubscription(row, at, MOST))


@pytest.fixture
def desk() -> Desk:
    """Alice and bob talk, all three are in #tea; bob has a phone and a laptop, carol a phone."""
    made = Desk()
    made.user("alice", "bob", "carol")
    made.room("ab", kind="direct", pair=("alice", "bob"), shared=True)
    made.room("tea", slug="tea")
    for room, people in (("ab", "alice bob"), ("tea", "alice bob carol")):
        for person in people.split():
            made.member(room, person)
    for person, name in (
        ("alice", "a-phone"),
        ("bob", "b-laptop"),
        ("bob", "b-phone"),
        ("carol", "c-phone"),
    ):
        session(made, person, name)
        subscribe(made, person, name)
    return made


def say(desk: Desk, room: str = "ab", mentions: str = "") -> int:
    """A message of alice's; its position."""
    seq = desk.say(room, "alice")
    desk.database.run(
        "update events set mentions = :mentions where room = :room and seq = :seq",
        {"mentions": mentions, "room": room, "seq": seq},
    )
    for person in mentions.split():
        desk.database.run(
            "insert into mentions (room, person, seq) values (:room, :person, :seq)",
            {"room": room, "person": person, "seq": seq},
        )
    return desk.work.position


def heard(desk: Desk, first: int, last: int | None = None, now: int = NOW) -> list[str]:
    """The sessions that hear of what was said, in order."""
    found = push_reads.hearers(desk.database, first, last or first, ("", ""), 100, now)
    return [each.session for each in found]


def keeps(desk: Desk, person: str, room: str, **how: Any) -> None:
    desk.database.run(
        "insert or replace into room_settings (person, room, notify, muted_until)"
        " values (:person, :room, :notify, :muted)",
        {"person": person, "room": room, "notify": how.get("notify"), "muted": how.get("muted")},
    )


def subscribed(desk: Desk) -> set[str]:
    return {row[0] for row in desk.database.rows("select session from push_subscriptions", {})}


def test_a_direct_message_is_for_all_browsers_of_the_other(desk: Desk) -> None:
    assert heard(desk, say(desk)) == ["b-laptop", "b-phone"]


def test_in_a_room_it_is_for_those_who_are_mentioned(desk: Desk) -> None:
    assert heard(desk, say(desk, "tea")) == []
    assert heard(desk, say(desk, "tea", "carol")) == ["c-phone"]
    assert heard(desk, say(desk, "tea", "*")) == ["b-laptop", "b-phone", "c-phone"]
    assert heard(desk, say(desk, "tea", "* carol")) == ["b-laptop", "b-phone", "c-phone"]
    assert heard(desk, say(desk, "tea", "alice stranger")) == []


@pytest.mark.parametrize(
    ("how", "plain", "mention"),
    [
        ({"notify": "all"}, True, True),
        ({"notify": "mentions"}, False, True),
        ({"notify": "none"}, False, False),
        ({"notify": "all", "muted": 0}, False, False),
        ({"muted": NOW + 1}, False, False),
        ({"muted": NOW}, False, True),
        ({"muted": NOW - 1, "notify": "all"}, True, True),
    ],
)
def test_a_room_is_heard_of_as_it_is_kept(
    desk: Desk, how: dict[str, Any], plain: bool, mention: bool
) -> None:
    keeps(desk, "carol", "tea", **how)
    assert heard(desk, say(desk, "tea")) == ["c-phone"] * plain
    assert heard(desk, say(desk, "tea", "carol")) == ["c-phone"] * mention


@pytest.mark.parametrize(("notify", "count"), [("all", 2), ("mentions", 0), ("none", 0)])
def test_so_is_a_conversation_of_two(desk: Desk, notify: str, count: int) -> None:
    keeps(desk, "bob", "ab", notify=notify)
    assert len(heard(desk, say(desk))) == count


def test_what_was_read_deleted_or_left_is_not_heard_of(desk: Desk) -> None:
    position = say(desk, "tea", "*")
    seq = desk.database.row("select head from rooms where id = 'tea'", {})
    assert seq is not None
    desk.do(AdvanceMark("tea", "carol", None, seq[0], NOW))
    assert heard(desk, position) == ["b-laptop", "b-phone"]
    left = Append("tea", "membership", "bob", NOW, b"{}", subject="bob")
    desk.do(left, SetMember("tea", "bob", None))
    assert heard(desk, position) == []
    position = say(desk, "tea", "carol")
    assert heard(desk, position) == ["c-phone"]
    row = desk.database.row("select seq from events where position = :p", {"p": position})
    assert row is not None
    desk.do(ReplaceBody("tea", row[0], b'{"deleted":1}', deleted=True))
    assert heard(desk, position) == []


def test_nobody_hears_of_their_own_message_wherever_their_mark_is(desk: Desk) -> None:
    keeps(desk, "alice", "tea", notify="all")
    direct, tea = say(desk), say(desk, "tea", "* alice")
    desk.database.run("delete from marks", {})
    assert "a-phone" not in heard(desk, direct, tea)


@pytest.mark.parametrize(("one", "other"), [("alice", "bob"), ("bob", "alice")])
def test_a_block_is_between_two_whoever_asked_for_it(desk: Desk, one: str, other: str) -> None:
    position = say(desk, "tea", "*")
    desk.do(SetBlock(one, other, True, NOW))
    assert heard(desk, position) == ["c-phone"]


def test_of_many_messages_the_latest_is_found_and_nobody_is_left_out(desk: Desk) -> None:
    first = say(desk)
    for _ in range(4):
        direct = say(desk)
        tea = say(desk, "tea", "*")
    last = say(desk, "tea")
    whole = push_reads.hearers(desk.database, first, last, ("", ""), 1000, NOW)
    assert whole == (
        Hearer(direct, "ab", "bob", "b-laptop"),
        Hearer(tea, "tea", "bob", "b-laptop"),
        Hearer(direct, "ab", "bob", "b-phone"),
        Hearer(tea, "tea", "bob", "b-phone"),
        Hearer(tea, "tea", "carol", "c-phone"),
    )
    found: list[Hearer] = []
    after = ("", "")
    while page := push_reads.hearers(desk.database, first, last, after, 2, NOW):
        found += page
        after = (page[-1].session, page[-1].room)
    assert tuple(found) == whole


def test_a_session_that_ran_out_hears_nothing(desk: Desk) -> None:
    session(desk, "bob", "b-old", expires=NOW + 1000)
    subscribe(desk, "bob", "b-old")
    position = say(desk)
    assert "b-old" in heard(desk, position, now=NOW + 999)
    assert "b-old" not in heard(desk, position, now=NOW + 1000)
    assert push_reads.push_facts(desk.database, "b-old", position, NOW + 999) is not None
    assert push_reads.push_facts(desk.database, "b-old", position, NOW + 1000) is None


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (EndCredential(user="bob", id="b-phone"), {"a-phone", "b-laptop", "c-phone"}),
        (EndCredential(user="bob", but="b-phone"), {"a-phone", "b-phone", "c-phone"}),
        (EndCredential(user="bob"), {"a-phone", "c-phone"}),
        (SetDisabled("bob", True, NOW), {"a-phone", "c-phone"}),
        (BeginDeletion("bob", "deleted-1", "Deleted account", False), {"a-phone", "c-phone"}),
        (EndSubscription("b-phone"), {"a-phone", "b-laptop", "c-phone"}),
        (
            EndSubscription("b-phone", "https://push.example.net/b-phone"),
            {"a-phone", "b-laptop", "c-phone"},
        ),
        (
            EndSubscription("b-phone", "https://push.example.net/before"),
            {"a-phone", "b-laptop", "b-phone", "c-phone"},
        ),
    ],
)
def test_what_ends_a_session_ends_its_browser_and_all_that_waits_for_it(
    desk: Desk, change: Any, left: set[str]
) -> None:
    position = say(desk, "tea", "*")
    found = push_reads.hearers(desk.database, position, position, ("", ""), 100, NOW)
    desk.do(QueuePushes(found, NOW))
    desk.do(change)
    assert subscribed(desk) == left
    waiting = {row.session for row in push_reads.due_pushes(desk.database, NOW, 100)}
    assert waiting == left - {"a-phone"}


def test_a_session_has_one_browser_and_a_browser_one_session(desk: Desk) -> None:
    subscribe(desk, "bob", "b-phone", endpoint="https://push.example.net/new", text=True)
    now = push_reads.subscription(desk.database, "b-phone")
    assert now is not None
    assert (now.endpoint, now.text, now.person) == ("https://push.example.net/new", True, "bob")
    # The next to sign in at the same browser.
    subscribe(desk, "carol", "c-phone", endpoint="https://push.example.net/new")
    assert push_reads.subscription(desk.database, "b-phone") is None
    assert heard(desk, say(desk)) == ["b-laptop"]


def test_nobody_subscribes_for_a_session_that_is_not_theirs_or_is_over(desk: Desk) -> None:
    subscribe(desk, "bob", "b-gone")
    session(desk, "carol", "c-other")
    subscribe(desk, "bob", "c-other")
    assert subscribed(desk) == {"a-phone", "b-laptop", "b-phone", "c-phone"}


def test_of_many_browsers_the_oldest_go(desk: Desk) -> None:
    for number in range(3):
        session(desk, "bob", f"b-{number}")
        subscribe(desk, "bob", f"b-{number}", at=NOW + number + 1)
    assert subscribed(desk) == {"a-phone", "b-0", "b-1", "b-2", "c-phone"}


def test_of_each_room_the_latest_message_waits_alone(desk: Desk) -> None:
    first, second = say(desk), say(desk)
    other = say(desk, "tea", "bob")
    for position in (first, second, other, first):
        room = "tea" if position == other else "ab"
        desk.do(QueuePushes((Hearer(position, room, "bob", "b-phone"),), NOW))
    assert push_reads.due_pushes(desk.database, NOW, 100) == (
        PushRow("b-phone", "ab", second, 0),
        PushRow("b-phone", "tea", other, 0),
    )
    assert push_reads.due_pushes(desk.database, NOW - 1, 100) == ()


def test_what_was_sent_waits_no_more_unless_something_was_said_since(desk: Desk) -> None:
    first = say(desk)
    desk.do(QueuePushes((Hearer(first, "ab", "bob", "b-phone"),), NOW))
    second = say(desk)
    desk.do(QueuePushes((Hearer(second, "ab", "bob", "b-phone"),), NOW))
    desk.do(EndPush("b-phone", "ab", first))
    assert push_reads.due_pushes(desk.database, NOW, 9) == (PushRow("b-phone", "ab", second, 0),)
    desk.do(EndPush("b-phone", "ab", second))
    assert push_reads.due_pushes(desk.database, NOW, 9) == ()


def test_what_failed_goes_on_waiting_and_what_only_waits_may_come_sooner(desk: Desk) -> None:
    first = say(desk)
    hearer = Hearer(first, "ab", "bob", "b-phone")
    desk.do(QueuePushes((hearer,), NOW + 60_000))
    desk.do(QueuePushes((hearer,), NOW + 5_000))
    assert push_reads.due_pushes(desk.database, NOW + 4_999, 9) == ()
    assert len(push_reads.due_pushes(desk.database, NOW + 5_000, 9)) == 1
    desk.do(PutOffPush("b-phone", "ab", 2, NOW + 30_000))
    desk.do(QueuePushes((hearer,), NOW))
    assert push_reads.due_pushes(desk.database, NOW + 29_999, 9) == ()
    assert push_reads.due_pushes(desk.database, NOW + 30_000, 9)[0].tries == 2


def test_nothing_waits_for_a_browser_that_has_gone(desk: Desk) -> None:
    position = say(desk)
    desk.do(EndSubscription("b-phone"))
    desk.do(QueuePushes((Hearer(position, "ab", "bob", "b-phone"),), NOW), SetFollower("push", 1))
    assert push_reads.due_pushes(desk.database, NOW, 9) == ()


def test_the_facts_are_those_of_now(desk: Desk) -> None:
    position = say(desk, "tea", "carol")
    say(desk, "tea")
    facts = push_reads.push_facts(desk.database, "c-phone", position, NOW)
    assert facts is not None
    assert (facts.to.person, facts.room.id, facts.author) == ("carol", "tea", "Alice")
    assert (facts.unread, facts.mentioned, facts.message.position) == (2, True, position)
    desk.do(AdvanceMark("tea", "carol", None, 10**6, NOW))
    assert push_reads.push_facts(desk.database, "c-phone", position, NOW) is None


@pytest.mark.parametrize("sql", [_HEARERS, _FACTS])
def test_no_table_that_grows_is_looked_through(desk: Desk, sql: str) -> None:
    values = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    plan = [row[3] for row in desk.database.rows(f"explain query plan {sql}", values)]
    growing = r"(events|mentions|marks|memberships|room_settings|credentials|users|push_sub\w+)"
    aliases = r"(a|e|t|k|m|o|s|c|u|p|r|b)"
    slow = [line for line in plan if re.match(rf"SCAN ({growing}|{aliases})\b", line)]
    assert slow == [], plan
