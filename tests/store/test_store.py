"""Opening the store: what it makes, what it keeps, and how it says no."""

import errno
import os
import stat
from pathlib import Path

import apsw
import pytest

from chatd.engine.ports import Store
from chatd.store.errors import StoreError, cannot_open
from chatd.store.opening import make_folder
from chatd.store.store import SqliteStore
from tests.store.opened import Opened


def as_port(store: SqliteStore) -> Store:
    """The type checker's proof that the store is what the pure half asks for."""
    return store


def test_files_belong_to_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    opened = Opened(folder).start().tea()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    assert set(modes) >= {"chatd.db", "chatd.db-wal", "chatd.db-shm", "chatd.lock"}
    assert set(modes.values()) == {0o600}
    opened.stop()


def test_a_store_keeps_everything_and_its_epoch(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    epoch = opened.store.epoch
    assert len(epoch) == 8
    seq = opened.send("kept", "k").answer.seq
    opened.stop()
    opened = Opened(tmp_path / "data").start()
    assert opened.store.epoch == epoch
    assert opened.pump.wait(opened.store.position()) == 2
    again = opened.send("kept", "k")
    assert again.repeated and again.answer.seq == seq
    assert opened.send("next").answer.seq == 3
    opened.stop()


def test_every_read_of_the_port_answers(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data").start().tea()
    store, wait = as_port(opened.store), opened.pump.wait
    opened.send("hello")
    assert len(wait(store.page("bob", "tea", limit=5)).messages) == 1  # type: ignore[arg-type]
    assert wait(store.opening("bob", "tea", limit=5, marks_up_to=9)).room.id == "tea"  # type: ignore[arg-type]
    assert len(wait(store.missed("bob", ["tea"], 1, 5)).events) == 1  # type: ignore[arg-type]
    assert len(wait(store.events(1, 2))) == 2  # type: ignore[arg-type]
    assert wait(store.arrival("bob"))[2] == 2  # type: ignore[arg-type]
    assert wait(store.room("bob", "tea")).unread == 1  # type: ignore[arg-type]
    assert len(wait(store.public("bob", None, 5))) == 1  # type: ignore[arg-type]
    assert len(wait(store.members("bob", "tea", None, 5))) == 2  # type: ignore[arg-type]
    assert len(wait(store.marks("bob", "tea", 5))) == 1  # type: ignore[arg-type]
    assert wait(store.person("bob")).name == "bob"  # type: ignore[arg-type]
    assert wait(store.by_name("bob")) == "bob"  # type: ignore[arg-type]
    assert wait(store.blocked("bob")) == ()  # type: ignore[arg-type]
    assert wait(store.user("bob")) == wait(store.user_by_name("bob"))  # type: ignore[arg-type]
    assert len(wait(store.users(None, 5))) == 2  # type: ignore[arg-type]
    assert wait(store.credentials("bob")) == wait(store.invitations()) == ()  # type: ignore[arg-type]
    for read in (store.credential, store.invitation, store.ticket):
        assert wait(read(b"none")) is None  # type: ignore[arg-type]
    assert wait(store.has_admin()) is False  # type: ignore[arg-type]
    opened.stop()


def test_a_store_in_use_is_refused_and_free_again_afterwards(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "data")
    with pytest.raises(StoreError, match="Another chatd"):
        Opened(tmp_path / "data")
    opened.stop()
    Opened(tmp_path / "data").stop()


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"parent folder is missing; make it"):
        Opened(tmp_path / "no" / "data")


def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "apt").mkdir()
    with pytest.raises(StoreError, match="holds other files \\(apt\\): give chatd a folder"):
        make_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="a file where a folder should be"):
        Opened(tmp_path / "data")


@pytest.mark.parametrize(
    "damage", [b"no database at all" * 400, b"SQLite format 3\0" + b"\7" * 8000]
)
def test_a_damaged_file_is_refused_and_the_lock_let_go(tmp_path: Path, damage: bytes) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "chatd.db").write_bytes(damage)
    for _ in range(2):
        with pytest.raises(StoreError, match="damaged or no database; restore the last backup"):
            Opened(folder)
    assert (folder / "chatd.db").read_bytes() == damage


@pytest.mark.skipif(os.geteuid() != 0, reason="takes the right to become another user")
def test_a_folder_of_another_owner_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    Opened(folder).stop()
    for parent in tmp_path.parents:
        if parent.stat().st_uid == 0 and parent.name.startswith("pytest-"):
            parent.chmod(0o755)
    tmp_path.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(StoreError, match=r"the user running chatd \(id 65534\) may not.*chown"):
            Opened(folder)
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EROFS, "x"), "read-only"),
        (apsw.ReadOnlyError("x"), "read-only"),
        (OSError(errno.ENOSPC, "x"), "disk is full"),
        (apsw.FullError("x"), "disk is full"),
        (apsw.BusyError("x"), "another program keeps it locked"),
        (apsw.IOError("disk I/O error"), "disk I/O error"),
    ],
)
def test_other_faults_come_as_one_sentence_with_the_fix(error: Exception, said: str) -> None:
    sentence = str(cannot_open(Path("/var/lib/chatd/chatd.db"), error))
    assert sentence.startswith("The store /var/lib/chatd/chatd.db cannot be opened: ")
    assert said in sentence and sentence.endswith(".") and "\n" not in sentence
