"""One unit: all or nothing, and once for each key."""

import pytest
from msgspec.structs import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.unit import Append, ChangeRoom, CreateRoom, IsMember, SetMember, Unit
from chatd.store import timeline
from tests.store.desk import NOW, Desk


def send(user: str = "alice", key: str | None = "k", digest: bytes = b"1") -> Unit:
    return Unit(
        user,
        requires=(IsMember("tea", user),),
        changes=(Append("tea", "message", user, NOW, b"{}", numbered=True),),
        key=key,
        digest=digest,
    )


@pytest.fixture
def tea(desk: Desk) -> Desk:
    desk.room("tea")
    desk.member("tea", "alice")
    return desk


def test_the_same_key_has_one_effect_and_one_answer(tea: Desk) -> None:
    first = tea.unit(send())
    again = tea.unit(send())
    assert (first.repeated, again.repeated) == (False, True)
    assert again.answer == first.answer
    assert (first.answer.seq, first.answer.number, first.answer.at) == (3, 1, NOW)
    assert (again.events, again.marks, again.members) == ((), (), ())
    assert timeline.position(tea.database) == 3


def test_a_repeated_key_is_answered_though_nothing_holds_any_more(tea: Desk) -> None:
    first = tea.unit(send())
    tea.member("tea", "alice", None)
    assert tea.unit(send()).answer == first.answer


def test_the_same_key_for_something_else_is_a_conflict(tea: Desk) -> None:
    tea.unit(send())
    with pytest.raises(Refusal) as caught:
        tea.unit(send(digest=b"2"))
    assert (caught.value.code, caught.value.retry) == (Code.CONFLICT, False)
    assert timeline.position(tea.database) == 3


def test_keys_belong_to_their_author(tea: Desk) -> None:
    tea.member("tea", "bob")
    first, other = tea.unit(send()), tea.unit(send("bob", digest=b"2"))
    assert not other.repeated and other.answer.seq != first.answer.seq


def test_a_refused_command_may_succeed_later_with_its_key(tea: Desk) -> None:
    with pytest.raises(Refusal):
        tea.unit(send("bob"))
    tea.member("tea", "bob")
    assert not tea.unit(send("bob")).repeated
    assert tea.unit(send("bob")).repeated


def test_without_a_key_everything_happens_anew(tea: Desk) -> None:
    assert tea.unit(send(key=None)).answer.seq == 3
    assert tea.unit(send(key=None)).answer.seq == 4


def test_a_conversation_that_was_there_already_is_the_keys_answer(tea: Desk) -> None:
    def unit(room: str, key: str) -> Unit:
        make = CreateRoom(room, "direct", "", None, "", "alice", NOW, True, ("alice", "bob"))
        event = Append(room, "room", "alice", NOW, b"{}")
        return Unit("alice", changes=(make, event), key=key, room=room)

    assert tea.unit(unit("one", "a")).answer.room == "one"
    assert tea.unit(unit("two", "b")).answer.room == "one"
    again = tea.unit(unit("two", "b"))
    assert again.repeated and again.answer.room == "one"


def test_a_unit_refused_half_way_leaves_no_trace(tea: Desk) -> None:
    tea.room("den", slug="den")
    before = timeline.position(tea.database)
    unit = Unit(
        "alice",
        changes=(
            Append("tea", "message", "alice", NOW, b"{}", numbered=True),
            SetMember("tea", "bob", "member"),
            ChangeRoom("tea", slug="den"),
        ),
        key="k",
    )
    with pytest.raises(Refusal) as caught:
        tea.unit(unit)
    assert caught.value.code == Code.NAME_TAKEN
    assert timeline.position(tea.database) == before
    assert timeline.intervals(tea.database, "bob", "tea").spans == ()
    done = tea.unit(replace(unit, changes=unit.changes[:1]))
    assert not done.repeated and done.events[0].position == before + 1


def test_a_broken_unit_is_undone_alone(tea: Desk) -> None:
    unit = Unit("alice", changes=(*send().changes, SetMember("tea", "ghost", "member")))
    with pytest.raises(Exception, match="FOREIGN KEY"):
        tea.unit(unit)
    assert tea.unit(send()).answer.seq == 3
