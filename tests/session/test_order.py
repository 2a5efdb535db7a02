"""The commands of one connection: their order, and when reading stops."""

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.ports import Place
from chatd.engine.rows import Answer, Committed
from tests.session.rig import Rig


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


def test_replies_of_one_commit_leave_in_one_write() -> None:
    rig = Rig()
    places: list[Place] = []
    rig.store.hand = lambda unit, place: places.append(place)  # type: ignore[method-assign]
    for number in (1, 2, 3):
        rig.say(number)
    writes = rig.wire.writes
    afterwards = {
        place.keep(Committed(Answer(room="r1", seq=seq, at=5)))
        for seq, place in enumerate(places, 1)
    }
    assert rig.wire.writes == writes
    [after] = afterwards
    assert after is not None
    after()
    assert rig.wire.writes == writes + 1
    assert rig.answers() == [(1, "done"), (2, "done"), (3, "done")]


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
