"""The writer: many units in one commit, in order, each on its own feet."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import apsw
import pytest
from twisted.internet.defer import CancelledError
from twisted.logger import LogEvent, globalLogPublisher
from twisted.python.failure import Failure

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import Committed
from chatd.engine.unit import Append, SetMember, Unit
from chatd.store import writer
from chatd.store.space import Floor
from tests.store.desk import NOW
from tests.store.opened import Opened, RealClock, edit, erase, message, send


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "data").start().tea()
    yield opened
    opened.stop()


def test_units_that_arrive_together_share_a_commit_in_the_order_of_the_calls(
    tmp_path: Path,
) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    opened.stop()
    opened = Opened(tmp_path / "data")
    for n in range(700):
        opened.sending().addCallback(lambda done, n=n: opened.happened.append(f"done {n}"))
    opened.start()
    while len(opened.told) < 2:
        opened.pump.turn()
    sizes = [len(batch) for batch in opened.told]
    assert sizes == [writer.UNITS_PER_COMMIT, 700 - writer.UNITS_PER_COMMIT]
    assert opened.positions() == list(range(2, 702))
    expected = [f"done {n}" for n in range(700)]
    expected.insert(writer.UNITS_PER_COMMIT, "told")
    assert opened.happened == [*expected, "told"]
    opened.stop()


def test_what_one_turn_brought_reaches_the_thread_together(tmp_path: Path) -> None:
    Opened(tmp_path / "data").start().tea().stop()
    opened = Opened(tmp_path / "data")
    kept = opened.store._writer
    for _ in range(5):
        opened.sending("hello")
    assert kept._queue.empty()  # or an idle writer would commit the first by itself
    opened.pump.turn()
    assert len(kept._take()[0]) == 5
    opened.start().stop()


def test_what_hands_over_many_hears_all_outcomes_and_then_once_that_they_are_all(
    tmp_path: Path,
) -> None:
    class Waiter:
        def __init__(self, name: str) -> None:
            self.name = name

        def keep(self, outcome: object) -> Callable[[], None]:
            seq = outcome.answer.seq if isinstance(outcome, Committed) else outcome
            opened.happened.append(f"{self.name} {seq}")
            return self.after

        def after(self) -> None:
            opened.happened.append(f"{self.name} has all")

    one, two = Waiter("one"), Waiter("two")
    Opened(tmp_path / "data").start().tea().stop()
    opened = Opened(tmp_path / "data")
    for waiter in (one, two, one):
        opened.store.hand(send("hello"), waiter)
    opened.start()
    opened.pump.turn()  # the units are passed on
    opened.pump.turn()  # their outcomes
    assert opened.happened == [
        *("one 2", "two 3", "one 4", "one has all", "two has all"),
        "told",
    ]
    opened.stop()
    with pytest.raises(Refusal) as caught:
        opened.store.hand(send("hello"), one)
    assert caught.value.code == Code.UNAVAILABLE


def test_a_unit_sees_all_before_it(opened: Opened) -> None:
    leave = Unit(
        "bob", changes=(Append("tea", "m", "bob", NOW, b"{}"), SetMember("tea", "bob", None))
    )
    first = opened.store.commit(send("here", user="bob"))
    opened.store.commit(leave)
    last = opened.store.commit(send("gone", user="bob"))
    assert opened.pump.wait(first).answer.seq == 2
    with pytest.raises(Refusal) as caught:
        opened.pump.wait(last)
    assert caught.value.code == Code.FORBIDDEN


def test_one_failing_unit_fails_alone(opened: Opened) -> None:
    ghost = Unit("alice", changes=(message("lost"), SetMember("tea", "ghost", "member")))
    wrong = Unit("alice", changes=(message("lost"), Append("tea", "m", "a", NOW, 7)))  # type: ignore[arg-type]
    units = [send("one"), ghost, send("two", user="carol"), wrong, send("three")]
    waiting = [opened.store.commit(unit) for unit in units]
    assert opened.pump.wait(waiting[0]).answer.seq == 2
    for failing, kind in ((1, apsw.ConstraintError), (2, Refusal), (3, apsw.ConstraintError)):
        with pytest.raises(kind):
            opened.pump.wait(waiting[failing])
    assert opened.pump.wait(waiting[4]).answer.seq == 3
    assert opened.positions() == [2, 3]


def test_only_what_changed_something_is_told(opened: Opened) -> None:
    opened.send("hello", "k")
    assert opened.send("hello", "k").repeated
    with pytest.raises(Refusal):
        opened.commit(send("hello", user="carol"))
    assert [len(batch) for batch in opened.told] == [1]


def test_a_message_erased_in_the_same_commit_is_never_told_with_its_text(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    opened.stop()
    opened = Opened(tmp_path / "data")
    waiting = [
        opened.sending("secret"),
        opened.store.commit(edit(2, "secret too")),
        opened.store.commit(erase(2)),
        opened.sending("fine"),
    ]
    opened.start()
    events = [opened.pump.wait(deferred).events[0] for deferred in waiting]
    assert len(opened.told) == 1
    assert [row.body for row in events] == [b'{"deleted":1}'] * 3 + [b'{"text":"fine"}']
    assert [unit.events[0] for unit in opened.told[0]] == events
    opened.stop()


def test_a_full_queue_is_busy_and_says_when_to_come_back(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data")
    for _ in range(writer.UNITS_WAITING):
        opened.sending().addErrback(lambda _: None)
    with pytest.raises(Refusal) as caught:
        opened.send()
    assert (caught.value.code, caught.value.retry) == (Code.BUSY, True)
    assert caught.value.retry_after is not None
    opened.start()
    opened.stop()


def test_a_locked_file_is_busy_and_heals(opened: Opened, tmp_path: Path) -> None:
    other = apsw.Connection(str(tmp_path / "data" / "chatd.db"))
    other.execute("begin immediate")
    opened.store._writer._sqlite.connection.set_busy_timeout(10)
    with pytest.raises(Refusal) as caught:
        opened.send()
    assert caught.value.code == Code.BUSY
    other.close()
    assert opened.send().answer.seq == 2


def test_what_was_accepted_is_committed_before_the_end(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    waiting = [opened.sending() for _ in range(1000)]
    stopped = opened.store.stop()
    assert [opened.pump.wait(deferred).answer.seq for deferred in waiting] == list(range(2, 1002))
    opened.pump.wait(stopped)
    opened.stop()
    with pytest.raises(Refusal) as caught:
        opened.send()
    assert caught.value.code == Code.UNAVAILABLE
    wal = tmp_path / "data" / "chatd.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_the_log_file_stays_bounded(opened: Opened, tmp_path: Path) -> None:
    for _ in range(40):
        waiting = [opened.sending("x" * 4000) for _ in range(300)]
        opened.pump.wait(waiting[-1])
    wal = tmp_path / "data" / "chatd.db-wal"
    assert wal.stat().st_size < 2 * writer.CHECKPOINT_ALWAYS * 4096


def test_the_log_is_copied_over_early_only_when_it_is_calm(tmp_path: Path) -> None:
    Opened(tmp_path / "data").start().tea().stop()
    opened = Opened(tmp_path / "data")
    kept = opened.store._writer

    def commit(count: int) -> int:
        """Pages in the log after a commit of so many units, with nobody waiting."""
        for _ in range(count):
            opened.sending("x" * 4000)
        opened.pump.settle()
        items, _ = kept._take()
        kept._commit(items)
        kept._keep_log_short(len(items))
        return kept._sqlite.wal_pages

    grown = [commit(10 * writer.CALM_UNITS) for _ in range(10)]
    assert grown == sorted(grown) and grown[-1] > writer.CHECKPOINT_CALM
    assert commit(writer.CALM_UNITS) > writer.CHECKPOINT_CALM
    assert commit(writer.CALM_UNITS - 1) == 0
    opened.start().stop()


def test_below_the_floor_writes_are_refused_reads_go_on_and_it_heals(tmp_path: Path) -> None:
    class Stepping(RealClock):
        at = 0.0

        def now(self) -> float:
            self.at += 2.0
            return self.at

    opened = Opened(tmp_path / "data", clock=Stepping()).start().tea()
    space = opened.store._writer._space
    space._measure = lambda: (0, 100)
    space._floor = Floor(size=1)
    with pytest.raises(Refusal) as caught:
        opened.send("no", "k")
    assert (caught.value.code, caught.value.retry) == (Code.STORAGE_FULL, True)
    assert opened.pump.wait(opened.store.position()) == 1
    space._measure = lambda: (5, 100)
    assert not opened.send("no", "k").repeated
    opened.stop()


@pytest.fixture
def logged() -> Iterator[list[LogEvent]]:
    events: list[LogEvent] = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)


def test_a_refusal_that_nobody_waits_for_is_no_error(
    opened: Opened, logged: list[LogEvent]
) -> None:
    opened.store.commit(send("hello", user="carol"))
    opened.send()
    gc.collect()
    assert [event for event in logged if isfault(event, Refusal)] == []


def test_a_refusal_is_kept_for_who_waits_only_later(opened: Opened) -> None:
    late = opened.store.commit(send("hello", user="carol"))
    opened.send()
    with pytest.raises(Refusal):
        opened.pump.wait(late)


@pytest.mark.logs_errors("Unhandled error in Deferred", "LookupError")
def test_our_own_fault_is_logged_though_nobody_waits(
    opened: Opened, logged: list[LogEvent]
) -> None:
    opened.store.commit(Unit("alice", changes=(SetMember("nowhere", "alice", "member"),)))
    opened.send()
    # The writer lets go of a commit's exceptions once it waits for the next unit.
    opened.send()
    gc.collect()
    assert [event for event in logged if isfault(event, LookupError)] != []


def isfault(event: LogEvent, kind: type[BaseException]) -> bool:
    failure = event.get("log_failure")
    return isinstance(failure, Failure) and failure.check(kind) is not None


def test_who_gives_up_waiting_does_not_stop_the_commit(opened: Opened) -> None:
    given_up = opened.sending("kept", "k")
    given_up.cancel()
    with pytest.raises(CancelledError):
        opened.pump.wait(given_up)
    assert opened.send("kept", "k").repeated
    assert opened.positions() == [2]


@pytest.mark.logs_errors("The store's writer ended.")
@pytest.mark.parametrize("dies", ["in a commit", "between two"])
def test_where_the_writer_dies_everybody_has_an_answer(tmp_path: Path, dies: str) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    kept = opened.store._writer
    reached, go_on = threading.Event(), threading.Event()

    def die(*arguments: object) -> NoReturn:
        reached.set()
        go_on.wait(5)
        raise SystemExit("a mistake of ours")

    setattr(kept, "_transact" if dies == "in a commit" else "_keep_log_short", die)
    first = opened.sending(key="first")
    opened.pump.turn()
    assert reached.wait(5)
    queued = opened.sending(key="queued")
    kept._pass_on()
    gathered = opened.sending(key="gathered")
    go_on.set()
    kept._thread.join(5)
    outcomes = [queued, gathered, *([first] if dies == "in a commit" else [])]
    for outcome in outcomes:
        with pytest.raises(Refusal) as caught:
            opened.pump.wait(outcome)
        assert caught.value.code is Code.UNAVAILABLE
    with pytest.raises(Refusal):
        opened.send(key="later")
    assert kept.progress == (kept._handed, False)
    opened.stop()
