"""Who has got and read one message, also among ten thousand."""

import time

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.messages import ReadBy, RecipientRow
from chatd.engine.unit import AdvanceMark
from chatd.store.receipt_reads import read_by
from tests.store.desk import NOW, Desk

PEOPLE = 10_000


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """A room of alice, bob, carol and dave, in which alice said something at seq 6."""
    desk.user("dave")
    desk.room("tea")
    for user in ("alice", "bob", "carol", "dave"):
        desk.member("tea", user)
    assert desk.say("tea", "alice") == 6
    return desk


def mark(desk: Desk, user: str, delivered: int, read: int = 0) -> None:
    desk.do(AdvanceMark("tea", user, delivered, read, NOW))


def asked(desk: Desk, seq: int = 6, user: str = "alice", after: str | None = None) -> ReadBy:
    return read_by(desk.database, user, "tea", seq, after, 50)


def test_who_read_it_has_got_it_as_well(tea: Desk) -> None:
    assert asked(tea) == ReadBy(3, 0, 0, ())
    mark(tea, "dave", 6, 6)
    mark(tea, "bob", 6, 5)
    mark(tea, "carol", 5, 5)
    expected = (RecipientRow("bob", "bob", False), RecipientRow("dave", "dave", True))
    assert asked(tea) == ReadBy(3, 2, 1, expected)
    assert asked(tea, after="bob").people == expected[1:]


def test_the_author_is_left_out_whoever_asks(tea: Desk) -> None:
    assert asked(tea, user="bob").of == 3


def test_who_hides_their_receipts_is_neither_listed_nor_counted(tea: Desk) -> None:
    mark(tea, "bob", 6, 6)
    tea.database.run("update users set shows_receipts = 0 where id = 'bob'", {})
    assert asked(tea) == ReadBy(2, 0, 0, ())


def test_only_who_could_see_it_and_is_there_still_counts(tea: Desk) -> None:
    mark(tea, "carol", 6, 6)
    tea.member("tea", "carol", None)
    tea.user("erin")
    tea.member("tea", "erin")
    mark(tea, "erin", 8, 8)
    assert asked(tea) == ReadBy(2, 0, 0, ())
    # Who came back saw it during the first stay.
    tea.member("tea", "carol")
    assert asked(tea) == ReadBy(3, 1, 1, (RecipientRow("carol", "carol", True),))


def test_who_may_not_see_a_message_does_not_learn_who_does(tea: Desk) -> None:
    tea.user("erin")
    with pytest.raises(Refusal) as caught:
        asked(tea, user="erin")
    assert caught.value.code == Code.FORBIDDEN
    tea.member("tea", "erin")
    for seq in (6, 1, 99):
        with pytest.raises(Refusal) as caught:
            asked(tea, seq, user="erin")
        assert caught.value.code == Code.NOT_FOUND
    tea.erase("tea", "alice", 6)
    with pytest.raises(Refusal) as caught:
        asked(tea)
    assert caught.value.code == Code.GONE


def test_ten_thousand_are_counted_in_a_moment(tea: Desk) -> None:
    run = tea.database.run
    run(
        """
        insert into users (id, name, skeleton, display, admin, created)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < :people)
        select 'p' || i, 'p' || i, 'p' || i, 'p' || i, 0, 0 from n
        """,
        {"people": PEOPLE},
    )
    run(
        """
        insert into memberships (room, person, from_seq, to_seq, role)
        select 'tea', id, 1, null, 'member' from users where id like 'p%'
        """,
        {},
    )
    run(
        """
        insert into marks (room, person, delivered, read, at)
        select 'tea', id, 6, case when length(id) = 5 then 6 else 0 end, 0 from users
        where id like 'p%'
        """,
        {},
    )
    began = time.perf_counter()
    found = asked(tea)
    took = time.perf_counter() - began
    assert (found.of, found.delivered, found.read) == (PEOPLE + 3, PEOPLE, 9000)
    assert len(found.people) == 50
    # 10 to 20 ms were measured; without its indexes it would look at 10,000 x 10,000 rows.
    assert took < 2, took
