"""One connection without its socket: order, flow, limits, liveness, and every way it ends."""

import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chatd.core.codes import Close, Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.rows import Answer, Committed, RoomHead
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.outbox import Outbox
from chatd.session.session import CLOSING_SECONDS, Session
from chatd.session.states import State
from chatd.wire.frames import Limits
from tests.fakes.drive import drive
from tests.fakes.subscriber import FakeSubscriber
from tests.fakes.tiny import ALICE, LIMITS, Bench
from tests.fakes.wire import FakeWire

ROOM = RoomHead("r1", 9, 4, 2)
#: Limits under which nothing is refused for its rate.
WIDE = replace(
    LIMITS,
    messages_per_second=1e6,
    messages_burst=1e6,
    user_messages_per_second=1e6,
    user_messages_burst=1e6,
    bytes_per_second=1e9,
    bytes_burst=1e9,
)


class Rig(Bench):
    def __init__(
        self,
        limits: Limits = WIDE,
        principal: Principal = ALICE,
        room: int = 1 << 30,
        opened: bool = True,
    ) -> None:
        super().__init__(limits)
        self.wire = FakeWire(room)
        self.subscriber = FakeSubscriber()
        self.outbox = Outbox(self.wire, self.clock, limits.reader_bytes, limits.reader_seconds)
        self.session = Session(
            principal,
            self.engine,
            self.subscriber,
            self.outbox,
            self.wire,
            Budgets(UserBudgets(limits), principal.user, limits),
            limits,
            self.clock,
            drive,
        )
        self.wire.drained = self.session.drained
        if opened:
            self.session.opened()
            self.store.rooms.fire(([ROOM], 36))
            self.wire.take()
            self.read = len(self.wire.frames())

    def send(self, kind: str, number: int, **fields: Any) -> None:
        self.session.frame(json.dumps({"type": kind, "id": number, **fields}).encode())

    def say(self, number: int, text: str = "hello", room: str = "r1") -> None:
        self.send("say", number, key=f"k{number}", room=room, text=text)

    def new(self) -> list[Any]:
        """Frames that came since the last look."""
        self.wire.take()
        frames = self.wire.frames()[self.read :]
        self.read += len(frames)
        return [frame if frame == b"<ping>" else json.loads(frame) for frame in frames]

    def answers(self) -> list[tuple[int | None, str]]:
        """New replies as (id, type), of errors their code."""
        return [(frame.get("id"), frame.get("code", frame["type"])) for frame in self.new()]

    def pass_time(self, seconds: int, taking: bool = True) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            if taking:
                self.wire.take()
            self.session.tick(self.clock.now())


# Opening.


def test_the_server_speaks_first() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.wire.take()
    [welcome] = [json.loads(frame) for frame in rig.wire.frames()]
    assert welcome["type"] == "welcome"
    assert (welcome["user"], welcome["name"]) == ("u-alice", "alice")
    assert welcome["features"] == ["tiny"]
    assert welcome["server"] == "chatd"
    assert welcome["heartbeat"] == 25
    # A cursor here would look like a place to resume from, and skip all that was missed.
    assert "cursor" not in welcome
    assert welcome["time"] == rig.clock.wall()
    assert welcome["limits"]["frame_bytes"] == 65_536


def test_memberships_reach_the_hub_before_anything_is_released() -> None:
    rig = Rig()
    assert rig.subscriber.calls == ["memberships", "release"]
    assert rig.subscriber.rooms == [("r1", 9, 4, 2)]
    assert rig.session.state is State.OPEN


def test_commands_wait_until_the_memberships_are_known() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.say(1)
    assert rig.store.units == []
    rig.store.rooms.fire(([], 0))
    assert len(rig.store.units) == 1


def test_a_store_out_of_order_ends_the_connection_with_come_back() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.store.rooms.fail(Refusal(Code.UNAVAILABLE, "The store is out of order."))
    assert rig.wire.closed == (1013, "The store is out of order.")
    rig.wire.take()
    bye = json.loads(rig.wire.frames()[-1])
    assert (bye["type"], bye["code"], bye["retry_after"]) == ("bye", 1013, 2)


def test_a_fault_while_opening_is_logged_and_ends_the_connection() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.store.rooms.fail(ZeroDivisionError())
    assert rig.wire.closed is not None and rig.wire.closed[0] == 1011
    assert [what for what, _, _ in rig.faults.seen] == ["opening"]


def test_a_connection_lost_while_opening_never_reaches_the_hub() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.session.lost()
    rig.store.rooms.fire(([ROOM], 36))
    assert rig.subscriber.calls == ["detach"]


# The order of commands.


def test_writes_are_handed_to_the_store_without_waiting_for_each_other() -> None:
    rig = Rig()
    for number in (1, 2, 3):
        rig.say(number)
    assert [unit.key for unit in rig.store.units] == ["k1", "k2", "k3"]
    assert rig.new() == []
    for index in range(3):
        rig.store.fire(index)
    assert rig.answers() == [(1, "done"), (2, "done"), (3, "done")]


def test_replies_keep_the_order_of_the_commands_whatever_is_known_first() -> None:
    rig = Rig()
    rig.say(1)
    rig.say(2, text="no")
    rig.session.frame(b"nonsense")
    rig.say(3)
    rig.store.fire(1)
    assert rig.new() == []
    rig.store.fire(0)
    assert rig.answers() == [(1, "done"), (2, "forbidden"), (None, "bad-json"), (3, "done")]


def test_a_read_starts_when_all_writes_before_it_are_answered() -> None:
    rig = Rig()
    rig.say(1)
    rig.send("peek", 2)
    rig.say(3)
    assert (len(rig.store.reads), len(rig.store.units)) == (0, 1)
    rig.store.fire(0)
    assert (len(rig.store.reads), len(rig.store.units)) == (1, 1)
    rig.store.reads[0].fire(None)
    assert len(rig.store.units) == 2
    rig.store.fire(1)
    assert rig.answers() == [(1, "done"), (2, "peeked"), (3, "done")]


def test_what_was_kept_back_follows_the_reply_of_a_read() -> None:
    rig = Rig()
    rig.subscriber.calls.clear()
    seen: list[int] = []
    plain = rig.subscriber.release

    def release() -> None:
        rig.wire.take()
        seen.append(len(rig.wire.frames()) - rig.read)
        plain()

    rig.subscriber.release = release  # type: ignore[method-assign]
    rig.send("peek", 1)
    rig.store.reads[0].fire(None)
    assert seen == [1]
    assert rig.subscriber.calls == ["hold", "release"]


def test_a_read_that_fails_is_released_as_well() -> None:
    rig = Rig()
    rig.subscriber.calls.clear()
    rig.send("peek", 1)
    rig.store.reads[0].fail(Refusal(Code.NOT_FOUND, "There is no such room."))
    assert rig.answers() == [(1, "not-found")]
    assert rig.subscriber.calls == ["hold", "release"]


def test_a_signal_waits_for_the_writes_before_it() -> None:
    rig = Rig()
    rig.say(1)
    rig.send("wave", 2)
    assert "away" not in rig.subscriber.calls
    rig.store.fire(0)
    assert "away" in rig.subscriber.calls
    assert rig.answers() == [(1, "done"), (2, "done")]


def test_a_name_is_looked_up_when_all_before_it_is_answered() -> None:
    rig = Rig()
    rig.say(1)
    rig.say(2, room="#tea")
    assert rig.store.names == []
    rig.store.fire(0)
    assert rig.store.names == ["tea"]
    rig.store.fire(1)
    assert rig.answers() == [(1, "done"), (2, "done")]


def test_a_name_that_is_nobodys_is_answered() -> None:
    rig = Rig()
    rig.say(1, room="#nowhere")
    assert rig.answers() == [(1, "not-found")]


def test_a_failed_commit_is_answered_and_the_next_goes_on() -> None:
    rig = Rig()
    rig.say(1)
    rig.say(2)
    rig.store.commits[0].fail(Refusal(Code.UNAVAILABLE, "The disk failed."))
    rig.store.fire(1)
    assert rig.answers() == [(1, "unavailable"), (2, "done")]


def test_a_fault_of_ours_is_answered_with_a_reference_and_logged_without_the_text() -> None:
    rig = Rig()
    rig.say(1, text="bug")
    [error] = rig.new()
    assert (error["id"], error["code"], error["reference"]) == (1, "internal", "00000000")
    assert [(what, reference) for what, reference, _ in rig.faults.seen] == [("say", "00000000")]


def test_a_refused_signal_is_answered() -> None:
    rig = Rig()
    rig.send("wave", 1, hard=True)
    assert rig.answers() == [(1, "wrong-state")]


def test_a_write_commits_even_if_its_connection_is_gone() -> None:
    rig = Rig()
    rig.say(1)
    rig.send("peek", 2)
    rig.say(3)
    rig.session.lost()
    rig.store.fire(0)
    assert (len(rig.store.units), rig.store.reads) == (1, [])
    assert rig.new() == []
    assert rig.faults.seen == []


def test_hundreds_of_signals_in_one_turn_do_not_grow_the_stack() -> None:
    rig = Rig()
    rig.say(1)
    for number in range(2, 3000):
        rig.send("wave", number)
    rig.store.fire(0)
    assert [number for number, _ in rig.answers()] == list(range(1, 3000))


# Flow.


def test_reading_stops_at_32_unanswered_commands_and_goes_on_at_half() -> None:
    rig = Rig()
    for number in range(31):
        rig.say(number)
    assert rig.wire.reading
    rig.say(31)
    assert not rig.wire.reading
    for index in range(15):
        rig.store.fire(index)
    assert not rig.wire.reading
    rig.store.fire(15)
    assert rig.wire.reading


def test_reading_goes_on_after_signals_and_errors_too() -> None:
    rig = Rig()
    rig.say(0)
    for number in range(1, 32):
        rig.send("wave", number)
    assert not rig.wire.reading
    rig.store.fire(0)
    assert rig.wire.reading


# Limits.


def test_a_breach_is_refused_with_when_to_retry() -> None:
    rig = Rig(LIMITS)
    for number in range(21):
        rig.say(number)
    for index in range(20):
        rig.store.fire(index)
    error = rig.new()[-1]
    assert (error["id"], error["code"], error["retry"]) == (20, "rate-limited", True)
    assert error["retry_after"] == pytest.approx(0.2, abs=0.0015)
    assert len(rig.store.units) == 20


def test_resuming_is_possible_when_all_messages_are_spent() -> None:
    rig = Rig(LIMITS)
    for number in range(20):
        rig.say(number)
        rig.store.fire(number)
    rig.new()
    rig.send("peek", 50)
    rig.store.reads[0].fire(None)
    assert rig.answers() == [(50, "peeked")]


def test_persistent_abuse_closes() -> None:
    rig = Rig(LIMITS)
    for number in range(119):
        rig.say(number)
    assert rig.wire.closed is None
    for number in range(119, 122):
        rig.say(number)
    assert rig.wire.closed is not None and rig.wire.closed[0] == Close.ABUSE


def test_a_frame_above_the_limit_closes() -> None:
    rig = Rig()
    rig.session.frame(b" " * 65_537)
    assert rig.wire.closed is not None and rig.wire.closed[0] == 1009


def test_ten_bad_frames_in_a_row_close() -> None:
    rig = Rig()
    for _ in range(9):
        rig.session.frame(b"{")
    assert rig.answers() == [(None, "bad-json")] * 9
    rig.send("touch", 1)
    for _ in range(9):
        rig.session.frame(b"[]")
    assert rig.wire.closed is None
    rig.session.frame(b"[" * 100)
    assert rig.wire.closed == (4500, "10 frames in a row made no sense.")


def test_commands_of_a_newer_client_never_count_as_bad_frames() -> None:
    rig = Rig()
    for number in range(30):
        rig.send("poll", number)
    assert rig.answers() == [(number, "unknown-type") for number in range(30)]
    assert rig.wire.closed is None


def test_nonsense_costs_as_much_as_messages() -> None:
    rig = Rig(LIMITS)
    for number in range(21):
        rig.send("poll", number)
    assert [code for _, code in rig.answers()] == ["unknown-type"] * 20 + ["rate-limited"]


def test_changed_limits_are_told_and_hold() -> None:
    rig = Rig()
    rig.session.limits_changed(replace(WIDE, frame_bytes=100, reader_bytes=2000))
    [limits] = rig.new()
    assert (limits["type"], limits["limits"]["frame_bytes"]) == ("limits", 100)
    assert rig.outbox.bound_bytes == 2000
    rig.session.frame(b" " * 101)
    assert rig.wire.closed is not None


def test_a_flood_of_control_frames_closes() -> None:
    rig = Rig()
    for _ in range(10):
        rig.session.control()
    assert rig.wire.closed is None
    rig.session.control()
    assert rig.wire.closed is not None and rig.wire.closed[0] == 1008


def test_ten_control_frames_each_second_are_borne() -> None:
    rig = Rig()
    for _ in range(200):
        rig.session.control()
        rig.clock.advance(0.11)
    assert rig.wire.closed is None


# Liveness and time.


def test_a_silent_peer_is_pinged_then_closed() -> None:
    rig = Rig()
    rig.pass_time(25)
    assert b"<ping>" in rig.new()
    rig.pass_time(9)
    assert rig.wire.closed is None
    rig.pass_time(1)
    assert rig.wire.closed == (4002, "No sign of life came in time.")


@pytest.mark.parametrize("sign", ["pong", "frame", "control"])
def test_any_sign_of_life_keeps_the_connection(sign: str) -> None:
    rig = Rig()
    for _ in range(10):
        rig.pass_time(30)
        if sign == "frame":
            rig.send("touch", 1)
        else:
            getattr(rig.session, sign)()
    assert rig.wire.closed is None


def test_a_peer_that_we_do_not_read_from_is_not_dead() -> None:
    rig = Rig()
    for number in range(32):
        rig.say(number)
    rig.pass_time(100)
    assert rig.wire.closed is None


def test_heartbeats_tell_the_time_and_the_heads() -> None:
    rig = Rig()
    rig.subscriber.show("r1", position=1, head=9, members=2)
    rig.subscriber.show("r2", position=1, head=5, members=2)
    for _ in range(100):
        rig.session.pong()
        rig.pass_time(1)
    beats = [frame for frame in rig.new() if frame["type"] == "heartbeat"]
    assert [beat["heads"] for beat in beats] == [14] * 5
    assert beats[2]["time"] - beats[1]["time"] == 25_000


def test_a_proof_of_identity_that_ends_ends_the_connection() -> None:
    rig = Rig(principal=Principal("u1", "a", False, "bearer", "s", expires=1_700_000_010.0))
    rig.pass_time(9)
    assert rig.wire.closed is None
    rig.pass_time(1)
    assert rig.wire.closed is not None and rig.wire.closed[0] == Close.CREDENTIAL_EXPIRED
    assert rig.new()[-1]["type"] == "bye"


# Slow readers.


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


# Ends.


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


# Whatever comes in.

VALID = [
    {"type": "say", "id": 1, "key": "k", "room": "r1", "text": "hello", "data": {"a.b": {}}},
    {"type": "peek", "id": 2, "rooms": ["r1"]},
    {"type": "wave", "id": 3},
    {"type": "touch", "id": 4},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["type", "id", "key", "room", "text", "data", "rooms", "hard", "x"])
MUTATED = st.tuples(
    st.sampled_from(VALID), st.dictionaries(FIELDS, JSON, max_size=3), st.integers(0, 3)
).map(
    lambda parts: json.dumps({**parts[0], **parts[1]}).encode()[: None if parts[2] else -parts[2]]
)
FRAMES = st.lists(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()) | MUTATED)


@settings(max_examples=200, deadline=None)
@given(FRAMES)
def test_any_bytes_get_an_answer_or_a_close_and_never_raise(frames: list[bytes]) -> None:
    rig = Rig()
    for number, data in enumerate(frames):
        if rig.wire.closed is not None:
            break
        rig.session.frame(data)
        for read in rig.store.reads:
            if not read.fired:
                read.fire(None)
        for index, commit in enumerate(rig.store.commits):
            if not commit.fired:
                rig.store.fire(index)
        answered = [frame for frame in rig.new() if frame["type"] != "bye"]
        assert len(answered) == 1 or rig.wire.closed is not None, number
    assert [what for what, _, failure in rig.faults.seen if not isinstance(failure, KeyError)] == []
