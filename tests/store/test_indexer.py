"""The indexer and the searcher with their threads: nothing lost, nothing doubled, made anew."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.search_query import parse
from chatd.engine.search import Found, Wanted
from chatd.store import indexer, searcher
from chatd.store.indexer import FILE
from tests.store.opened import Opened, edit, erase, message, send

SECRET = "quagga"


def wanted(text: str) -> Wanted:
    query = parse(text)
    return Wanted(phrases=query.phrases, excluded=query.excluded, limit=50)


def search(opened: Opened, text: str, user: str = "alice") -> Found:
    """Once the index holds all of the log."""
    for _ in range(200):
        found = opened.pump.wait(opened.store.search(user, wanted(text)))
        if not found.behind:
            return found
    raise AssertionError("the index does not get there")


def said(opened: Opened, text: str, user: str = "alice") -> list[str]:
    return [hit.message.body.decode()[9:-2] for hit in search(opened, text, user).hits]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def opened(folder: Path) -> Iterator[Opened]:
    opened = Opened(folder).start().tea()
    yield opened
    opened.stop()


def rows(folder: Path) -> tuple[int, list[int]]:
    """The index's position, and the positions of the messages in it."""
    connection = apsw.Connection(str(folder / FILE))
    try:
        (position,) = next(iter(connection.execute("select position from meta")))
        return position, [row[0] for row in connection.execute("select id from words_0_content")]
    finally:
        connection.close()


def test_one_finds_what_one_has_just_said(opened: Opened) -> None:
    for n in range(20):
        opened.send(f"cup {n}")
        found = opened.pump.wait(opened.store.search("alice", wanted(f'"cup {n}"')))
        assert len(found.hits) == 1 and found.behind == 0
    assert opened.store.search_index == "all of the log"


def test_a_stop_and_a_start_lose_and_double_nothing(folder: Path) -> None:
    for n in range(3):
        opened = Opened(folder).start()
        if n == 0:
            opened.tea()
        opened.send(f"cup {n}")
        opened.stop()
        position, indexed = rows(folder)
        assert (position, indexed) == (n + 2, list(range(2, n + 3)))
        assert not (folder / f"{FILE}-wal").exists()
    names = [thread.name for thread in threading.enumerate()]
    assert "chatd-indexer" not in names and "chatd-searcher" not in names


@pytest.mark.parametrize("harm", ["missing", "garbage", "hole", "format", "epoch", "ahead"])
def test_an_index_that_is_of_no_use_is_made_anew(folder: Path, harm: str) -> None:
    opened = Opened(folder).start().tea()
    for n in range(30):
        opened.send(f"cup {n}")
    opened.stop()
    path = folder / FILE
    if harm == "missing":
        path.unlink()
    elif harm == "garbage":
        path.write_bytes(os.urandom(50_000))
    else:
        connection = apsw.Connection(str(path))
        connection.execute(
            {
                "hole": "drop table words_0",
                "format": "update meta set format = 0",
                "epoch": "update meta set epoch = 'another0'",
                "ahead": "update meta set position = position + 1",
            }[harm]
        )
        connection.close()
    opened = Opened(folder).start()
    opened.send("one more cup")
    assert len(said(opened, "cup")) == 31
    opened.stop()
    assert rows(folder) == (32, list(range(2, 33)))


def test_an_index_ahead_of_its_log_is_found_though_the_log_catches_up_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(folder).start().tea()
    opened.send("first cup")
    opened.stop()
    connection = apsw.Connection(str(folder / FILE))
    connection.execute("update meta set position = position + 1")
    connection.close()
    begin = indexer.Indexer.start
    monkeypatch.setattr(indexer.Indexer, "start", lambda self: None)
    opened = Opened(folder).start()
    opened.send("second cup")
    begin(opened.store._indexer)
    assert said(opened, "cup") == ["second cup", "first cup"]
    opened.stop()


@pytest.mark.logs_errors("A search failed")
def test_an_index_that_turns_out_to_be_damaged_is_made_anew(folder: Path) -> None:
    opened = Opened(folder).start().tea()
    for promise in [opened.sending(f"cup {n}") for n in range(300)]:
        opened.pump.wait(promise)
    assert len(said(opened, "cup")) == 50
    opened.stop()
    connection = apsw.Connection(str(folder / FILE))
    connection.execute("update words_0_data set block = randomblob(length(block)) where id > 10")
    connection.close()
    opened = Opened(folder).start()
    with pytest.raises(Refusal) as caught:
        search(opened, "cup")
    assert (caught.value.code, caught.value.retry) == (Code.UNAVAILABLE, True)
    opened.store._indexer._stopping.wait(0.1)
    assert len(said(opened, "cup")) == 50 and opened.store._indexer.generation == 1
    opened.stop()


def test_erased_words_leave_the_file(folder: Path) -> None:
    opened = Opened(folder).start().tea()
    seqs = [opened.send(f"{SECRET} {n}").answer.seq for n in range(30)]
    assert len(said(opened, SECRET)) == 30
    for n, seq in enumerate(seqs):
        assert seq is not None
        opened.commit(edit(seq, f"other words {n}") if n % 2 else erase(seq))
    assert said(opened, SECRET) == [] and len(said(opened, "other")) == 15
    files = [folder / FILE, folder / f"{FILE}-wal"]
    for _ in range(100):
        if not any(SECRET[2:].encode() in file.read_bytes() for file in files):
            break
        opened.store._indexer._stopping.wait(indexer.TIDY_AFTER / 10)
    # Of the word's beginnings (see `prefix` of the table) nothing is left either.
    assert not any(SECRET[:3].encode() in file.read_bytes() for file in files)
    opened.stop()


def test_words_erased_just_before_the_stop_leave_the_file_too(folder: Path) -> None:
    opened = Opened(folder).start().tea()
    seqs = [opened.send(f"{SECRET} {n}").answer.seq for n in range(30)]
    assert len(said(opened, SECRET)) == 30
    for seq in seqs:
        assert seq is not None
        opened.commit(erase(seq))
    opened.stop()
    assert SECRET.encode() not in (folder / FILE).read_bytes()


def test_killed_at_any_moment_it_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    program = """
import sys, pathlib
from tests.store.opened import Opened
opened = Opened(pathlib.Path(sys.argv[1])).start()
if sys.argv[2] == "0":
    opened.tea()
print("begun", flush=True)
while True:
    for n in range(20):
        opened.sending(f"cup {n}")
    opened.send()
    print(opened.store.search_index, flush=True)
"""
    for n in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(folder), str(n)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(2 + 5 * n):
            assert child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.wait(timeout=10)
        child.stdout.close()
    opened = Opened(folder).start()
    search(opened, "cup")
    head = opened.pump.wait(opened.store.position())
    opened.stop()
    # All but the first event are messages.
    assert rows(folder) == (head, list(range(2, head + 1)))


def test_so_many_searches_of_one_person_and_of_all(opened: Opened) -> None:
    opened.send("cup")
    waiting = [opened.store.search("alice", wanted("cup")) for _ in range(2)]
    third = opened.store.search("alice", wanted("cup"))
    others = [
        opened.store.search(f"user{n}", wanted("cup")) for n in range(searcher.SEARCHES_WAITING - 2)
    ]
    too_many = opened.store.search("bob", wanted("cup"))
    for refused in (third, too_many):
        with pytest.raises(Refusal) as caught:
            opened.pump.wait(refused)
        assert (caught.value.code, caught.value.retry) == (Code.BUSY, True)
    for each in (*waiting, *others):
        opened.pump.wait(each)
    assert len(opened.pump.wait(opened.store.search("alice", wanted("cup"))).hits) == 1


def test_a_search_takes_nobodys_reader(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    opened.send("cup")
    search(opened, "cup")
    begun, goes_on = threading.Event(), threading.Event()

    def slow(*_: Any) -> Found:
        begun.set()
        goes_on.wait(10)
        return Found(())

    monkeypatch.setattr(searcher, "search", slow)
    searching = opened.store.search("alice", wanted("cup"))
    assert begun.wait(10)
    for n in range(20):
        opened.send(f"cup {n}")
        assert len(opened.pump.wait(opened.store.page("bob", "tea", limit=1)).messages) == 1
    assert not searching.called
    goes_on.set()
    opened.pump.wait(searching)


def test_stopped_with_searches_waiting_it_refuses_them(folder: Path) -> None:
    opened = Opened(folder).start().tea()
    waiting = [opened.store.search(user, wanted("cup")) for user in ("alice", "bob") * 2]
    opened.stop()
    late = opened.store.search("alice", wanted("cup"))
    for each in (*waiting, late):
        try:
            opened.pump.wait(each)
        except Refusal as refusal:
            assert refusal.code in (Code.UNAVAILABLE, Code.BUSY)


def test_a_store_that_never_ran_stops(folder: Path) -> None:
    Opened(folder).stop()


@pytest.mark.logs_errors("The search index stands still")
def test_an_index_that_cannot_be_written_harms_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "AGAIN_AFTER", (0.01,))
    opened = Opened(folder).start().tea()
    search(opened, "cup")
    faults = [apsw.FullError("injected"), apsw.FullError("injected")]
    take = indexer.Index.take

    def full(self: Any, *arguments: Any) -> None:
        if faults:
            raise faults.pop()
        take(self, *arguments)

    monkeypatch.setattr(indexer.Index, "take", full)
    opened.commit(send("cup"))
    assert said(opened, "cup") == ["cup"]
    assert opened.store._indexer.generation == 0
    opened.stop()


@pytest.mark.logs_errors("The search index stands still")
def test_a_broken_index_that_cannot_be_removed_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "AGAIN_AFTER", (0.01,))
    opened = Opened(folder).start().tea()
    opened.send("cup")
    opened.stop()
    (folder / FILE).write_bytes(os.urandom(50_000))
    in_the_way = folder / f"{FILE}-shm"
    in_the_way.mkdir()
    opened = Opened(folder).start()
    with pytest.raises(Refusal):
        search(opened, "cup")
    in_the_way.rmdir()
    opened.store._indexer.opened(5.0)
    assert said(opened, "cup") == ["cup"]
    opened.stop()


def test_messages_said_and_edited_within_one_commit_are_found_as_they_are(opened: Opened) -> None:
    said_first = opened.sending("old cup")
    opened.pump.wait(said_first)
    promises = [opened.store.commit(send("x")), opened.store.commit(edit(2, "new cup"))]
    for promise in promises:
        opened.pump.wait(promise)
    assert said(opened, "cup") == ["new cup"]
    assert message("y").room == "tea"
