"""Reactions in the store: one each, counted exactly, bounded, gone with their message."""

import random
from collections import defaultdict
from functools import partial

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.messages import React
from chatd.engine.rows import ReactionRow
from chatd.store import message_reads, page_parts, timeline
from tests.store.desk import NOW, Desk

MANY = [chr(0x1F600 + n) for n in range(60)]


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """A room of alice, bob and carol, in which alice said something at seq 5."""
    desk.room("tea")
    for user in ("alice", "bob", "carol"):
        desk.member("tea", user)
    assert desk.say("tea", "alice") == 5
    return desk


def react(user: str, emoji: str, on: bool = True, seq: int = 5, most: int = 50) -> React:
    return React("tea", seq, user, emoji, on, NOW, lambda count: b"%d" % count, own=20, most=most)


def shown(desk: Desk, user: str = "alice") -> list[tuple[str, int, str, bool]]:
    page = timeline.page(desk.database, user, "tea", None, None, None, 50)
    return [(row.emoji, row.count, " ".join(row.users), row.mine) for row in page.reactions]


def test_a_reaction_is_an_event_that_tells_the_count(tea: Desk) -> None:
    for n, user in enumerate(("bob", "carol"), 1):
        (event,) = tea.do(react(user, "👍")).events
        assert (event.kind, event.author, event.target, event.body) == (
            "reaction",
            user,
            5,
            b"%d" % n,
        )
    (event,) = tea.do(react("bob", "👍", on=False)).events
    assert event.body == b"1"
    assert shown(tea) == [("👍", 1, "carol", False)]
    tea.do(react("carol", "👍", on=False))
    assert shown(tea) == []


def test_the_same_twice_is_refused_and_leaves_no_trace(tea: Desk) -> None:
    tea.do(react("bob", "👍"))
    head = timeline.position(tea.database)
    assert tea.code(changes=(react("bob", "👍"),)) == Code.EXISTS
    assert tea.code(changes=(react("bob", "🍵", on=False),)) == Code.NOT_FOUND
    assert timeline.position(tea.database) == head
    assert shown(tea, "bob") == [("👍", 1, "bob", True)]


def test_emoji_stand_in_order_of_their_first_and_people_in_theirs(tea: Desk) -> None:
    for user, emoji in (("carol", "🍵"), ("bob", "👍"), ("alice", "🍵"), ("carol", "👍")):
        tea.do(react(user, emoji))
    assert shown(tea) == [("🍵", 2, "carol alice", True), ("👍", 2, "bob carol", False)]


def test_one_person_and_one_message_have_only_so_many(tea: Desk) -> None:
    for emoji in MANY[:20]:
        tea.do(react("bob", emoji))
    assert tea.code(changes=(react("bob", MANY[20]),)) == Code.LIMIT_REACHED
    for emoji in MANY[20:30]:
        tea.do(react("carol", emoji, most=30))
    assert tea.code(changes=(react("alice", MANY[30], most=30),)) == Code.LIMIT_REACHED
    # One more of what is there already is not one more of all.
    tea.do(react("alice", MANY[29], most=30))
    # What was taken back counts no more.
    tea.do(react("bob", MANY[0], on=False))
    tea.do(react("bob", MANY[25], most=30))


def test_a_deleted_message_has_no_reactions(tea: Desk) -> None:
    tea.do(react("bob", "👍"))
    tea.erase("tea", "alice", 5)
    assert shown(tea) == []
    for table in ("reactions", "reaction_counts"):
        assert tea.database.rows(f"select * from {table}", {}) == []


def test_of_many_only_the_first_ten_are_named_and_a_list_has_them_all(tea: Desk) -> None:
    people = [f"p{n:02}" for n in range(25)]
    tea.user(*people)
    for user in reversed(people):
        tea.do(react(user, "👍"))
    ((_, count, named, mine),) = shown(tea, "bob")
    assert (count, named.split(), mine) == (25, people[:14:-1], False)
    listed: list[str] = []
    after = 0
    while True:
        rows = message_reads.reactors(tea.database, "bob", "tea", 5, "👍", after, 10)
        if not rows:
            break
        listed += [row.user for row in rows]
        after = rows[-1].place
    assert listed == people[::-1]
    assert message_reads.reactors(tea.database, "bob", "tea", 5, "🍵", 0, 10) == ()
    assert len(message_reads.reactors(tea.database, "bob", "tea", 5, None, 0, 99)) == 25


def test_a_page_names_no_more_people_than_fit(tea: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_parts, "NAMED_ON_A_PAGE", 3)
    for emoji in ("👍", "🍵"):
        for user in ("alice", "bob"):
            tea.do(react(user, emoji))
    assert shown(tea) == [("👍", 2, "alice bob", True), ("🍵", 2, "alice", True)]


def test_who_may_not_see_a_message_does_not_see_who_reacted(tea: Desk) -> None:
    tea.user("dave")
    for user, code in (("dave", Code.FORBIDDEN), ("erin", Code.FORBIDDEN)):
        with pytest.raises(Refusal) as caught:
            message_reads.reactors(tea.database, user, "tea", 5, None, 0, 10)
        assert caught.value.code == code
    tea.member("tea", "dave")
    with pytest.raises(Refusal) as caught:
        message_reads.reactors(tea.database, "dave", "tea", 5, None, 0, 10)
    assert caught.value.code == Code.NOT_FOUND


def test_counts_are_exact_whatever_happens(tea: Desk) -> None:
    chance = random.Random(7)
    seqs = [5, tea.say("tea", "bob"), tea.say("tea", "carol")]
    model: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for _ in range(400):
        seq, user = chance.choice(seqs), chance.choice(("alice", "bob", "carol"))
        emoji, on = chance.choice("👍🍵🎉"), chance.random() < 0.6
        people = model[seq, emoji]
        change = partial(react, user, emoji, on, seq)
        if on == (user in people):
            assert tea.code(changes=(change(),)) == (Code.EXISTS if on else Code.NOT_FOUND)
            continue
        (event,) = tea.do(change()).events
        people.append(user) if on else people.remove(user)
        assert event.body == b"%d" % len(people)
    page = timeline.page(tea.database, "bob", "tea", None, None, None, 50)
    found = {(row.seq, row.emoji): row for row in page.reactions}
    assert found == {
        (seq, emoji): ReactionRow(seq, emoji, len(people), tuple(people), "bob" in people)
        for (seq, emoji), people in model.items()
        if people
    }
    assert [row.seq for row in page.reactions] == sorted(row.seq for row in page.reactions)
