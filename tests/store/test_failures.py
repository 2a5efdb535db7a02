"""Failing disks: nothing is acknowledged that is not on disk, and the store heals by itself."""

from pathlib import Path

import apsw
import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.store import writer
from chatd.store.verify import verify
from tests.store.faulty import Faults
from tests.store.opened import Opened

FAULTS = [
    ("sync", apsw.IOError, Code.UNAVAILABLE),
    ("write", apsw.IOError, Code.UNAVAILABLE),
    ("write", apsw.FullError, Code.STORAGE_FULL),
    ("sync", apsw.FullError, Code.STORAGE_FULL),
]


def opened(tmp_path: Path, faults: Faults) -> Opened:
    return Opened(tmp_path / "data", vfs=faults.name).start().tea()


def refused(opened: Opened, text: str, key: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        opened.send(text, key)
    return caught.value


def until_it_works(opened: Opened, text: str, key: str) -> int:
    """Sends again with the same key until it is acknowledged; the message's seq."""
    for _ in range(10_000):
        try:
            seq = opened.send(text, key).answer.seq
        except Refusal as refusal:
            assert refusal.retry and refusal.retry_after is not None
            opened.store._writer._stopping.wait(0.001)
        else:
            assert seq is not None
            return seq
    raise AssertionError("the store did not come back")


def sound(tmp_path: Path, opened: Opened, texts: list[str]) -> None:
    """Stopped, the file is whole and holds exactly these messages; each was told once, in order."""
    opened.stop()
    found = verify(tmp_path / "data")
    assert found.faults == ()
    assert [event.text for event in found.events if event.number is not None] == texts
    assert opened.positions() == [event.position for event in found.events if event.number]


@pytest.mark.logs_errors("The store (failed; it is reopened|is still out of order)")
@pytest.mark.parametrize(("where", "fault", "code"), FAULTS)
def test_a_failed_commit_is_not_acknowledged_and_a_retry_has_one_effect(
    tmp_path: Path, where: str, fault: type[apsw.Error], code: Code
) -> None:
    faults = Faults()
    it = opened(tmp_path, faults)
    it.send("before", "a")
    setattr(faults, where, fault)
    waiting = [it.sending(f"lost {n}", f"k{n}") for n in range(5)]
    refusals = []
    for deferred in waiting:
        with pytest.raises(Refusal) as caught:
            it.pump.wait(deferred)
        refusals.append(caught.value)
    assert refusals[0].code == code
    assert all(refusal.retry and refusal.retry_after for refusal in refusals)
    assert faults.failed > 0
    faults.sync = faults.write = None
    assert until_it_works(it, "lost 3", "k3") == 3
    assert until_it_works(it, "lost 0", "k0") == 4
    sound(tmp_path, it, ["before", "lost 3", "lost 0"])


@pytest.mark.logs_errors("The store (failed; it is reopened|is still out of order)")
def test_nothing_is_acknowledged_before_the_reopened_store_was_synced(tmp_path: Path) -> None:
    faults = Faults()
    it = opened(tmp_path, faults)
    faults.sync, faults.times = apsw.IOError, 1
    refused(it, "lost", "k")
    # The log would sync again, but the database file does not: the kernel may have lied before.
    faults.only, faults.times = "db", None
    for _ in range(3):
        assert refused(it, "lost", "k").code == Code.UNAVAILABLE
        it.store._writer._stopping.wait(0.1)
    assert it.told == []
    faults.sync = None
    assert until_it_works(it, "lost", "k") == 2
    sound(tmp_path, it, ["lost"])


@pytest.mark.logs_errors("The store (failed; it is reopened|is still out of order)")
def test_reads_go_on_while_writes_fail(tmp_path: Path) -> None:
    faults = Faults()
    it = opened(tmp_path, faults)
    it.send("before", "a")
    assert it.store.trouble is None
    faults.sync = apsw.IOError
    refused(it, "lost", "k")
    assert it.store.trouble == "the store failed and is being reopened"
    page = it.pump.wait(it.store.page("bob", "tea", limit=9))
    assert [row.body for row in page.messages] == [b'{"text":"before"}']
    faults.sync = None
    until_it_works(it, "after", "b")
    assert it.store.trouble is None
    sound(tmp_path, it, ["before", "after"])


@pytest.mark.logs_errors("The store (failed; it is reopened|is still out of order)")
def test_a_commit_reported_lost_that_is_on_disk_is_published_once(tmp_path: Path) -> None:
    faults = Faults()
    it = Opened(tmp_path / "data", vfs=faults.name)
    # Without readers nothing keeps the log's index alive, and where closing fails to sync as well,
    # reopening recovers the log from the file: the commit is in it.
    it.store._readers.stop()
    it.store._writer.start()
    it.tea()
    it.send("before", "a")
    faults.sync, faults.after_the_deed, faults.times = apsw.IOError, True, 2
    assert refused(it, "kept", "k").code == Code.UNAVAILABLE
    while len(it.told) < 2:
        it.pump.turn()
    recovered = it.told[1][0].events[0]
    assert (recovered.seq, recovered.body, recovered.author_name) == (
        3,
        b'{"text":"kept"}',
        "alice",
    )
    assert it.told[1][0].members == (("tea", 2),)
    again = it.send("kept", "k")
    assert again.repeated and again.answer.seq == 3
    assert it.send("after", "b").answer.seq == 4
    sound(tmp_path, it, ["before", "kept", "after"])


@pytest.mark.logs_errors("The store (failed; it is reopened|is still out of order)")
@pytest.mark.parametrize("where", ["sync", "write"])
def test_a_checkpoint_that_fails_is_made_up_for(tmp_path: Path, where: str) -> None:
    faults = Faults()
    it = opened(tmp_path, faults)
    faults.only = "db"
    setattr(faults, where, apsw.IOError)
    acknowledged = []
    text = "x" * 4000
    while not faults.failed:
        waiting = [it.sending(text) for _ in range(200)]
        for deferred in waiting:
            try:
                acknowledged.append(it.pump.wait(deferred).answer.seq)
            except Refusal as refusal:
                assert refusal.code == Code.UNAVAILABLE
        assert len(acknowledged) < 4 * writer.CHECKPOINT_ALWAYS
    faults.sync = faults.write = None
    acknowledged.append(until_it_works(it, text, "k"))
    assert acknowledged == list(range(2, len(acknowledged) + 2))
    sound(tmp_path, it, [text] * len(acknowledged))


@pytest.mark.logs_errors("The store failed", "is still out of order", "could not be copied over")
def test_a_store_that_stays_broken_still_stops(tmp_path: Path) -> None:
    faults = Faults()
    it = opened(tmp_path, faults)
    it.send("before", "a")
    faults.sync = apsw.IOError
    refused(it, "lost", "k")
    it.stop()
    faults.sync = None
    found = verify(tmp_path / "data")
    assert found.faults == ()
    # What was refused as unavailable may be there or not: the retry's key tells.
    texts = [event.text for event in found.events if event.number is not None]
    assert texts in (["before"], ["before", "lost"])


def test_a_store_that_another_program_keeps_locked_is_in_trouble_until_it_is_let_go(
    tmp_path: Path,
) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    assert opened.store.trouble is None
    opened.store._writer._sqlite.connection.set_busy_timeout(10)
    other = apsw.Connection(str(tmp_path / "data" / "chatd.db"))
    other.execute("begin immediate")
    assert refused(opened, "hello", "k1").code is Code.BUSY
    assert opened.store.trouble == "another program keeps the store locked"
    other.execute("rollback")
    other.close()
    opened.send("hello", "k1")
    assert opened.store.trouble is None
    sound(tmp_path, opened, ["hello"])
