"""The indexer: a thread that follows the log and keeps the search index, out of everybody's way.

The writer of messages knows nothing of it. Nothing is lost with the index: one that is missing,
broken or of another log or format is rebuilt from the log, in the background.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import apsw
from twisted.logger import Logger

from chatd.store import timeline
from chatd.store.background import in_background
from chatd.store.promise import Promise
from chatd.store.search_index import Index, read_news
from chatd.store.sqlite import Sqlite, make_file

FILE = "chatd-search.db"
#: Events read from the log, and brought into the index, at a time.
EVENTS = 500
#: After this many rows others may have the interpreter for a moment, and for how long.
ROWS_BETWEEN_PAUSES = 20
PAUSE = 0.0005
#: How long it waits for more before it indexes what came, unless somebody searches or there is a
#: whole stretch: at 100 messages a second 16 µs for each instead of 60 with a tenth of that.
LINGER = 0.5
#: Seconds of calm after which the file's own log, which may hold erased words, is emptied.
TIDY_AFTER = 1.0
WAL_PAGES = 1_000
WAL_PAGES_FORCED = 16_000
#: Seconds before another attempt after a failure; the last one repeats.
AGAIN_AFTER = (0.2, 1.0, 5.0, 30.0)
#: No search waits for an index that is further behind than this many events.
NEAR = 2_000

T = TypeVar("T")
log = Logger(namespace="chatd.store")


class _Broken(Exception):
    """The index is useless and is to be rebuilt; says why."""


class Indexer:
    """`start` and `stop` belong to the reactor's thread; the rest may be called from any.
    ``head``: where the log ends before anything is written; ``connect_log`` opens a connection
    that reads the log. The index's own connection keeps pages in ``cache`` bytes."""

    def __init__(
        self,
        folder: Path,
        epoch: str,
        head: int,
        connect_log: Callable[[], Sqlite],
        call_in_reactor: Callable[..., object],
        cache: int,
    ) -> None:
        self.path = folder / FILE
        self._cache = cache
        self._epoch = epoch
        self._first_head = head
        self._connect_log = connect_log
        self._call_in_reactor = call_in_reactor
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._stopped: Promise[None] = Promise()
        self._thread = threading.Thread(target=self._run, name="chatd-indexer", daemon=True)
        self._rows = 0
        self._begun = False
        # Guarded by `_changed`:
        self._position: int | None = None
        self._head = 0
        self._waiting = 0
        self._trouble: str | None = None
        self._unusable: str | None = None
        #: Counts the files that the index has been in: each needs a new connection.
        self.generation = 0

    # -- in the reactor ---------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> Promise[None]:
        """Fires once the thread and its connections are gone. What is not yet in the index will be
        after the next start."""
        if not self._stopping.is_set():
            self._stopping.set()
            with self._changed:
                self._changed.notify_all()
            if self._thread.ident is None:
                self._stopped.keep(None)
        return self._stopped

    def _ended(self) -> None:
        self._thread.join()
        self._stopped.keep(None)

    # -- in any thread ----------------------------------------------------------------------------

    def wake(self, head: int) -> None:
        """The log now goes up to ``head``."""
        with self._changed:
            if head > self._head:
                before, self._head = self._head, head
                # One that works or lingers looks by itself before it rests: it is woken for the
                # first news and for a whole stretch, not with each commit.
                if before <= self._place() or before < self._place() + EVENTS <= head:
                    self._changed.notify_all()

    def opened(self, patience: float) -> bool:
        """Whether there is an index that can be asked, after at most ``patience`` seconds."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._position is not None or self._stopping.is_set(), patience
            )
            return self._position is not None

    @property
    def told(self) -> str:
        """How it is doing, for the operator."""
        with self._changed:
            if self._trouble is not None:
                return self._trouble
            if self._position is None:
                return "being opened"
            if self._position >= self._head:
                return "all of the log"
            return f"{100 * self._position // self._head} % of the log"

    def reached(self, position: int, patience: float) -> bool:
        """Waits for at most ``patience`` seconds until the log is in the index up to ``position``;
        not at all while it is far behind."""

        def there() -> bool:
            return self._position is not None and self._position >= position

        with self._changed:
            if there() or self._position is None or position - self._position > NEAR:
                return there()
            self._waiting += 1
            self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: there() or self._stopping.is_set(), patience)
            finally:
                self._waiting -= 1
            return there()

    def make_anew(self, generation: int, why: str) -> None:
        """The index file of that generation proved to be broken."""
        with self._changed:
            if generation == self.generation:
                self._unusable = why
                self._changed.notify_all()

    # -- in its own thread ------------------------------------------------------------------------

    def _run(self) -> None:
        in_background()
        failures = 0
        try:
            while not self._stopping.is_set():
                began = self._place()
                try:
                    self._follow()
                except _Broken as broken:
                    self._drop(str(broken))
                except Exception:
                    self._stand_still()
                else:
                    continue
                failures = 0 if self._place() > began else failures + 1
                if failures > 1:
                    wait = AGAIN_AFTER[min(failures - 2, len(AGAIN_AFTER) - 1)]
                    self._stopping.wait(wait)
        finally:
            self._call_in_reactor(self._ended)

    def _follow(self) -> None:
        """Runs until `stop`, or an exception. Opens everything, and closes it again."""
        source = self._connect_log()
        try:
            with _Opened(self.path, self._cache) as sqlite:
                index = Index(sqlite)
                self._begin(index, timeline.position(source))
                untidy = False
                while not self._stopping.is_set():
                    if self._behind():
                        untidy = self._step(source, index) or untidy
                    elif not _on_index(index.merge):
                        untidy = self._rest(sqlite, untidy)
                    else:
                        self._stopping.wait(PAUSE)
                    _shorten_wal(sqlite)
                self._finish(source, index)
        finally:
            source.close()

    def _begin(self, index: Index, head: int) -> None:
        position = _on_index(lambda: index.begin(self._epoch))
        if position is None:
            raise _Broken("it is not whole, or of another log or another version of chatd")
        # What was written since the start could hide that the index was ahead of the log: the first
        # time, the log as it was then counts.
        if position > (head if self._begun else self._first_head):
            raise _Broken("it is ahead of the log")
        self._begun = True
        with self._changed:
            self._head = max(self._head, head)
            self._position = position
            self._trouble = self._unusable = None
            self._changed.notify_all()

    def _finish(self, source: Sqlite, index: Index) -> None:
        """What was erased last must not stay in the file of a stopped daemon."""
        head = timeline.position(source)
        if head - self._place() <= NEAR:
            while self._place() < head:
                self._step(source, index)

    def _behind(self) -> bool:
        with self._changed:
            if self._unusable is not None:
                raise _Broken(self._unusable)
            return self._place() < self._head

    def _place(self) -> int:
        return self._position or 0

    def _step(self, source: Sqlite, index: Index) -> bool:
        """Indexes one stretch of the log; whether anything was taken out."""
        news = read_news(source, self._place(), EVENTS, self._pause)
        _on_index(lambda: index.take(news, self._pause))
        with self._changed:
            self._position = news.upto
            self._head = max(self._head, news.upto)
            self._changed.notify_all()
        return bool(news.gone)

    def _pause(self) -> None:
        """Called after each row. Releasing the interpreter while SQLite works is not enough: this
        thread would have it back before anybody else woke up."""
        self._rows += 1
        if self._rows % ROWS_BETWEEN_PAUSES == 0:
            time.sleep(PAUSE)

    def _rest(self, sqlite: Sqlite, untidy: bool) -> bool:
        """Waits until there is something to do; tidies up in calm. Whether it is still untidy."""

        def wanted() -> bool:
            return (
                self._place() < self._head or self._unusable is not None or self._stopping.is_set()
            )

        with self._changed:
            woken = self._changed.wait_for(wanted, TIDY_AFTER if untidy else None)
            if woken:
                self._changed.wait_for(
                    lambda: (
                        bool(self._waiting)
                        or self._stopping.is_set()
                        or self._unusable is not None
                        or self._head - self._place() >= EVENTS
                    ),
                    LINGER,
                )
                return untidy
        return not sqlite.checkpoint(truncate=True)

    def _drop(self, why: str) -> None:
        log.info("The search index is made anew: {why}.", why=why)
        with self._changed:
            self._position = None
            self._trouble = self._unusable = None
            self.generation += 1
        try:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        except OSError:
            self._stand_still()

    def _stand_still(self) -> None:
        log.failure("The search index stands still; it is tried again.")
        with self._changed:
            self._trouble = "out of order; the log tells why"


class _Opened:
    """The index file, made if it is missing, with its log copied over at the end."""

    def __init__(self, path: Path, cache: int) -> None:
        self._path = path
        self._cache = cache

    def __enter__(self) -> Sqlite:
        if not self._path.exists():
            make_file(self._path)
        # What a power cut kept off the disk is read from the log again.
        self._sqlite = _on_index(
            lambda: Sqlite(self._path, writing=True, synchronous="NORMAL", cache=self._cache)
        )
        return self._sqlite

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self._sqlite.checkpoint(truncate=True, patience=TIDY_AFTER)
        finally:
            self._sqlite.close()


def _on_index(call: Callable[[], T]) -> T:
    """Tells a fault of the index from one of the log."""
    try:
        return call()
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError, apsw.ConstraintError) as error:
        raise _Broken(f"it is damaged ({error})") from error


def _shorten_wal(sqlite: Sqlite) -> None:
    if sqlite.wal_pages >= WAL_PAGES:
        sqlite.checkpoint(truncate=sqlite.wal_pages >= WAL_PAGES_FORCED, patience=0.1)
