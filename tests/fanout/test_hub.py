import json

import pytest

from chatd.engine.envelope import Envelope
from chatd.fanout.books import NEVER
from tests.fakes.listener import Listener
from tests.fanout.stage import Stage


def kinds(frames: list[dict[str, object]]) -> list[object]:
    return [frame.get("position", frame["type"]) for frame in frames]


def test_what_one_turn_brought_leaves_in_one_write_that_all_share() -> None:
    stage = Stage(tea="ann bob cat")
    listeners = [stage.attach(user, "tea")[0] for user in ("ann", "bob", "cat")]
    for _ in range(5):
        stage.log.say("tea")
        stage.deliver(turn=False)
    assert all(listener.writes == [] for listener in listeners)
    stage.clock.turn()
    assert [len(listener.writes) for listener in listeners] == [1, 1, 1]
    assert len({id(listener.writes[0]) for listener in listeners}) == 1
    assert listeners[0].events == [4, 5, 6, 7, 8]


def test_what_a_fault_left_behind_leaves_with_the_next_flush() -> None:
    stage = Stage(tea="ann bob")
    ann, _ = stage.attach("ann", "tea")
    told, turn = stage.hub.audience.stirred, stage.hub.turn
    said = stage.log.say("tea")
    stage.hub.audience.stirred = None  # type: ignore[method-assign,assignment]
    with pytest.raises(TypeError):
        stage.deliver()
    stage.hub.audience.stirred = told  # type: ignore[method-assign]
    assert ann.events == []
    turn.flush()
    assert ann.events == [said.position]


def test_several_rooms_are_merged_by_position_into_one_write() -> None:
    stage = Stage(tea="ann bob", jam="ann cat", den="ann bob cat")
    ann, _ = stage.attach("ann", "tea", "jam", "den")
    bob, _ = stage.attach("bob", "tea", "den")
    cat, _ = stage.attach("cat", "jam")
    said = [stage.log.say(room) for room in ("den", "tea", "jam", "tea", "den", "jam")]
    stage.deliver()
    assert ann.events == [each.position for each in said]
    assert bob.events == [each.position for each in said if each.room != "jam"]
    assert [kind for kind in kinds(cat.frames) if kind != "activity"] == [
        each.position for each in said if each.room == "jam"
    ]
    assert [len(each.writes) for each in (ann, bob, cat)] == [1, 1, 1]


def test_turns_in_which_nothing_happens_write_nothing() -> None:
    stage = Stage(tea="ann")
    ann, _ = stage.attach("ann", "tea")
    stage.hub.turn.flush()
    stage.clock.advance(60)
    assert ann.writes == []
    assert stage.clock.waiting() == 0


def test_one_sees_ones_own_removal_then_a_signal_then_nothing() -> None:
    stage = Stage(tea="ann bob", jam="bob")
    bob, subscriber = stage.attach("bob", "tea", "jam")
    ann, _ = stage.attach("ann", "tea")
    said = stage.log.say("tea")
    removal = stage.log.move("tea", "bob", False)
    stage.log.say("tea")
    aside = stage.log.say("jam")
    stage.deliver()
    assert kinds(bob.frames) == [
        said.position,
        removal.position,
        "room_removed",
        aside.position,
    ]
    assert len(bob.writes) == 1
    assert len(ann.events) == 3
    assert set(subscriber.open_rooms) == {"jam"}
    bob.take()
    stage.log.say("tea")
    stage.deliver()
    stage.clock.advance(5)
    assert bob.writes == []


def test_a_new_member_is_told_and_hears_the_room_once_it_is_open() -> None:
    stage = Stage(tea="ann")
    bob, subscriber = stage.attach("bob")
    stage.log.move("tea", "bob", True)
    stage.log.edit("tea")
    stage.deliver()
    assert bob.take() == [{"type": "room_added", "room": "tea"}]
    stage.open(subscriber, "tea")
    said = stage.log.say("tea")
    stage.deliver()
    assert bob.events == [said.position]


def test_a_movement_that_the_snapshot_holds_already_is_no_news() -> None:
    stage = Stage(tea="ann")
    # The store is ahead: out and in again are committed, the hub has not heard of it.
    stage.log.move("tea", "ann", False)
    stage.log.move("tea", "ann", True)
    ann, subscriber = stage.attach("ann")
    stage.deliver()
    assert ann.take() == []
    stage.log.move("tea", "ann", False)
    stage.log.move("tea", "ann", True)
    stage.open(subscriber, "tea")
    second, _ = stage.attach("ann")
    stage.deliver()
    # Here the room was shown from behind both; the other connection learns of them.
    assert kinds(ann.take()) == ["presence"]
    assert kinds(second.take()) == ["room_removed", "room_added"]
    assert set(subscriber.open_rooms) == {"tea"}


def test_what_is_shown_ahead_of_the_hub_comes_once_and_then_is_shared_again() -> None:
    stage = Stage(tea="ann bob")
    bob, _ = stage.attach("bob", "tea")
    stage.log.say("tea")
    stage.log.say("tea")
    ann, subscriber = stage.attach("ann", "tea")
    assert subscriber.heads() == stage.log.head("tea")
    third = stage.log.say("tea")
    stage.deliver()
    assert ann.events == [third.position]
    assert len(bob.events) == 3
    for listener in (ann, bob):
        listener.take()
    stage.log.say("tea")
    stage.log.say("tea")
    stage.deliver()
    assert len(ann.events) == 2 and ann.writes[0] is bob.writes[0]


def test_activity_tells_members_who_look_elsewhere_at_most_once_a_second() -> None:
    stage = Stage(tea="ann bob cat", jam="ann")
    ann, _ = stage.attach("ann", "jam")
    second, _ = stage.attach("ann")
    bob, _ = stage.attach("bob", "tea")
    for _ in range(25):
        said = stage.log.say("tea")
        stage.deliver()
        stage.clock.advance(0.1)
    stage.clock.advance(10)
    told = ann.signals("activity")
    assert 3 <= len(told) <= 4
    assert told[-1] == {
        "type": "activity",
        "room": "tea",
        "seq": said.seq,
        "number": said.number,
    }
    assert second.signals("activity") == told
    assert bob.signals("activity") == [] and ann.events == []


def test_an_edit_is_no_activity() -> None:
    stage = Stage(tea="ann")
    ann, _ = stage.attach("ann")
    stage.log.edit("tea")
    stage.deliver()
    assert ann.writes == []


def test_an_outbox_that_fails_harms_nobody_and_leaves_no_hole() -> None:
    stage = Stage(tea="ann bob cat")
    attached = {user: stage.attach(user, "tea") for user in ("ann", "bob", "cat")}

    def fail(data: bytes) -> None:
        raise OSError("broken")

    _, broken = attached["bob"]
    broken.outbox.write = fail
    stage.log.say("tea")
    stage.deliver()
    assert [type(fault) for fault in stage.faults] == [OSError]
    assert len(attached["ann"][0].events) == len(attached["cat"][0].events) == 1
    assert not broken.open_rooms


def test_a_reader_may_be_dropped_or_leave_in_the_midst_of_a_flush() -> None:
    stage = Stage(tea="ann bob cat", jam="ann bob cat")
    attached = {user: stage.attach(user, "tea", "jam") for user in ("ann", "bob", "cat")}
    for user, leave in (("ann", False), ("bob", True)):
        _, subscriber = attached[user]
        subscriber.outbox.write = lambda data, s=subscriber, go=leave: (
            s.detach() if go else s.drop_all()
        )
    for room in ("tea", "jam", "tea"):
        stage.log.say(room)
    stage.deliver()
    assert stage.faults == []
    assert len(attached["cat"][0].events) == 3
    assert not attached["ann"][1].open_rooms
    assert "bob" not in stage.hub.books.people


def test_a_single_room_with_held_readers_still_goes_out_to_the_others() -> None:
    stage = Stage(tea="ann bob")
    ann, held = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    held.hold()
    assert stage.hub.books.channels["tea"].aside[held][0] == NEVER
    stage.log.say("tea")
    stage.deliver()
    assert ann.writes == [] and len(bob.events) == 1
    held.release()
    assert len(ann.events) == 1


def test_the_books_are_empty_when_everyone_is_gone() -> None:
    stage = Stage(tea="ann bob", jam="bob")
    subscribers = [stage.attach(user, "tea")[1] for user in ("ann", "bob", "bob")]
    for subscriber in subscribers:
        subscriber.detach()
    assert not stage.hub.books.people and not stage.hub.books.channels
    stage.clock.advance(60)
    assert stage.clock.waiting() == 0


def test_words_from_before_somebody_came_are_kept_from_them_alone() -> None:
    stage = Stage(tea="ann bob cat dan", jam="cat dan")
    ann, _ = stage.attach("ann", "tea")
    cat, at_tea = stage.attach("cat", "tea", "jam")
    dan, held = stage.attach("dan", "tea", "jam")
    aside, late = stage.attach("cat")
    held.hold()
    late.hold()
    stage.show(late, "tea")
    said = stage.log.say("tea", text="one")
    edited = stage.log.edit("tea", text="two", kept_from=("cat", "dan"))
    elsewhere = stage.log.say("jam", text="three")
    stage.deliver()
    held.release()
    late.release()
    stage.clock.turn()

    def texts(listener: Listener) -> list[object]:
        return [frame["text"] for frame in listener.frames if "position" in frame]

    assert texts(ann) == [said_text(said), said_text(edited)]
    assert texts(cat) == texts(dan) == [said_text(said), "", said_text(elsewhere)]
    assert texts(aside) == [said_text(said), ""]
    # From then on they hear the room as everybody does.
    after = stage.log.say("tea", text="four")
    stage.deliver()
    assert texts(cat)[-1] == texts(dan)[-1] == texts(aside)[-1] == said_text(after)
    assert len({id(each.writes[-1]) for each in (ann, cat, dan, aside)}) == 1
    assert set(at_tea.open_rooms) == {"tea", "jam"}


def test_who_leaves_in_the_same_turn_is_kept_from_it_too() -> None:
    stage = Stage(tea="ann bob")
    bob, _ = stage.attach("bob", "tea")
    stage.log.edit("tea", text="one", kept_from=("bob",))
    stage.log.move("tea", "bob", False)
    stage.deliver()
    assert bob.frames[0]["text"] == ""
    assert [frame["type"] for frame in bob.frames] == ["event", "event", "room_removed"]


def said_text(envelope: Envelope) -> object:
    return json.loads(envelope.payload)["text"]


def test_what_one_says_counts_as_read_on_ones_other_connections() -> None:
    stage = Stage(tea="ann bob")
    looking, _ = stage.attach("ann", "tea")
    elsewhere, _ = stage.attach("ann")
    bob, _ = stage.attach("bob")
    said = stage.log.say("tea", "ann")
    stage.deliver()
    stage.clock.advance(10)
    own = {"type": "marked", "room": "tea", "delivered": said.seq, "read": said.seq}
    assert elsewhere.signals("marked") == [own]
    assert looking.signals("marked") == bob.signals("marked") == []
    assert len(bob.signals("activity")) == 1
