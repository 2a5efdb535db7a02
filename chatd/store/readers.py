"""The readers: a few threads, each with a connection of its own that can only read."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar

import apsw
from twisted.logger import Logger

from chatd.store import refusals
from chatd.store.database import Database
from chatd.store.promise import Promise, refused
from chatd.store.sqlite import Sqlite

READS_WAITING = 2_000
SECONDS_PER_READ = 2.0
STEPS_BETWEEN_CHECKS = 20_000
"""Instructions of SQLite's machine between two looks at the clock, well under a millisecond."""

P = ParamSpec("P")
T = TypeVar("T")
log = Logger(namespace="chatd.store")


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
        self._queue: SimpleQueue[Any] = SimpleQueue()
        self._waiting = 0
        self._stopped = False
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
        if self._stopped:
            return refused(refusals.unavailable(1.0))
        if self._waiting >= READS_WAITING:
            return refused(refusals.busy(1.0))
        promise: Promise[T] = Promise()
        self._waiting += 1
        self._queue.put((promise, read, args, kwargs))
        return promise

    def stop(self) -> None:
        """Answers what was asked, then ends; the answers arrive in the reactor afterwards."""
        if self._stopped:
            return
        self._stopped = True
        for thread, sqlite in zip(self._threads, self._connections, strict=True):
            if thread.ident is None:
                sqlite.close()
            else:
                self._queue.put(None)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _deliver(self, promise: Promise[Any], outcome: Any) -> None:
        self._waiting -= 1
        promise.keep(outcome)

    def _run(self, sqlite: Sqlite) -> None:
        deadline = 0.0

        def is_late() -> bool:
            return self._now() > deadline

        sqlite.connection.set_progress_handler(is_late, STEPS_BETWEEN_CHECKS)
        while (item := self._queue.get()) is not None:
            promise, read, args, kwargs = item
            if promise.called:
                # Whoever asked has given up.
                self._call_in_reactor(self._deliver_cancelled)
                continue
            deadline = self._now() + SECONDS_PER_READ
            outcome: Any
            try:
                sqlite.run("begin", {})
                outcome = read(sqlite, *args, **kwargs)
            except apsw.InterruptError:
                outcome = refusals.too_slow()
            except (apsw.Error, OSError):
                log.failure("A read of the store failed.")
                outcome = refusals.unavailable(1.0)
            except Exception as error:
                outcome = error
            if sqlite.connection.in_transaction:
                # Nothing to keep, and unlike a commit this ends also what was interrupted.
                sqlite.run("rollback", {})
            self._call_in_reactor(self._deliver, promise, outcome)
        sqlite.close()

    def _deliver_cancelled(self) -> None:
        self._waiting -= 1
