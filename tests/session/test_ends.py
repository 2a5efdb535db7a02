"""A slow reader, and every way in which a connection ends."""

import json
from typing import cast

from msgspec.structs import replace

from chatd.core.codes import Close
from chatd.engine.rows import Answer, Committed
from chatd.session.session import CLOSING_SECONDS
from chatd.session.states import State
from tests.fakes.tiny import LIMITS
from tests.session.rig import WIDE, Rig


def stalled(rig: Rig) -> None:
    rig.wire.room = 100
    while not rig.outbox.stalled:
        rig.outbox.write(b"\x81\x05hello" * 1000)


def test_a_slow_reader_is_dropped_told_and_may_go_on() -> None:
    rig = Rig(replace(WIDE, reader_bytes=20_000))
    rig.subscriber.shown["r1"] = 3
    stalled(rig)
    assert not rig.wire.reading
    assert rig.subscriber.open_rooms == ()
    rig.wire.take()
    assert rig.session.state is State.OPEN
    assert rig.wire.reading
    assert json.loads(rig.wire.frames()[-1])["type"] == "resync"
    rig.read = len(rig.wire.frames())
    rig.send("touch", 1)
    rig.store.fire(0)
    assert rig.answers() == [(1, "done")]


def test_a_room_opened_while_the_reply_was_dropped_is_not_open_after_resync() -> None:
    rig = Rig(replace(WIDE, reader_bytes=20_000))
    rig.send("peek", 1)
    stalled(rig)
    rig.subscriber.show("r1", position=1, head=1, members=1)
    rig.store.reads[0].fire(None)
    rig.wire.take()
    assert rig.subscriber.open_rooms == ()
    assert json.loads(rig.wire.frames()[-1])["type"] == "resync"


def test_a_reader_that_takes_nothing_is_closed_and_cut() -> None:
    rig = Rig(replace(WIDE, reader_bytes=20_000))
    stalled(rig)
    rig.pass_time(32, taking=False)
    assert rig.wire.closed is not None and rig.wire.closed[0] == Close.SLOW_READER
    assert not rig.wire.aborted
    rig.pass_time(int(CLOSING_SECONDS), taking=False)
    assert rig.wire.aborted
    assert rig.session.state is State.CLOSED


def test_both_reasons_not_to_read_must_go_before_reading_goes_on() -> None:
    rig = Rig(replace(WIDE, reader_bytes=20_000))
    for number in range(32):
        rig.say(number)
    stalled(rig)
    rig.wire.take()
    assert not rig.wire.reading
    for index in range(32):
        rig.store.fire(index)
    assert rig.wire.reading


def test_draining_says_when_to_come_back() -> None:
    rig = Rig()
    rig.session.drain(3.5)
    [bye] = rig.new()
    assert bye == {
        "type": "bye",
        "code": 1012,
        "reason": "The server restarts.",
        "retry_after": 3.5,
    }
    assert rig.wire.closed == (1012, "The server restarts.")


def test_what_was_queued_is_sent_before_the_close_frame() -> None:
    rig = Rig(room=1 << 20)
    rig.wire.room = 10
    rig.outbox.write(b"\x81\x05hello" * 10)
    rig.outbox.write(b"\x81\x05world")
    rig.session.drain(1)
    assert rig.wire.closed is None
    rig.wire.take()
    assert [*rig.wire.frames()][-2] == b"world"
    assert json.loads(rig.wire.frames()[-1])["type"] == "bye"
    assert rig.wire.closed is not None and rig.wire.closed[0] == 1012


def test_who_does_not_take_the_rest_is_cut() -> None:
    rig = Rig()
    rig.wire.room = 10
    rig.outbox.write(b"\x81\x05hello" * 10)
    rig.outbox.write(b"\x81\x05world")
    rig.session.drain(1)
    rig.pass_time(int(CLOSING_SECONDS) - 1, taking=False)
    assert not rig.wire.aborted
    rig.pass_time(1, taking=False)
    assert rig.wire.aborted


def test_nothing_is_answered_behind_the_bye() -> None:
    rig = Rig()
    rig.say(1)
    rig.wire.room = 10
    rig.outbox.write(b"\x81\x05hello" * 10)
    rig.outbox.write(b"\x81\x05world")
    rig.session.drain(1)
    rig.store.fire(0)
    rig.wire.take()
    assert json.loads(rig.wire.frames()[-1])["type"] == "bye"


def test_a_bye_that_is_one_frame_too_many_is_dropped_and_the_close_frame_sent_once() -> None:
    rig = Rig(replace(WIDE, reader_bytes=1000))
    rig.wire.room = 10
    rig.outbox.write(b"\x81\x05hello" * 70)
    rig.outbox.write(b"\x81\x05hello" * 70)
    rig.session.revoked("x" * 100)
    assert rig.wire.closed == (Close.SIGNED_OUT, "x" * 100)


def test_a_long_reason_is_cut_to_what_a_close_frame_holds() -> None:
    rig = Rig()
    rig.session.revoked("é" * 500)
    assert rig.wire.closed is not None
    assert rig.wire.closed[0] == Close.SIGNED_OUT
    assert len(rig.wire.closed[1].encode()) <= 123


def test_ending_leaves_the_hub_once_and_answers_nothing_more() -> None:
    rig = Rig()
    rig.say(1)
    rig.session.revoked("Signed out.")
    rig.session.revoked("Again.")
    rig.say(2)
    rig.session.pong()
    rig.session.control()
    rig.session.limits_changed(LIMITS)
    rig.store.fire(0)
    rig.pass_time(100)
    rig.session.lost()
    rig.session.lost()
    assert [frame["type"] for frame in rig.new()] == ["bye"]
    assert rig.subscriber.calls.count("detach") == 1
    assert len(rig.store.units) == 1


def test_an_answer_that_cannot_be_encoded_is_a_fault_and_still_an_answer() -> None:
    rig = Rig()
    rig.say(1)
    broken = Answer(room=cast(str, object()))
    rig.store.commits[0].fire(Committed(broken))
    assert rig.answers() == [(1, "internal")]
    assert [what for what, _, _ in rig.faults.seen] == ["reply"]
