from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.envelope import Batch, Envelope, ToRoom, ToUser
from chatd.engine.rows import MarkRow
from chatd.fanout.bus import PACKET_BYTES
from chatd.fanout.node import PATIENCE, POLL_ALONE, batches
from chatd.fanout.notes import Packet
from tests.fakes.drive import Promise
from tests.fakes.log import Log
from tests.fanout.cluster import Cluster


@pytest.mark.parametrize("seed", range(25))
def test_over_a_broker_that_loses_repeats_and_reorders_all_nodes_hear_the_same(seed: int) -> None:
    cluster = Cluster(3, "ann", seed=seed, lossy=True)
    random = Random(seed)
    listeners = [cluster.attach(number, "ann", "tea")[0] for number in range(3)]
    start = cluster.log.position
    for _ in range(60):
        cluster.commit(random.randrange(3), random.randint(1, 4))
        for _ in range(random.randrange(6)):
            cluster.broker.step()
        cluster.clock.advance(random.random() * 0.04)
    cluster.settle(3)
    wanted = list(range(start + 1, cluster.log.position + 1))
    for one, listener in zip(cluster.nodes, listeners, strict=True):
        assert one.got == wanted
        assert listener.events == wanted
        assert one.node.failed == one.node.poisoned == 0


def test_with_the_broker_down_nodes_learn_from_the_store_within_a_second_or_so() -> None:
    cluster = Cluster(2, "ann")
    cluster.broker.down = True
    listener, _ = cluster.attach(1, "ann", "tea")
    cluster.commit(0, 3)
    cluster.clock.advance(1.2)
    assert listener.events == [2, 3, 4]


def test_a_gap_has_50_ms_to_close_by_itself_before_the_store_is_asked() -> None:
    cluster = Cluster(2, "ann")
    one = cluster.nodes[1]
    cluster.broker.down = True
    cluster.commit(0)
    cluster.broker.down = False
    cluster.commit(0)
    cluster.broker.run()
    cluster.clock.advance(0.049)
    assert (one.got, one.store.asked) == ([], 0)
    cluster.clock.advance(0.002)
    assert (one.got, one.store.asked) == ([2, 3], 1)
    # And one that closes in time costs the store nothing.
    for each in (5, 4):
        one.node.received(packet(Batch(each, (Envelope(each, "tea", each, each, b"{}"),))))
    cluster.clock.advance(0.2)
    assert one.got == [2, 3, 4, 5] and one.store.asked == 1


def test_a_long_gap_is_read_in_pages() -> None:
    cluster = Cluster(2, "ann")
    cluster.broker.down = True
    cluster.commit(0, 1200)
    cluster.clock.advance(2)
    assert cluster.nodes[1].got == list(range(2, 1202))
    assert cluster.nodes[1].store.asked == 3


def test_a_store_that_is_down_is_asked_again_but_not_in_a_frenzy() -> None:
    cluster = Cluster(2, "ann")
    one = cluster.nodes[1]
    cluster.broker.down = True
    cluster.commit(0)
    cluster.broker.down = False
    cluster.commit(0)
    one.store.failing = True
    cluster.broker.run()
    cluster.clock.advance(10)
    assert one.got == [] and 5 <= one.node.failed <= 25
    one.store.failing = False
    cluster.clock.advance(2)
    assert one.got == [2, 3]


def test_a_single_node_looks_at_the_store_every_five_seconds_only() -> None:
    cluster = Cluster(1, "ann")
    cluster.commit(0, 2)
    assert cluster.nodes[0].got == [2, 3]
    cluster.log.say("tea")  # another process wrote to the same store
    cluster.clock.advance(4.9)
    assert cluster.nodes[0].got == [2, 3]
    cluster.clock.advance(0.2)
    assert cluster.nodes[0].got == [2, 3, 4]


def test_an_event_that_does_not_exist_is_forgotten() -> None:
    cluster = Cluster(2, "ann")
    one = cluster.nodes[1]
    one.node.received(packet(Batch(900, (Envelope(900, "tea", 1, 1, b"{}"),))))
    cluster.clock.advance(1)
    assert one.got == [] and one.sequencer.gap() is None
    cluster.commit(0)
    cluster.settle()
    assert one.got == [2]


def packet(note: object, epoch: str = "epoch", node: str = "other") -> bytes:
    return msgspec.msgpack.encode((epoch, node, note))


def test_poison_is_dropped_and_counted() -> None:
    cluster = Cluster(2, "ann")
    one = cluster.nodes[1]
    good = Envelope(2, "tea", 2, 2, b"{}")
    poison = [
        b"",
        b"\xc1",
        b"\x91" * 5000,
        packet(Batch(2, ())),
        packet(Batch(0, (good,))),
        packet(Batch(2, (good, good))),
        packet(Batch(3, (good,))),
        packet(("no such note", 1)),
        packet(ToRoom("tea", b"x" * PACKET_BYTES)),
    ]
    for each in poison:
        one.node.received(each)
    assert one.node.poisoned == len(poison)
    assert one.got == []


@given(st.binary(max_size=200))
def test_any_bytes_from_the_bus_raise_nothing(data: bytes) -> None:
    cluster = Cluster(2, "ann")
    cluster.nodes[0].node.received(data)
    cluster.nodes[0].node.received(packet(None)[:-1] + data)


def test_packets_of_another_log_and_ones_own_are_none_of_ours() -> None:
    cluster = Cluster(2, "ann")
    listener, _ = cluster.attach(1, "ann", "tea")
    listener.take()
    one = cluster.nodes[1]
    event = Batch(2, (Envelope(2, "tea", 2, 2, b"{}"),))
    one.node.received(packet(event, epoch="older"))
    one.node.received(packet(event, node="node1"))
    one.node.received(packet(ToRoom("tea", b'{"type":"x"}'), epoch="older"))
    cluster.clock.advance(0)
    assert one.got == [] and listener.writes == [] and one.node.poisoned == 0


def test_a_signal_for_a_room_or_a_user_reaches_those_it_concerns() -> None:
    cluster = Cluster(2, "ann", "bob")
    ann, _ = cluster.attach(1, "ann", "tea")
    bob, _ = cluster.attach(1, "bob")
    cluster.clock.advance(0)
    for listener in (ann, bob):
        listener.take()
    cluster.nodes[1].node.received(packet(ToRoom("tea", b'{"type":"one"}')))
    cluster.nodes[1].node.received(packet(ToUser("bob", b'{"type":"two"}')))
    cluster.clock.advance(0)
    assert [f["type"] for f in ann.frames] == ["one"]
    assert [f["type"] for f in bob.frames] == ["two"]


def test_a_large_commit_is_published_in_packets_within_the_bound() -> None:
    cluster = Cluster(2, "ann")
    sizes: list[int] = []
    cluster.broker.join(lambda data: sizes.append(len(data)))
    for _ in range(40):
        cluster.log.say("tea", text="x" * 40_000)
    cluster.log.say("tea", text="x" * PACKET_BYTES)
    cluster.log.say("tea")
    cluster.committed(0, 1)
    cluster.settle(0.1)
    assert cluster.nodes[1].got == list(range(2, 44))
    assert len(sizes) > 3 and max(sizes) <= PACKET_BYTES


def test_movements_reach_the_other_node_with_their_counts() -> None:
    cluster = Cluster(2, "ann")
    bob, _ = cluster.attach(1, "bob")
    first = cluster.log.position
    cluster.log.move("tea", "bob", True)
    cluster.committed(0, first)
    cluster.settle()
    assert [f["type"] for f in bob.take()] == ["room_added"]
    assert cluster.nodes[1].hub.books.channels["tea"].members == 2


def test_marks_are_told_on_every_node_but_not_to_the_connection_that_moved_them() -> None:
    cluster = Cluster(2, "ann", "bob")
    mover, _ = cluster.attach(0, "ann", "tea")
    other, _ = cluster.attach(1, "ann")
    bob, _ = cluster.attach(1, "bob", "tea")
    cluster.settle()
    for listener in (mover, other, bob):
        listener.take()
    cluster.committed(0, cluster.log.position, (MarkRow("tea", "ann", 2, 1),))
    cluster.settle()
    told = {"type": "marks", "room": "tea", "marks": [{"user": "ann", "delivered": 2, "read": 1}]}
    assert bob.frames == [told] and mover.frames == [told]
    assert other.frames == [{"type": "marked", "room": "tea", "delivered": 2, "read": 1}]


def test_a_stopped_node_leaves_no_timer() -> None:
    cluster = Cluster(2, "ann")
    _, subscriber = cluster.attach(1, "ann", "tea")
    subscriber.typing("tea", True)
    cluster.commit(0)
    cluster.settle()
    for one in cluster.nodes:
        one.node.stop()
    assert cluster.clock.waiting() == 0


def test_envelopes_are_cut_into_dense_batches() -> None:
    log = Log()
    for _ in range(6):
        log.say("tea")
    chosen = [log.envelopes[index] for index in (0, 1, 3, 5)]
    assert [(batch.first, batch.last) for batch in batches(chosen)] == [(1, 2), (4, 4), (6, 6)]
    assert list(batches([])) == []


def test_a_packet_survives_the_way() -> None:
    log = Log()
    note = Batch(1, (log.say("tea", "ann"), log.move("tea", "ann", True)))
    said = Packet("e", "n", note)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(said), type=Packet) == said


@pytest.mark.parametrize("late", ["head", "page"])
def test_a_read_that_ends_after_the_stop_begins_no_timer(late: str) -> None:
    cluster = Cluster(1, "ann")
    one, position = cluster.nodes[0], cluster.log.position
    answer: Promise[int] = Promise()
    cluster.log.say("tea")
    if late == "page":
        one.sequencer.reaches(position + 1)
    one.store.position = lambda: answer  # type: ignore[method-assign]
    if late == "page":
        one.node.tick()
        cluster.clock.advance(PATIENCE)
    else:
        cluster.clock.advance(POLL_ALONE)
    one.node.stop()
    if late == "page":
        answer.fail(Refusal(Code.UNAVAILABLE, "The store is closed.", retry_after=1.0))
    else:
        answer.fire(position + 1)
    assert cluster.clock.waiting() == 0


def test_a_connection_that_is_lost_after_the_stop_begins_no_timer() -> None:
    cluster = Cluster(1, "ann", "bob")
    _, ann = cluster.attach(0, "ann", "tea")
    _, bob = cluster.attach(0, "bob", "tea")
    cluster.settle(5)
    cluster.nodes[0].node.stop()
    ann.detach()
    bob.typing("tea", True)
    cluster.commit(0)
    cluster.clock.advance(0)
    assert cluster.clock.waiting() == 0
