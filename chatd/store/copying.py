"""A copy of the store at one moment, made while it is written to: nobody waits for it.

The source is a reading connection that holds one view of the log for as long as the copy takes. The
writer goes on committing; it only leaves its log file uncopied meanwhile (`being_copied`), since
all that was committed after that moment has to stay there.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from chatd.store import timeline
from chatd.store.errors import StoreError, cannot_open
from chatd.store.lock import FolderLock
from chatd.store.migrate import version
from chatd.store.names import FILE
from chatd.store.sqlite import FAILURES, Sqlite, make_file

#: Held, shared, by whoever copies the database; and the second by whoever also copies bodies of
#: files, for as long as that takes: none is removed meanwhile.
COPYING = "chatd.copying"
COPYING_FILES = "chatd.copying-files"
#: Pages copied at a time: 1 MiB, so that progress can be reported and the copy interrupted.
STEP = 256

Told = Callable[[int, int], None]
"""Told of pages done and of all there are."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a copy holds. ``moment``: Unix ms at which it was true; ``counts``: rows by table."""

    moment: int
    epoch: str
    schema: int
    position: int
    page_size: int
    pages: int
    counts: dict[str, int]


def copy_store(folder: Path, target: Path, told: Told) -> Facts:
    """A whole copy of the store in ``folder`` under ``target``, which must not exist and is not
    synced. Works with and without a running daemon. StoreError."""
    try:
        _recover(folder)
        with held(folder), _view(folder) as source:
            facts = facts_of(source, time.time_ns() // 1_000_000)
            make_file(target)
            _copy(source, target, told)
            return facts
    except FAILURES as error:
        raise cannot_open(folder / FILE, error) from error


def facts_of(database: Sqlite, moment: int) -> Facts:
    """Read in the transaction that ``database`` is in."""
    row = database.row("select value from meta where name = 'epoch'", {})
    if row is None:
        raise StoreError("The store has no epoch: it is none of chatd's.")
    tables = database.rows(
        """
        select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
        order by name
        """,
        {},
    )
    counts = {}
    for (table,) in tables:
        count = database.row(f'select count(*) from "{table}"', {})  # noqa: S608 (ours)
        assert count is not None
        counts[table] = count[0]
    return Facts(
        moment,
        row[0],
        version(database),
        timeline.position(database),
        database.pragma("page_size"),
        database.pragma("page_count"),
        counts,
    )


def being_copied(folder: Path, mark: str = COPYING) -> bool:
    """Whether somebody is copying the store now; false again however their process ends."""
    try:
        descriptor = os.open(folder / mark, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _recover(folder: Path) -> None:
    """If no daemon runs: what a crash left in the log file is brought into the database, which a
    read-only connection might not be able to do. A daemon that starts now need not wait for the
    copy."""
    if not (folder / FILE).exists():
        raise StoreError(f"There is no store in {folder}: is store.path right?")
    try:
        lock = FolderLock(folder)
    except StoreError:
        return
    try:
        database = Sqlite(folder / FILE, writing=True)
        try:
            database.checkpoint(truncate=True, patience=1.0)
        finally:
            database.close()
    finally:
        lock.release()


@contextmanager
def held(folder: Path, mark: str = COPYING) -> Iterator[None]:
    """While this is held, `being_copied`."""
    path = folder / mark
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _give(path, folder)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _give(path: Path, folder: Path) -> None:
    """A file that root made would keep the daemon out."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


@contextmanager
def _view(folder: Path) -> Iterator[Sqlite]:
    """The store as it is now, and as it stays for this connection."""
    source = Sqlite(folder / FILE, writing=False)
    try:
        source.run("begin", {})
        yield source
    finally:
        source.close()


def _copy(source: Sqlite, target: Path, told: Told) -> None:
    copy = apsw.Connection(str(target))
    try:
        # The caller syncs the result; an unfinished one is thrown away.
        copy.pragma("synchronous", "off")
        with copy.backup("main", source.connection, "main") as backup:
            while not backup.done:
                backup.step(STEP)
                told(backup.page_count - backup.remaining, backup.page_count)
    finally:
        copy.close()
