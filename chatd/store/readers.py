"""The readers: a few threads, each with a read-only connection of its own."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar

import apsw
from twisted.logger import Logger

from chatd.store import refusals
from chatd.store.background import in_background
from chatd.store.database import Database
from chatd.store.promise import Promise, refused
from chatd.store.sqlite import Sqlite

READS_WAITING = 2_000
SECONDS_PER_READ = 2.0
STEPS_BETWEEN_CHECKS = 20_000
"""Instructions of SQLite's machine between two looks at the clock: well under a millisecond."""

P = ParamSpec("P")
T = TypeVar("T")
Question = tuple[Promise[Any], Callable[[Database], Any]]
log = Logger(namespace="chatd.store")


class _Deadline(threading.local):
    """When the current thread's read will have taken too long, in monotonic seconds."""

    at = 0.0


class Readers:
    """`ask`, `start` and `stop` belong to the reactor's thread. Each question sees one snapshot."""

    def __init__(
        self,
        connect: Callable[[], Sqlite],
        call_in_reactor: Callable[..., object],
        now: Callable[[], float],
        count: int,
    ) -> None:
        self._connect = connect
        self._call_in_reactor = call_in_reactor
        self._now = now
        self._queue: SimpleQueue[Question | None] = SimpleQueue()
        self._waiting = 0
        self._stopping = False
        self._stopped: Promise[None] = Promise()
        self._left = count
        self._deadline = _Deadline()
        self._connections = [connect() for _ in range(count)]
        self._threads = [
            threading.Thread(
                target=self._run, args=(sqlite,), name=f"chatd-reader-{n}", daemon=True
            )
            for n, sqlite in enumerate(self._connections, 1)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def ask(
        self, read: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Promise[T]:
        """Runs ``read(database, ...)`` in a reader. Refusals: `busy`, `timeout`, `unavailable`."""
        if self._stopping:
            return refused(refusals.unavailable(1.0))
        if self._waiting >= READS_WAITING:
            return refused(refusals.busy(1.0))
        promise: Promise[T] = Promise()
        self._waiting += 1
        self._queue.put((promise, lambda database: read(database, *args, **kwargs)))
        return promise

    def stop(self) -> Promise[None]:
        """Reads that have not begun are refused. Fires once every connection is closed."""
        if not self._stopping:
            self._stopping = True
            for thread, sqlite in zip(self._threads, self._connections, strict=True):
                if thread.ident is None:
                    sqlite.close()
                    self._left -= 1
                else:
                    self._queue.put(None)
            if not self._left:
                self._stopped.keep(None)
        return self._stopped

    def _ended(self, thread: threading.Thread) -> None:
        thread.join()
        self._left -= 1
        if not self._left:
            self._stopped.keep(None)

    def _deliver(self, promise: Promise[Any], outcome: Any) -> None:
        self._waiting -= 1
        promise.keep(outcome)

    def _run(self, sqlite: Sqlite) -> None:
        in_background()
        self._limit(sqlite)
        while (item := self._queue.get()) is not None:
            promise, read = item
            outcome: Any = None
            # Whoever gave up waiting gets no answer: `keep` after a cancel is ignored.
            if self._stopping:
                outcome = refusals.unavailable(1.0)
            elif not promise.called:
                self._deadline.at = self._now() + SECONDS_PER_READ
                try:
                    outcome = _answer(sqlite, read)
                except (apsw.Error, OSError):
                    log.failure("A read of the store failed; its connection is made anew.")
                    outcome = refusals.unavailable(1.0)
                    sqlite = self._renewed(sqlite)
            self._call_in_reactor(self._deliver, promise, outcome)
        sqlite.close()
        self._call_in_reactor(self._ended, threading.current_thread())

    def _limit(self, sqlite: Sqlite) -> None:
        """Has SQLite ask every now and then whether this thread's read takes too long."""
        sqlite.connection.set_progress_handler(
            lambda: self._now() > self._deadline.at, STEPS_BETWEEN_CHECKS
        )

    def _renewed(self, sqlite: Sqlite) -> Sqlite:
        try:
            sqlite.close()
            sqlite = self._connect()
            self._limit(sqlite)
        except (apsw.Error, OSError):
            log.failure("The store cannot be read; the next read tries again.")
        return sqlite


def _answer(sqlite: Sqlite, read: Callable[[Database], Any]) -> Any:
    """What the read returns, or the exception that is its answer. Database errors are raised."""
    sqlite.run("begin", {})
    try:
        return read(sqlite)
    except apsw.InterruptError:
        return refusals.too_slow()
    except apsw.Error:
        raise
    except Exception as error:
        return error
    finally:
        if sqlite.connection.in_transaction:
            # There is nothing to commit, and interrupted reads end this way too.
            sqlite.run("rollback", {})
