"""Opening the store on SQLite: folder, lock, schema, and the threads that will serve it."""

from collections.abc import Callable
from pathlib import Path

import apsw

from chatd.core import ids
from chatd.engine.ports import Clock, Random
from chatd.store import timeline
from chatd.store.copying import COPYING, COPYING_FILES, being_copied
from chatd.store.errors import StoreError, cannot_open
from chatd.store.indexer import FILE as SEARCH_FILE
from chatd.store.indexer import Indexer
from chatd.store.lock import FolderLock
from chatd.store.migrate import migrate, steps
from chatd.store.names import FILE, RESTORING
from chatd.store.readers import Readers
from chatd.store.searcher import Searcher
from chatd.store.space import Floor, Space, free_and_total
from chatd.store.sqlite import CACHE, Sqlite, Synchronous, make_file
from chatd.store.store import SqliteStore
from chatd.store.writer import Writer

READERS = 2
#: Connections that cache pages of the database or of its index: the writer, the readers, two of the
#: indexer, one of the searcher.
CONNECTIONS = READERS + 4
#: What a start that failed before there was a database leaves behind, and what can be rebuilt.
LEFT_BEHIND = (
    COPYING,
    COPYING_FILES,
    "acme",
    "chatd.lock",
    "control.sock",
    "lost+found",
    "push.key",
    *(SEARCH_FILE + suffix for suffix in ("", "-wal", "-shm")),
)


def open_store(
    folder: Path,
    *,
    call_in_reactor: Callable[..., object],
    clock: Clock,
    random: Random,
    synchronous: Synchronous = "FULL",
    floor: Floor | None = None,
    vfs: str | None = None,
    cache_bytes: int = CONNECTIONS * CACHE,
) -> SqliteStore:
    """Opens the store in ``folder``, makes or migrates it as needed. StoreError if that fails.

    ``call_in_reactor(call, *args)`` is called from other threads (``reactor.callFromThread``); so
    is ``clock.now``. Nothing runs before `start`. ``cache_bytes`` is for all connections together.
    """
    make_folder(folder)
    try:
        lock = FolderLock(folder)
    except OSError as error:
        raise cannot_open(folder, error) from error
    try:
        cache = cache_bytes // CONNECTIONS
        return _open(folder, lock, call_in_reactor, clock, random, synchronous, floor, vfs, cache)
    except (apsw.Error, OSError) as error:
        lock.release()
        raise cannot_open(folder / FILE, error) from error
    except BaseException:
        lock.release()
        raise


def _open(
    folder: Path,
    lock: FolderLock,
    call_in_reactor: Callable[..., object],
    clock: Clock,
    random: Random,
    synchronous: Synchronous,
    floor: Floor | None,
    vfs: str | None,
    cache: int,
) -> SqliteStore:
    path = folder / FILE
    if (folder / RESTORING).exists():
        raise StoreError(
            f"A restore into {folder} was begun and not finished: {_told(folder / RESTORING)}"
        )
    if not path.exists():
        make_file(path)

    def writing() -> Sqlite:
        return Sqlite(path, writing=True, synchronous=synchronous, vfs=vfs, cache=cache)

    def reading() -> Sqlite:
        return Sqlite(path, writing=False, vfs=vfs, cache=cache)

    first = writing()
    try:
        migrate(first, path, todo=steps(), new_epoch=lambda: ids.epoch(random), now=clock.wall())
        row = first.row("select value from meta where name = 'epoch'", {})
        assert row is not None
        head = timeline.position(first)
    finally:
        first.close()
    space = Space(floor or Floor(), lambda: free_and_total(folder), clock.now)
    writer = Writer(
        writing,
        call_in_reactor,
        space,
        lambda committed: store.publish(committed),
        lambda: being_copied(folder),
    )
    readers = Readers(reading, call_in_reactor, clock.now, READERS)
    indexer = Indexer(folder, row[0], head, reading, call_in_reactor, cache)
    searcher = Searcher(indexer, reading, call_in_reactor, clock.now)
    store = SqliteStore(row[0], writer, readers, indexer, searcher, lock)
    return store


def _told(restoring: Path) -> str:
    """The last word of the unfinished restore, a line that says how to go on."""
    return restoring.read_text("utf-8", "replace").strip()[:1000]


def make_folder(folder: Path) -> None:
    """Makes sure the data folder exists and is closed to others; StoreError if that fails.

    A folder that holds other things is not ours to close: it may be /var/lib.
    """
    try:
        folder.mkdir(mode=0o700, parents=False, exist_ok=True)
        if not (folder / FILE).exists() and not (folder / RESTORING).exists():
            other = next((path for path in folder.iterdir() if path.name not in LEFT_BEHIND), None)
            if other is not None:
                raise StoreError(
                    f"The store {folder} holds other files ({other.name}): give chatd a folder of"
                    " its own in store.path."
                )
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise cannot_open(folder, error) from error
