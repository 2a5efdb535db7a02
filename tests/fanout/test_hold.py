import pytest

from chatd.fanout.hold import HELD_BYTES, HELD_EVENTS
from tests.fanout.stage import Stage


def test_what_does_not_fit_is_passed_on_to_open_rooms_and_refused_to_new_ones() -> None:
    stage = Stage(tea="ann", jam="ann")
    ann, subscriber = stage.attach("ann", "tea")
    subscriber.hold()
    position, head = stage.log.position, stage.log.head("jam")
    for _ in range(HELD_EVENTS):
        stage.log.say("jam")
        stage.log.say("tea")
    stage.deliver()
    assert subscriber.overflowed
    assert len(ann.events) == HELD_EVENTS and len(ann.writes) == 1
    assert subscriber.heads() == stage.log.head("tea")
    # Read again, as the features do.
    subscriber.hold()
    assert not subscriber.overflowed
    position, head = stage.log.position, stage.log.head("jam")
    last = stage.log.say("jam")
    stage.deliver()
    subscriber.show("jam", position=position, head=head, members=1)
    ann.take()
    subscriber.release()
    assert ann.events == [last.position]
    assert set(subscriber.open_rooms) == {"tea", "jam"}


def test_bytes_count_too() -> None:
    stage = Stage(tea="ann")
    _, subscriber = stage.attach("ann", "tea")
    subscriber.hold()
    for _ in range(3):
        stage.log.say("tea", text="x" * (HELD_BYTES // 3))
        assert not subscriber.overflowed
        stage.deliver()
    assert subscriber.overflowed


def test_a_snapshot_older_than_what_is_kept_opens_nothing_and_ends_in_a_resync() -> None:
    stage = Stage(tea="ann", jam="ann")
    ann, subscriber = stage.attach("ann", "tea")
    position, head = stage.log.position, stage.log.head("jam")
    stage.log.say("jam")
    stage.deliver()
    ann.take()
    subscriber.hold()
    subscriber.show("jam", position=position, head=head, members=1)
    assert subscriber.overflowed and "jam" not in subscriber.open_rooms
    subscriber.release()
    assert [frame["type"] for frame in ann.take()] == ["resync"]
    assert not subscriber.open_rooms
    stage.log.say("tea")
    stage.deliver()
    assert ann.events == []


def test_too_much_behind_a_page_whose_reply_is_not_out_ends_in_a_resync() -> None:
    stage = Stage(tea="ann", jam="ann")
    ann, subscriber = stage.attach("ann", "tea")
    subscriber.hold()
    stage.show(subscriber, "jam")
    for _ in range(HELD_EVENTS + 1):
        stage.log.say("tea")
    stage.deliver()
    stage.log.say("tea")
    stage.deliver()
    assert ann.writes == []
    subscriber.hold()
    assert subscriber.overflowed
    subscriber.release()
    # No event before the resync: the last cursor the client saw still tells all it has.
    assert [frame["type"] for frame in ann.take()] == ["resync"]
    assert not subscriber.open_rooms and not subscriber.overflowed


def test_signals_that_came_meanwhile_follow_what_was_kept_back() -> None:
    stage = Stage(tea="ann bob", jam="ann")
    ann, subscriber = stage.attach("ann", "tea")
    subscriber.hold()
    said = stage.log.say("tea")
    removal = stage.log.move("tea", "ann", False)
    stage.deliver()
    stage.clock.advance(1)
    assert ann.writes == []
    subscriber.release()
    assert [frame.get("position", frame["type"]) for frame in ann.frames] == [
        said.position,
        removal.position,
        "room_removed",
    ]


def test_showing_without_holding_is_a_mistake_of_ours() -> None:
    stage = Stage(tea="ann")
    _, subscriber = stage.attach("ann")
    with pytest.raises(RuntimeError):
        stage.show(subscriber, "tea")


def test_a_room_that_the_books_know_one_is_not_in_does_not_open() -> None:
    stage = Stage(tea="bob")
    ann, subscriber = stage.attach("ann")
    subscriber.hold()
    stage.show(subscriber, "tea")
    subscriber.release()
    stage.log.say("tea")
    stage.deliver()
    assert ann.writes == [] and not subscriber.open_rooms
    assert "tea" not in stage.hub.books.channels


def test_a_dropped_reader_gets_nothing_that_was_kept_back() -> None:
    stage = Stage(tea="ann", jam="ann")
    ann, subscriber = stage.attach("ann", "tea")
    subscriber.hold()
    stage.log.say("tea")
    stage.deliver()
    stage.show(subscriber, "jam")
    subscriber.drop_all()
    subscriber.release()
    assert ann.writes == [] and not subscriber.open_rooms
    assert subscriber.heads() == 0


def test_an_outbox_that_fails_while_too_much_is_kept_back_harms_nobody() -> None:
    stage = Stage(tea="ann bob")
    _, subscriber = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    subscriber.hold()

    def fail(data: bytes) -> None:
        raise OSError("broken")

    subscriber.outbox.write = fail
    for _ in range(HELD_EVENTS + 1):
        stage.log.say("tea")
    stage.deliver()
    assert len(stage.faults) == 1 and len(bob.events) == HELD_EVENTS + 1


def test_a_page_read_before_a_slow_reader_was_dropped_is_not_gone_live_from() -> None:
    stage = Stage(tea="ann")
    ann, subscriber = stage.attach("ann", "tea")
    subscriber.hold()
    position, head = stage.log.position, stage.log.head("tea")
    stage.log.say("tea")
    stage.deliver()
    subscriber.drop_all()
    ann.take()
    subscriber.show("tea", position=position, head=head, members=1)
    assert subscriber.overflowed
    subscriber.release()
    stage.log.say("tea")
    stage.deliver()
    assert ann.events == []
