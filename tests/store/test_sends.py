"""Messages written together come out exactly as one by one: outcomes, refusals, every row."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import SetDisabled
from chatd.engine.rows import Committed, RoleName
from chatd.engine.unit import (
    AccountOpen,
    Append,
    ChangeRoom,
    MayWrite,
    Mentions,
    SeesMessage,
    SetBlock,
    SetMember,
    Unit,
)
from chatd.store.apply import apply, with_current_bodies
from chatd.store.database import TransactionLost
from chatd.store.sends import Outcome, apply_all, is_send
from chatd.store.sqlite import FAILURES
from chatd.store.work import Work
from tests.store.desk import NOW, Desk

PEOPLE = ("alice", "bob", "carol")
ROOMS = ("tea", "den", "pair", "nowhere")
TABLES = ("events", "rooms", "marks", "ledger", "memberships", "mentions", "users", "blocks")


def world() -> Desk:
    desk = Desk()
    desk.user(*PEOPLE)
    desk.room("tea")
    desk.room("den")
    desk.room("pair", kind="direct", pair=("alice", "bob"))
    for room, users in (("tea", PEOPLE), ("den", ("alice", "bob")), ("pair", ("alice", "bob"))):
        for user in users:
            desk.member(room, user, "moderator" if user == "alice" else "member")
    return desk


def sending(
    user: str = "alice",
    key: str | None = "k",
    room: str = "tea",
    text: str = "hello",
    at: int = NOW,
    body: Any = None,
    mentions: Mentions | None = None,
    answers: int | None = None,
) -> Unit:
    """The unit that `features.messages.send` makes, as the engine completes it."""
    seen = () if answers is None else (SeesMessage(room, answers, user),)
    made = text.encode() if body is None else body
    return Unit(
        user,
        requires=(AccountOpen(user), MayWrite(room, user, at), *seen),
        changes=(Append(room, "message", user, at, made, numbered=True, mentions=mentions),),
        key=key,
        digest=text.encode(),
    )


def one_by_one(work: Work, units: list[Unit]) -> list[Outcome]:
    """The plain way."""
    outcomes: list[Outcome] = []
    for unit in units:
        try:
            outcomes.append(apply(work, unit))
        except FAILURES:
            raise
        except Exception as error:
            outcomes.append(error)
    return outcomes


def admitted(unit: Unit) -> None:
    """There is room on the disk."""


def told(outcome: Outcome) -> object:
    """An outcome as something that can be compared."""
    if isinstance(outcome, Refusal):
        return (outcome.code, outcome.message, outcome.retry, outcome.retry_after, outcome.field)
    return outcome if isinstance(outcome, Committed) else (type(outcome), str(outcome))


def run(desk: Desk, units: list[Unit], together: bool) -> list[object]:
    desk.database.run("begin immediate", {})
    desk.work.replaced.clear()
    found = apply_all(desk.work, units, admitted) if together else one_by_one(desk.work, units)
    outcomes = [
        with_current_bodies(desk.work, each) if isinstance(each, Committed) else each
        for each in found
    ]
    desk.database.run("commit", {})
    return [told(each) for each in outcomes]


def rows(desk: Desk) -> dict[str, list[Any]]:
    return {table: desk.database.rows(f"select * from {table}", {}) for table in TABLES}


def changes(user: str, room: str, at: int) -> list[Unit]:
    """What may change whether one may write."""

    def becomes(role: RoleName | None) -> Unit:
        return Unit(user, changes=(Append(room, "m", user, at, b"{}"), SetMember(room, user, role)))

    return [
        becomes(None),
        becomes("reader"),
        becomes("member"),
        *(Unit(user, changes=(SetDisabled(user, each, at),)) for each in (True, False)),
        *(Unit(user, changes=(SetBlock("alice", user, each, at),)) for each in (True, False)),
        *(Unit(user, changes=(ChangeRoom(room, archived=each),)) for each in (True, False)),
        *(Unit(user, changes=(ChangeRoom(room, slow=each),)) for each in (2, 0)),
        *(
            Unit(user, changes=(ChangeRoom(room, posting=each),))
            for each in ("moderator", "member")
        ),
    ]


@st.composite
def units(draw: st.DrawFn, number: int) -> Unit:
    user = draw(st.sampled_from(("bob", *PEOPLE)))
    room = draw(st.sampled_from(("tea", "tea", "pair", *ROOMS)))
    if draw(st.integers(0, 2)) == 0:
        places = room if room != "nowhere" else "tea"
        return draw(st.sampled_from(changes(user, places, NOW + number)))
    return sending(
        user,
        draw(st.sampled_from(["k1", "k2", "k3", f"n{number}", f"n{number}", None])),
        room,
        draw(st.sampled_from(["hello", "hullo"])),
        NOW + number * draw(st.sampled_from([1, 1000])),
        draw(st.sampled_from([None] * 9 + [7])),
        draw(st.sampled_from([None, None, None, Mentions(("bob", "nobody"))])),
        draw(st.sampled_from([None, None, None, 2, 6])),
    )


@st.composite
def transactions(draw: st.DrawFn) -> list[list[Unit]]:
    sizes = draw(st.lists(st.integers(1, 14), min_size=1, max_size=3))
    numbers = iter(range(sum(sizes)))
    return [[draw(units(next(numbers))) for _ in range(size)] for size in sizes]


@settings(max_examples=150, deadline=None)
@given(transactions())
def test_whatever_comes_together_ends_as_if_it_came_one_by_one(work: list[list[Unit]]) -> None:
    plain, fast = world(), world()
    for each in work:
        assert run(fast, each, together=True) == run(plain, each, together=False)
        assert rows(fast) == rows(plain)
        assert fast.work.position == plain.work.position


CHANGES = len(changes("bob", "tea", NOW))


@pytest.mark.parametrize("room", ["tea", "pair"])
@pytest.mark.parametrize("which", range(CHANGES))
def test_what_changes_between_two_messages_counts_for_the_second(which: int, room: str) -> None:
    plain, fast = world(), world()
    change = changes("bob", room, NOW + 1)[which]
    first = [sending("bob", key, room, at=NOW + 2) for key in "ab"]
    then = [sending("bob", key, room, at=NOW + 3) for key in "cd"]
    work = [*first, change, *then]
    assert run(fast, work, together=True) == run(plain, work, together=False)
    assert rows(fast) == rows(plain)


def test_slow_mode_holds_between_messages_that_come_together() -> None:
    desk = world()
    desk.do(ChangeRoom("tea", slow=2))
    batch = [
        sending("bob", "a"),
        sending("bob", "b", at=NOW + 1),
        sending("bob", "c", at=NOW + 2001),
    ]
    first, soon, later = run(desk, batch, together=True)
    assert isinstance(first, Committed) and isinstance(later, Committed)
    assert isinstance(soon, tuple) and soon[0] is Code.RATE_LIMITED


def test_a_message_of_everyday_is_written_together_with_others() -> None:
    assert is_send(sending())
    assert not is_send(sending(key=None))
    assert not is_send(sending(mentions=Mentions(("bob",))))
    assert not is_send(sending(answers=2))


def test_two_hundred_messages_take_few_statements() -> None:
    desk = world()
    ran: list[str] = []
    desk.database.connection.trace_v2(1, lambda each: ran.append(each["sql"]))
    batch = [sending("bob", f"k{n}") for n in range(200)]
    # The rows of the log, of the ledger, and hardly anything else.
    run(desk, batch, together=True)
    assert len(ran) < 2 * 200 + 20
    assert desk.database.row("select head, number from rooms where id = 'tea'", {}) == (204, 200)


def test_one_that_cannot_be_written_takes_no_other_with_it() -> None:
    desk = world()
    batch = [sending("bob", "a"), sending("bob", "b", body=7), sending("alice", "c")]
    first, wrong, last = run(desk, batch, together=True)
    assert isinstance(first, Committed) and isinstance(last, Committed)
    assert not isinstance(wrong, Committed)
    assert (first.answer.number, last.answer.number) == (1, 2)


def test_a_retry_in_the_same_transaction_is_answered_with_the_first() -> None:
    desk = world()
    first, retry, other = run(desk, [sending(), sending(), sending(text="another")], together=True)
    assert isinstance(first, Committed) and isinstance(retry, Committed)
    assert retry.answer == first.answer and retry.repeated and not retry.events
    assert isinstance(other, tuple) and other[0] is Code.CONFLICT


def test_a_refused_admission_leaves_the_others_alone() -> None:
    desk = world()

    def admit(unit: Unit) -> None:
        if unit.key == "b":
            raise Refusal(Code.STORAGE_FULL, "There is no room.")

    desk.database.run("begin immediate", {})
    found = apply_all(desk.work, [sending(key=key) for key in "abc"], admit)
    desk.database.run("commit", {})
    assert [isinstance(each, Committed) for each in found] == [True, False, True]


def test_what_the_ledger_knows_is_answered_though_nothing_is_admitted() -> None:
    desk = world()
    # The plain way as well: one that mentions somebody, and one in slow mode.
    desk.do(ChangeRoom("den", slow=10))
    said = [
        sending(key="a"),
        sending(key="b", mentions=Mentions(("bob",))),
        sending(key="c", user="bob", room="den"),
    ]
    first = run(desk, said, together=True)

    def admit(unit: Unit) -> None:
        raise Refusal(Code.STORAGE_FULL, "There is no room.")

    desk.database.run("begin immediate", {})
    again = apply_all(desk.work, [*said, sending(key="new"), sending(key="a", text="other")], admit)
    desk.database.run("commit", {})
    for each, before in zip(again, first, strict=False):
        assert isinstance(each, Committed) and isinstance(before, Committed)
        assert each.repeated and each.answer == before.answer
    codes = [each.code for each in again[3:] if isinstance(each, Refusal)]
    assert codes == [Code.STORAGE_FULL, Code.CONFLICT]


def test_a_transaction_that_cannot_be_undone_is_lost() -> None:
    class Torn(Desk):
        def many(self, sql: str, rows: Any) -> None:
            self.database.run("rollback", {})
            raise ValueError("torn")

    desk = Torn()
    desk.user("alice")
    desk.room("tea")
    desk.member("tea", "alice")
    desk.database.many = desk.many  # type: ignore[method-assign]
    desk.database.run("begin immediate", {})
    with pytest.raises(TransactionLost):
        apply_all(desk.work, [sending()], admitted)
