"""The agenda: what is due is said, once it is due, whatever goes wrong with it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.agenda import AT_ONCE, LOOK, Agenda
from chatd.engine.rows import Answer, Committed
from chatd.engine.scheduled import ScheduledRow
from chatd.engine.unit import Unit
from tests.fakes.clock import FakeClock
from tests.fakes.drive import Promise, fired

MINUTE = 60_000


@dataclass
class Store:
    """``answers`` says what becomes of a unit, by what it is for ("said a", "failed a")."""

    clock: FakeClock
    waiting: dict[str, int] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    answers: dict[str, Exception] = field(default_factory=dict)
    reading: Exception | None = None
    looks: int = 0

    def due(self, now: int, limit: int) -> Promise[Any]:
        self.looks += 1
        if self.reading is not None:
            return failed(self.reading)
        keys = sorted((due, key) for key, due in self.waiting.items() if due <= now)
        return fired([row(key, due) for due, key in keys[:limit]])

    def next_due(self) -> Promise[Any]:
        return fired(min(self.waiting.values(), default=None))

    def commit(self, unit: Unit) -> Promise[Committed]:
        what, key, *due = unit.actor.split()
        why = self.answers.get(unit.actor)
        if why is None and key not in self.waiting:
            why = Refusal(Code.NOT_FOUND, "It does not wait any more.")
        if why is not None:
            return failed(why)
        self.done.append(unit.actor)
        if what == "put":
            self.waiting[key] = int(due[0])
        else:
            del self.waiting[key]
        return fired(Committed(Answer()))


def failed(why: Exception) -> Promise[Any]:
    promise: Promise[Any] = Promise()
    promise.fail(why)
    return promise


def row(key: str, due: int) -> ScheduledRow:
    return ScheduledRow("u", "alice", key, "r", due, b"{}")


class Voice:
    """Units that say in their actor what they are for."""

    def __init__(self) -> None:
        self.broken: dict[str, Exception] = {}
        self.reasons: list[str] = []

    def said(self, row: ScheduledRow) -> Unit:
        if row.key in self.broken:
            raise self.broken[row.key]
        return Unit(f"said {row.key}")

    def put_off(self, row: ScheduledRow, due: int) -> Unit:
        return Unit(f"put {row.key} {due}")

    def failed(self, row: ScheduledRow, failure: str) -> Unit:
        self.reasons.append(failure)
        return Unit(f"failed {row.key}")


class Bench:
    def __init__(self, **waiting: int) -> None:
        self.clock = FakeClock()
        self.store = Store(self.clock, dict(waiting))
        self.voice = Voice()
        self.faults: list[BaseException] = []
        self.agenda = Agenda(self.store, self.voice, self.clock, self.clock, self.drive, self.fault)

    def fault(self, failure: BaseException) -> str:
        self.faults.append(failure)
        return "ref12345"

    def drive(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            promise = coroutine.send(None)
        except StopIteration:
            return
        promise.then(lambda: self.drive(coroutine))

    def at(self, seconds: float) -> list[str]:
        """What was done by then."""
        self.clock.advance(seconds - self.clock.now())
        return self.store.done


def test_what_is_due_is_said_in_time_and_in_order() -> None:
    bench = Bench(b=50_000, a=40_000, c=50_000)
    bench.agenda.start()
    assert bench.at(39.99) == []
    assert bench.at(40) == ["said a"]
    assert bench.at(50) == ["said a", "said b", "said c"]
    assert bench.clock.waiting() == 1


def test_what_became_due_while_nobody_looked_is_said_at_once() -> None:
    bench = Bench(a=0)
    bench.agenda.start()
    assert bench.at(0) == ["said a"]


def test_what_comes_later_is_found_without_being_told() -> None:
    bench = Bench()
    bench.agenda.start()
    bench.at(LOOK - 1)
    bench.store.waiting["a"] = round((LOOK - 1) * 1000) + MINUTE
    assert bench.at(LOOK - 1 + 59.9) == []
    assert bench.at(LOOK - 1 + 60) == ["said a"]


def test_a_wall_clock_that_is_set_is_followed_within_a_look() -> None:
    bench = Bench(a=10 * MINUTE)
    ahead = [0]
    wall: Callable[[], int] = bench.clock.wall
    bench.clock.wall = lambda: wall() + ahead[0]  # type: ignore[method-assign]
    bench.agenda.start()
    bench.at(1)
    ahead[0] = 60 * MINUTE
    assert bench.at(1 + LOOK) == ["said a"]


def test_more_than_fit_at_once_are_all_said() -> None:
    bench = Bench(**{f"k{n:03}": 0 for n in range(AT_ONCE * 2 + 3)})
    bench.agenda.start()
    assert len(bench.at(0)) == AT_ONCE
    assert len(bench.at(1)) == AT_ONCE * 2 + 3
    assert bench.store.looks == 3


def test_what_stays_due_keeps_nobody_busy() -> None:
    bench = Bench(a=0)
    gone = Refusal(Code.NOT_FOUND, "It does not wait any more.")
    bench.store.answers |= {"said a": gone, "failed a": gone}
    bench.agenda.start()
    bench.at(10)
    assert bench.store.looks <= 101


def test_what_may_not_be_said_fails_with_the_sentence() -> None:
    bench = Bench(a=0, b=0)
    bench.store.answers["said a"] = Refusal(Code.WRONG_STATE, "This room is archived.")
    bench.agenda.start()
    assert bench.at(0) == ["said b", "failed a"]
    assert bench.voice.reasons == ["This room is archived."]


def test_what_is_refused_before_the_store_is_asked_fails_too() -> None:
    bench = Bench(a=0)
    bench.voice.broken["a"] = Refusal(Code.TOO_LONG, "Too long by now.")
    bench.agenda.start()
    assert bench.at(0) == ["failed a"]


def test_slow_mode_puts_it_off_and_it_is_said_when_its_turn_comes() -> None:
    bench = Bench(a=0)
    bench.store.answers["said a"] = Refusal(Code.RATE_LIMITED, "Slow.", retry_after=45)
    bench.agenda.start()
    assert bench.at(0) == ["put a 45000"]
    del bench.store.answers["said a"]
    assert bench.at(44.9) == ["put a 45000"]
    assert bench.at(45) == ["put a 45000", "said a"]


def test_another_node_was_faster() -> None:
    bench = Bench(a=0)
    bench.store.answers["said a"] = Refusal(Code.NOT_FOUND, "It does not wait any more.")
    bench.store.answers["failed a"] = Refusal(Code.NOT_FOUND, "It does not wait any more.")
    bench.agenda.start()
    del bench.store.waiting["a"]
    assert bench.at(100) == []
    assert bench.faults == []


def test_a_store_out_of_order_is_asked_again() -> None:
    bench = Bench(a=0)
    bench.store.answers["said a"] = Refusal(Code.UNAVAILABLE, "Out of order.", retry_after=2)
    bench.agenda.start()
    assert bench.at(1.9) == []
    bench.store.answers.clear()
    assert bench.at(2) == ["said a"]
    assert bench.voice.reasons == []


def test_reads_that_fail_are_tried_again_and_never_in_a_hurry() -> None:
    bench = Bench(a=0)
    for why in (Refusal(Code.BUSY, "Busy.", retry_after=1), RuntimeError("broken")):
        bench.store.reading = why
        if bench.store.looks == 0:
            bench.agenda.start()
        looks = bench.store.looks
        bench.at(bench.clock.now() + 3)
        assert bench.store.looks <= looks + 4
    bench.store.reading = None
    assert bench.at(bench.clock.now() + LOOK) == ["said a"]
    assert [str(fault) for fault in bench.faults][:1] == ["broken"]


def test_a_fault_of_ours_fails_the_message_and_names_the_reference() -> None:
    bench = Bench(a=0, b=0)
    bench.store.answers["said a"] = LookupError("a room that is no more")
    bench.agenda.start()
    assert sorted(bench.at(0)) == ["failed a", "said b"]
    assert "ref12345" in bench.voice.reasons[0]
    assert len(bench.faults) == 1


def test_stopped_it_leaves_no_timer() -> None:
    bench = Bench(a=MINUTE)
    bench.agenda.start()
    bench.agenda.stop()
    assert bench.clock.waiting() == 0
    assert bench.at(100) == []
