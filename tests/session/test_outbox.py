"""The outbox under readers of every pace: whole frames, in order, bounded, then `resync`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.meters import Meters
from chatd.session import outbox
from chatd.session.outbox import PORTION, Outbox
from chatd.wire import framing
from tests.fakes.tiny import Time
from tests.fakes.wire import FakeWire, payloads

RESYNC = next(payloads(outbox.RESYNC))


class Owner:
    def __init__(self) -> None:
        self.told: list[str] = []

    def slow(self) -> None:
        self.told.append("slow")

    def recovered(self) -> None:
        self.told.append("recovered")

    def stuck(self) -> None:
        self.told.append("stuck")

    def emptied(self) -> None:
        self.told.append("emptied")


class Rig:
    def __init__(self, room: int, bound: int = 1000) -> None:
        self.wire = FakeWire(room)
        self.clock = Time()
        self.owner = Owner()
        self.meters = Meters()
        self.outbox = Outbox(self.wire, self.clock, self.meters, bound, 10.0)
        self.outbox.watch(self.owner)
        self.wire.drained = self.outbox.drained

    def write(self, payload: bytes) -> None:
        self.outbox.write(framing.text(payload))

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            self.outbox.tick(self.clock.now())


def test_a_reader_that_keeps_up_gets_every_frame_at_once() -> None:
    rig = Rig(room=10_000)
    for word in (b"one", b"two", b"three"):
        rig.write(word)
        rig.wire.take()
    assert rig.wire.frames() == [b"one", b"two", b"three"]
    assert rig.owner.told == []


def test_what_queued_up_goes_out_joined_once_the_wire_is_empty() -> None:
    rig = Rig(room=8)
    for number in range(20):
        rig.write(b"word %02d" % number)
    assert not rig.outbox.empty
    rig.wire.room = 10_000
    before = rig.wire.writes
    rig.wire.take()
    assert rig.wire.writes == before + 1
    assert rig.wire.frames() == [b"word %02d" % number for number in range(20)]
    assert rig.owner.told == ["emptied"]


def test_a_wire_that_was_behind_gets_a_portion_at_a_time() -> None:
    rig = Rig(room=10, bound=1 << 20)
    for _ in range(8):
        rig.write(b"x" * (PORTION // 2 - 100))
    rig.wire.take(10)
    while rig.wire.kernel:
        assert rig.wire.unsent() <= PORTION
        rig.wire.take(PORTION // 3)
        rig.wire.room = PORTION // 3
    assert len(rig.wire.frames()) == 8


def test_past_the_bound_in_bytes_the_queue_is_dropped_and_one_resync_follows() -> None:
    rig = Rig(room=100)
    for number in range(40):
        rig.write(b"%03d" % number + b"." * 47)
    assert rig.owner.told == ["slow"]
    assert rig.outbox.stalled
    rig.wire.take()
    frames = rig.wire.frames()
    assert frames[-1] == RESYNC
    assert [int(frame[:3]) for frame in frames[:-1]] == list(range(len(frames) - 1))
    assert rig.owner.told == ["slow", "recovered"]
    rig.write(b"after")
    rig.wire.take()
    assert rig.wire.frames()[-1] == b"after"


def test_bytes_in_the_kernel_count_towards_the_bound() -> None:
    rig = Rig(room=950)
    rig.write(b"x" * 949)
    assert rig.owner.told == []
    rig.write(b"y" * 100)
    assert rig.owner.told == ["slow"]


def test_what_waits_longer_than_the_bound_is_dropped() -> None:
    rig = Rig(room=10)
    rig.write(b"x" * 50)
    rig.write(b"y" * 50)
    rig.pass_time(10)
    assert rig.owner.told == []
    rig.pass_time(2)
    assert rig.owner.told == ["slow"]


def test_a_slow_reader_that_stays_within_the_age_is_left_alone() -> None:
    rig = Rig(room=10, bound=10_000)
    for _ in range(60):
        rig.write(b"x" * 50)
        for _ in range(7):
            rig.wire.take(10)
        rig.pass_time(1)
    assert rig.owner.told.count("slow") == 0


def test_a_reader_that_falls_behind_little_by_little_is_dropped_for_age() -> None:
    rig = Rig(room=10, bound=10_000)
    for _ in range(60):
        rig.write(b"x" * 50)
        for _ in range(4):
            rig.wire.take(10)
        rig.pass_time(1)
    assert rig.owner.told.count("slow") == 1


def test_without_any_progress_the_reader_is_given_up() -> None:
    rig = Rig(room=10)
    rig.write(b"x" * 50)
    rig.write(b"y" * 50)
    rig.pass_time(30)
    assert rig.owner.told == ["slow"]
    rig.pass_time(1)
    assert rig.owner.told == ["slow", "stuck"]


def test_progress_however_small_keeps_a_stalled_reader() -> None:
    rig = Rig(room=10)
    rig.write(b"x" * 500)
    for _ in range(4):
        rig.pass_time(20)
        rig.wire.take(1)
    assert rig.owner.told == ["slow"]


def test_time_spent_idle_does_not_count_as_lack_of_progress() -> None:
    rig = Rig(room=10)
    rig.pass_time(300)
    rig.write(b"x" * 50)
    rig.pass_time(10)
    assert rig.owner.told == []


def test_bytes_that_only_the_kernel_holds_are_not_dropped_but_do_not_last() -> None:
    rig = Rig(room=1000)
    rig.write(b"x" * 50)
    rig.pass_time(30)
    assert rig.owner.told == []
    rig.pass_time(3)
    assert rig.owner.told == ["stuck"]


def test_after_the_end_nothing_goes_out() -> None:
    rig = Rig(room=10)
    rig.write(b"x" * 50)
    rig.write(b"y" * 50)
    rig.outbox.end()
    rig.write(b"z")
    rig.wire.take()
    rig.pass_time(100)
    assert rig.wire.frames() == [b"x" * 50]
    assert rig.owner.told == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 400)),
        st.tuples(st.just("take"), st.integers(1, 600)),
        st.tuples(st.just("room"), st.integers(1, 600)),
        st.tuples(st.just("tick"), st.integers(1, 6)),
    ),
    max_size=120,
)


@given(STEPS, st.integers(200, 1200), st.integers(1, 300))
def test_the_peer_gets_whole_frames_in_order_and_resync_where_some_are_missing(
    steps: list[tuple[str, int]], bound: int, room: int
) -> None:
    rig = Rig(room, bound)
    written = 0
    for step, amount in steps:
        if step == "write":
            rig.write(b"%06d" % written + b"." * amount)
            written += 1
        elif step == "take":
            rig.wire.take(amount)
        elif step == "room":
            rig.wire.room = amount
        else:
            rig.pass_time(amount)
        held = rig.outbox._queued + rig.wire.unsent()
        assert held <= bound + 410
        assert rig.outbox._queued == sum(map(len, rig.outbox._queue))
    rig.wire.take()
    seen, whole = -1, True
    for frame in rig.wire.frames():
        if frame == RESYNC:
            whole = False
            continue
        number = int(frame[:6])
        # Behind a resync the numbers may jump, otherwise not.
        assert number == seen + 1 if whole else number > seen
        seen, whole = number, True
    assert rig.owner.told.count("slow") == rig.owner.told.count("recovered")
    assert rig.wire.frames().count(RESYNC) == rig.owner.told.count("slow")
    assert seen == written - 1 or not whole
    assert len(rig.wire.received) == sum(len(framing.text(frame)) for frame in rig.wire.frames())


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 2_000_000])
def test_a_single_frame_of_any_size_goes_through_an_empty_outbox(size: int) -> None:
    rig = Rig(room=1 << 16, bound=1 << 20)
    rig.write(b"x" * size)
    rig.wire.take()
    assert rig.wire.frames() == [b"x" * size]
