"""The readers: one snapshot each, bounded in number and time, unable to write."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.store import readers
from chatd.store.database import Database
from tests.store.opened import Opened, RealClock

ENDLESS = """
    with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "data").start().tea()
    yield opened
    opened.stop()


def ask(opened: Opened, read: object, *args: object) -> object:
    return opened.pump.wait(opened.store._readers.ask(read, *args))  # type: ignore[arg-type]


def test_what_was_committed_is_read(opened: Opened) -> None:
    for n in range(20):
        opened.send(f"text {n}")
        page = opened.pump.wait(opened.store.page("bob", "tea", limit=1))
        assert page.messages[0].body == f'{{"text":"text {n}"}}'.encode()


def test_a_read_is_one_snapshot(opened: Opened) -> None:
    def twice(database: Database) -> tuple[int, int]:
        counts = []
        for _ in range(2):
            row = database.row("select count(*) from events", {})
            assert row is not None
            counts.append(row[0])
            if len(counts) == 1:
                opened.send("meanwhile")
        return counts[0], counts[1]

    # The read waits for a commit here, which the pump of this very test delivers: so it runs in
    # this thread, on a connection of the readers' kind.
    sqlite = opened.store._readers._connect()
    assert readers._answer(sqlite, twice) == (1, 1)
    assert readers._answer(sqlite, twice) == (2, 2)
    sqlite.close()


@pytest.mark.logs_errors("A read of the store failed")
def test_a_reader_cannot_write(opened: Opened) -> None:
    with pytest.raises(Refusal) as caught:
        ask(opened, lambda database: database.run("delete from events", {}))
    assert caught.value.code == Code.UNAVAILABLE
    assert opened.pump.wait(opened.store.position()) == 1


def test_a_read_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    class Hasty(RealClock):
        at = 0.0

        def now(self) -> float:
            self.at += 0.1
            return self.at

    opened = Opened(tmp_path / "data", clock=Hasty()).start().tea()
    with pytest.raises(Refusal) as caught:
        ask(opened, lambda database: database.row(ENDLESS, {}))
    assert (caught.value.code, caught.value.retry) == (Code.TIMEOUT, True)
    assert opened.pump.wait(opened.store.position()) == 1
    opened.stop()


def test_too_many_reads_are_busy(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data")
    for _ in range(readers.READS_WAITING):
        opened.store.position().addErrback(lambda _: None)
    with pytest.raises(Refusal) as caught:
        opened.pump.wait(opened.store.position())
    assert (caught.value.code, caught.value.retry) == (Code.BUSY, True)
    opened.start()
    opened.stop()


def test_our_own_mistake_in_a_read_is_raised_as_it_is(opened: Opened) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(opened, lambda database: 1 // 0)


@pytest.mark.logs_errors("A read of the store failed")
def test_a_broken_connection_is_made_anew(opened: Opened) -> None:
    def fail(database: Database) -> None:
        raise apsw.IOError("injected")

    for _ in range(4):
        with pytest.raises(Refusal) as caught:
            ask(opened, fail)
        assert caught.value.code == Code.UNAVAILABLE
    assert opened.pump.wait(opened.store.position()) == 1


def test_after_the_end_nothing_is_answered(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data").start()
    opened.stop()
    with pytest.raises(Refusal) as caught:
        opened.pump.wait(opened.store.position())
    assert caught.value.code == Code.UNAVAILABLE
