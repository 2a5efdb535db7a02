"""A copy beside the writer: whole, of one moment, and nobody waits for it."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatd.store import writer
from chatd.store.copying import COPYING, being_copied, copy_store
from chatd.store.errors import StoreError
from chatd.store.names import FILE
from chatd.store.sqlite import Sqlite
from chatd.store.verify import faults_in
from tests.store.opened import Opened


def quiet(done: int, total: int) -> None: ...


def test_a_copy_begun_before_a_commit_does_not_hold_it(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    opened.send("before")
    told: list[int] = []

    def say_more(done: int, total: int) -> None:
        told.append(done)
        opened.send(f"while {len(told)}")

    try:
        facts = copy_store(tmp_path / "data", tmp_path / "copy.db", say_more)
        assert told[-1] == facts.pages
    finally:
        opened.stop()
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "copy.db").stat().st_size == facts.pages * facts.page_size
    copy = Sqlite(tmp_path / "copy.db", writing=False, immutable=True)
    assert faults_in(copy) == ()
    assert copy.rows("select count(*) from events where numbered = 1", {}) == [(1,)]
    assert facts.counts["events"] == facts.position == 2
    copy.close()


def test_a_store_that_crashed_is_recovered_before_it_is_copied(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    opened = Opened(folder).start().tea()
    opened.send("only in the log file")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in (FILE, FILE + "-wal"):
        (crashed / name).write_bytes((folder / name).read_bytes())
    opened.stop()
    facts = copy_store(crashed, tmp_path / "copy.db", quiet)
    assert facts.counts["events"] == 2


def test_without_a_store_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=f"no store in {tmp_path}"):
        copy_store(tmp_path, tmp_path / "copy.db", quiet)


def test_who_copies_is_known_until_it_ends_however_it_does(tmp_path: Path) -> None:
    assert not being_copied(tmp_path)
    program = (
        "import sys, pathlib; from chatd.store.copying import held\n"
        "with held(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == b"held\n"
        assert being_copied(tmp_path)
        child.kill()
        child.wait(10)
    assert (tmp_path / COPYING).exists() and not being_copied(tmp_path)


@pytest.mark.parametrize("copied", [True, False])
def test_while_a_backup_reads_no_commit_waits_to_have_the_log_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: bool
) -> None:
    """A reader keeps the log from being emptied. Past `CHECKPOINT_FORCED` it is waited for, unless
    it is known that it will end."""
    monkeypatch.setattr(writer, "CHECKPOINT_FORCED", 20)
    monkeypatch.setattr(writer, "CHECKPOINT_CALM", 10)
    folder = tmp_path / "data"
    opened = Opened(folder).start().tea()
    view = Sqlite(folder / FILE, writing=False)
    mark = os.open(folder / COPYING, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        view.run("begin", {})
        view.rows("select count(*) from events", {})
        if copied:
            fcntl.flock(mark, fcntl.LOCK_SH)
        began = time.monotonic()
        for _ in range(8):
            opened.send("text " * 4000)
        slow = time.monotonic() - began > writer.CHECKPOINT_PATIENCE
        assert slow is not copied
    finally:
        view.close()
        os.close(mark)
        opened.stop()
