"""The searcher: a thread with a connection of its own, so that no search holds up other reads."""

import threading
from collections import Counter
from collections.abc import Callable
from queue import SimpleQueue

import apsw
from twisted.logger import Logger

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.search import Found, Wanted
from chatd.store import refusals, timeline
from chatd.store.background import in_background
from chatd.store.indexer import Indexer
from chatd.store.promise import Promise, refused
from chatd.store.readers import STEPS_BETWEEN_CHECKS
from chatd.store.search_reads import search
from chatd.store.sqlite import Sqlite

SEARCHES_WAITING = 32
SEARCHES_OF_A_USER = 2
#: After this long a search starts on no further part of the index, and its answer is a page.
SECONDS_UNTIL_LATE = 1.0
#: After this long it is given up.
SECONDS_PER_SEARCH = 2.0
#: How long it waits for an index that is being opened.
OPENING = 1.0
#: How long it waits for the index to hold what was said just before.
PATIENCE = 0.2

Question = tuple[Promise[Found], str, Wanted]
log = Logger(namespace="chatd.store")


class Searcher:
    """`search`, `start` and `stop` belong to the reactor's thread."""

    def __init__(
        self,
        indexer: Indexer,
        connect_log: Callable[[], Sqlite],
        call_in_reactor: Callable[..., object],
        now: Callable[[], float],
    ) -> None:
        self._indexer = indexer
        self._connect_log = connect_log
        self._call_in_reactor = call_in_reactor
        self._now = now
        self._queue: SimpleQueue[Question | None] = SimpleQueue()
        self._asking: Counter[str] = Counter()
        self._stopping = False
        self._stopped: Promise[None] = Promise()
        self._thread = threading.Thread(target=self._run, name="chatd-searcher", daemon=True)
        # Of its own thread:
        self._sqlite: Sqlite | None = None
        self._generation = -1
        self._began = 0.0

    # -- in the reactor ---------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def search(self, user: str, wanted: Wanted) -> Promise[Found]:
        if self._stopping:
            return refused(refusals.unavailable(1.0))
        if self._asking[user] >= SEARCHES_OF_A_USER:
            return refused(
                Refusal(
                    Code.BUSY,
                    "Two of your searches are under way; wait for one to end.",
                    retry_after=0.5,
                )
            )
        if self._asking.total() >= SEARCHES_WAITING:
            return refused(refusals.busy(1.0))
        promise: Promise[Found] = Promise()
        self._asking[user] += 1
        self._queue.put((promise, user, wanted))
        return promise

    def stop(self) -> Promise[None]:
        """Searches that have not begun are refused. Fires once the thread is gone."""
        if not self._stopping:
            self._stopping = True
            if self._thread.ident is None:
                self._stopped.keep(None)
            else:
                self._queue.put(None)
        return self._stopped

    def _ended(self) -> None:
        self._thread.join()
        self._stopped.keep(None)

    def _deliver(self, promise: Promise[Found], user: str, outcome: Found | Exception) -> None:
        self._asking[user] -= 1
        if not self._asking[user]:
            del self._asking[user]
        promise.keep(outcome)

    # -- in its own thread ------------------------------------------------------------------------

    def _run(self) -> None:
        in_background()
        while (item := self._queue.get()) is not None:
            promise, user, wanted = item
            outcome: Found | Exception
            if self._stopping:
                outcome = refusals.unavailable(1.0)
            elif promise.called:
                outcome = Found(())  # whoever gave up waiting gets no answer
            else:
                outcome = self._answer(user, wanted)
            self._call_in_reactor(self._deliver, promise, user, outcome)
            del item, promise, outcome
        self._close()
        self._call_in_reactor(self._ended)

    def _answer(self, user: str, wanted: Wanted) -> Found | Exception:
        self._began = self._now()
        try:
            sqlite = self._connection()
            if sqlite is None:
                return _not_ready()
            # What the asker was just told of is in the log, even if the indexer does not know yet.
            head = timeline.position(sqlite)
            self._indexer.wake(head)
            self._indexer.reached(head, PATIENCE)
            self._began = self._now()
            sqlite.run("begin", {})
            try:
                return search(sqlite, user, wanted, lambda: self._took(SECONDS_UNTIL_LATE))
            finally:
                if sqlite.connection.in_transaction:
                    sqlite.run("rollback", {})
        except apsw.InterruptError:
            return refusals.too_slow()
        except (apsw.Error, OSError) as error:
            log.failure("A search failed; its connection is made anew.")
            if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
                self._indexer.make_anew(self._generation, f"it is damaged ({error})")
            self._close()
            return _not_ready()
        except Exception as error:
            return error

    def _took(self, seconds: float) -> bool:
        return self._now() > self._began + seconds

    def _connection(self) -> Sqlite | None:
        """The log with the index attached; None while there is no index."""
        if not self._indexer.opened(OPENING):
            return None
        generation = self._indexer.generation
        if self._sqlite is None or generation != self._generation:
            self._close()
            sqlite = self._connect_log()
            self._sqlite, self._generation = sqlite, generation
            # Read-only, like everything on a connection opened for reading.
            sqlite.run("attach :path as search", {"path": str(self._indexer.path)})
            sqlite.connection.set_progress_handler(
                lambda: self._took(SECONDS_PER_SEARCH), STEPS_BETWEEN_CHECKS
            )
        return self._sqlite

    def _close(self) -> None:
        if self._sqlite is not None:
            self._sqlite.close()
            self._sqlite = None


def _not_ready() -> Refusal:
    return Refusal(
        Code.UNAVAILABLE, "The search index is being made just now; try again.", retry_after=2.0
    )
