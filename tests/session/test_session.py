"""One connection without its socket: its opening, limits, liveness, and whatever comes in."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chatd.core.codes import Close, Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.origin import Origin
from chatd.session.states import State
from tests.fakes.tiny import LIMITS
from tests.session.rig import ROOM, WIDE, Rig

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
    rig.store.arrivals.fire((frozenset(), [], 0))
    assert len(rig.store.units) == 1


def test_a_store_out_of_order_ends_the_connection_with_come_back() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.store.arrivals.fail(Refusal(Code.UNAVAILABLE, "The store is out of order."))
    assert rig.wire.closed == (1013, "The store is out of order.")
    rig.wire.take()
    bye = json.loads(rig.wire.frames()[-1])
    assert (bye["type"], bye["code"], bye["retry_after"]) == ("bye", 1013, 2)


def test_a_fault_while_opening_is_logged_and_ends_the_connection() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.store.arrivals.fail(ZeroDivisionError())
    (fault,) = rig.faults.seen
    assert fault[0] == "opening"
    reason = f"The server could not read your rooms; tell the operator {fault[1]}."
    assert rig.wire.closed == (1011, reason)


def test_the_welcome_tells_the_name_under_which_faults_are_logged() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.wire.take()
    welcome = json.loads(rig.wire.frames()[0])
    rig.store.arrivals.fail(ZeroDivisionError())
    assert rig.faults.origins == [(Origin(welcome["connection"], welcome["user"]), None)]
    assert welcome["connection"] == rig.wire.id


def test_a_command_that_fails_is_logged_with_its_connection_id_and_user() -> None:
    rig = Rig()
    rig.send("peek", 7)
    rig.store.reads[-1].fail(ZeroDivisionError())
    (error,) = rig.new()
    assert (error["id"], error["reference"]) == (7, rig.faults.seen[0][1])
    assert rig.faults.origins == [(Origin(rig.wire.id, rig.session.principal.user), 7)]


def test_a_connection_lost_while_opening_never_reaches_the_hub() -> None:
    rig = Rig(opened=False)
    rig.session.opened()
    rig.session.lost()
    rig.store.arrivals.fire((frozenset(), [ROOM], 36))
    assert rig.subscriber.calls == ["detach"]


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


def told_of_the_end(rig: Rig, seconds: int) -> list[int]:
    """The ends that it was told of in so many seconds in which it shows signs of life."""
    for _ in range(seconds):
        rig.session.pong()
        rig.pass_time(1)
    frames = [frame for frame in rig.new() if isinstance(frame, dict)]
    return [frame["expires"] for frame in frames if frame["type"] == "ending"]


def test_who_is_about_to_be_put_out_is_told_once_a_minute_before() -> None:
    rig = Rig(principal=Principal("u1", "a", False, "ticket", "s", expires=1_700_000_300.0))
    assert told_of_the_end(rig, 239) == []
    assert told_of_the_end(rig, 1) == [1_700_000_300_000]
    assert told_of_the_end(rig, 59) == []
    assert rig.wire.closed is None
    told_of_the_end(rig, 1)
    assert rig.wire.closed is not None and rig.wire.closed[0] == Close.CREDENTIAL_EXPIRED


def test_a_renewed_proof_goes_on_and_is_warned_of_again() -> None:
    rig = Rig(principal=Principal("u1", "a", False, "ticket", "s", expires=1_700_000_020.0))
    assert told_of_the_end(rig, 10) == [1_700_000_020_000]
    rig.session.renewed(1_700_000_110_000)
    assert told_of_the_end(rig, 49) == []
    assert told_of_the_end(rig, 1) == [1_700_000_110_000]
    assert rig.wire.closed is None
    told_of_the_end(rig, 50)
    assert rig.wire.closed is not None and rig.wire.closed[0] == Close.CREDENTIAL_EXPIRED


def test_a_proof_without_an_end_is_never_warned_of() -> None:
    rig = Rig(principal=Principal("u1", "a", False, "cookie", "s"))
    assert told_of_the_end(rig, 10_000) == []


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


def test_a_ping_and_a_heartbeat_leave_in_one_write() -> None:
    rig = Rig()
    rig.pass_time(24)
    rig.new()
    writes = rig.wire.writes
    rig.pass_time(1)
    assert [frame if frame == b"<ping>" else frame["type"] for frame in rig.new()] == [
        b"<ping>",
        "heartbeat",
    ]
    assert rig.wire.writes == writes + 1


def test_a_wall_clock_that_is_set_ahead_ends_what_has_expired_at_the_next_tick() -> None:
    rig = Rig(principal=Principal("u1", "a", False, "cookie", "s", expires=1_700_003_600.0))
    rig.pass_time(10)
    assert rig.wire.closed is None
    rig.clock.start += 3600_000
    rig.pass_time(1)
    assert rig.wire.closed is not None and rig.wire.closed[0] == Close.CREDENTIAL_EXPIRED


def test_the_time_in_which_we_did_not_read_is_not_their_silence() -> None:
    rig = Rig()
    for number in range(32):
        rig.say(number)  # as many as may be under way: we stop reading
    rig.pass_time(49)
    for number in range(32):
        rig.store.fire(number)
    assert rig.wire.reading
    rig.new()
    rig.pass_time(20)
    assert b"<ping>" not in rig.new()
