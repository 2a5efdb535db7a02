"""The one writer: a thread that commits whatever arrived meanwhile as one transaction."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

import apsw
from twisted.logger import Logger

from chatd.core.meters import Commits
from chatd.core.refusal import Refusal
from chatd.engine.ports import Place
from chatd.engine.rows import Answer, Committed
from chatd.engine.unit import Unit
from chatd.store import refusals, timeline
from chatd.store.apply import with_current_bodies
from chatd.store.background import named
from chatd.store.promise import Promise
from chatd.store.sends import Outcome, apply_all
from chatd.store.space import Space
from chatd.store.sqlite import Sqlite
from chatd.store.work import Work

UNITS_PER_COMMIT = 512
UNITS_WAITING = 10_000

CHECKPOINT_CALM = 1_000
"""Pages in the log (4 KiB each) from which it is copied over when it is calm ..."""
CHECKPOINT_ALWAYS = 4_000
"""... and when it is not ..."""
CHECKPOINT_FORCED = 16_000
"""... and for which even readers are waited for: 64 MiB."""
CHECKPOINT_COPIED = 262_144
"""While a backup is made nothing is copied over before the log has this length: 1 GiB."""
CHECKPOINT_PATIENCE = 1.0
CALM_UNITS = 16
"""It is calm where nobody waits and the last commit was smaller than this. Those of a larger one
have just been answered and will be back at once: that the queue is empty then tells nothing.
Copying four times as often as need be took 20 of 125 µs from every send under full load."""
TIDY_AFTER = 1.0
"""Seconds of calm after which a log that holds replaced bodies is emptied."""

REOPEN_AFTER = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds before each attempt to reopen a store that failed; the last one repeats."""

RETRY_AFTER = 1.0
LOCKED_FOR = 5.0
"""Seconds after which one refused commit is no trouble any more: only the next one will tell."""

Item = tuple[Unit, Place]

log = Logger(namespace="chatd.store")


class Writer:
    """`commit`, `start` and `stop` belong to the reactor's thread, everything else to the writer's.

    ``connect`` opens the writing connection; ``call_in_reactor`` runs a call in the reactor soon;
    ``publish`` is told of commits there. ``being_copied``, asked from the writer's thread: whether
    a backup is reading, whose view nothing can be copied past.

    What one turn of the reactor brought goes to the thread together, ahead of whatever the turn
    writes. Otherwise the first unit would be committed by itself: of a hundred commits under load
    seventy held one unit.
    """

    def __init__(
        self,
        connect: Callable[[], Sqlite],
        call_in_reactor: Callable[..., object],
        space: Space,
        publish: Callable[[Sequence[Committed]], None],
        being_copied: Callable[[], bool] = lambda: False,
    ) -> None:
        self._connect = connect
        self._call_in_reactor = call_in_reactor
        self._space = space
        self._publish = publish
        self._being_copied = being_copied
        #: of this turn, not with the thread yet
        self._gathered: list[Item] = []
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self._sqlite = connect()
        self._work = Work(self._sqlite, timeline.position(self._sqlite))
        self._thread = threading.Thread(target=self._run, name="chatd-writer", daemon=True)
        self._stopped: Promise[None] = Promise()
        self._stopping = threading.Event()
        self._waiting = 0
        self._handed = 0
        #: what the thread has taken and not told of yet
        self._taken: Sequence[Item] = ()
        #: replaced bodies are still in the log file
        self._untidy = False
        #: the store failed and is being reopened; set by the writer, read by `commit`
        self._down = False
        #: when another program kept the store locked, monotonic seconds
        self._locked_at: float | None = None
        #: the last position that the reactor was told of
        self._published = self._work.position
        self.commits = Commits()

    # -- in the reactor ---------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be committed now, None if it can."""
        if self._down:
            return "the store failed and is being reopened"
        locked = self._locked_at
        if locked is not None and time.monotonic() - locked < LOCKED_FOR:
            return "another program keeps the store locked"
        return None

    @property
    def short_of_disk(self) -> str | None:
        """Why little more can be stored, None if there is room."""
        try:
            return "the disk is nearly full" if self._space.is_short() else None
        except OSError as error:
            return f"the disk cannot be looked at: {error.strerror}"

    @property
    def progress(self) -> tuple[int, bool]:
        """How many units have had their outcome, and whether any waits for its own."""
        return self._handed - self._waiting, self._waiting > 0

    @property
    def handed(self) -> int:
        """Goes up with each unit; -1 while something may be on its way to the disk."""
        return -1 if self._waiting or self._down else self._handed

    def commit(self, unit: Unit) -> Promise[Committed]:
        promise: Promise[Committed] = Promise()
        try:
            self.hand(unit, promise)
        except Refusal as refusal:
            promise.keep(refusal)
        return promise

    def hand(self, unit: Unit, place: Place) -> None:
        if self._down or self._stopping.is_set():
            raise refusals.unavailable(RETRY_AFTER)
        if self._waiting >= UNITS_WAITING:
            raise refusals.busy(RETRY_AFTER)
        self._waiting += 1
        self._handed += 1
        self._gathered.append((unit, place))
        if len(self._gathered) == 1:
            self._call_in_reactor(self._pass_on)

    def _pass_on(self) -> None:
        gathered, self._gathered = self._gathered, []
        for item in gathered:
            self._queue.put(item)

    def stop(self) -> Promise[None]:
        """What was accepted is committed first. Fires once the connection is closed."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._pass_on()
            if self._thread.ident is None:
                self._close()
                self._stopped.keep(None)
            else:
                self._queue.put(None)
        return self._stopped

    def _deliver(
        self,
        items: Sequence[Item],
        outcomes: Sequence[Outcome],
        committed: Sequence[Committed],
        seconds: float | None,
    ) -> None:
        if seconds is not None:
            self.commits.add(len(items), seconds)
        self._waiting -= len(items)
        if not items:
            self._handed += 1  # nobody waited for what a reopened store turned out to hold
        afterwards: dict[Callable[[], None], None] = {}
        for (_, place), outcome in zip(items, outcomes, strict=True):
            if (after := place.keep(outcome)) is not None:
                afterwards[after] = None
        for after in afterwards:
            after()
        if committed:
            self._publish(committed)

    def _ended(self) -> None:
        self._thread.join()
        # Where it died, this came after its last look.
        self._pass_on()
        self._fail_waiting()
        self._stopped.keep(None)

    # -- in the writer's thread -------------------------------------------------------------------

    def _run(self) -> None:
        named()
        try:
            ending = False
            while not ending:
                items, ending = self._take()
                worked = len(items)
                if worked:
                    self._commit(items)
                # While this thread waits it holds on to nobody's unit or Deferred.
                del items
                self._keep_log_short(worked)
            self._close()
        except BaseException:
            # Without its writer the store answers nothing; say so rather than hang.
            self._down = True
            log.failure("The store's writer ended.")
            self._fail(self._taken)
            self._fail_waiting()
        finally:
            self._call_in_reactor(self._ended)

    def _take(self) -> tuple[list[Item], bool]:
        """Waits for a unit, then takes all that are there; True once `stop` was reached."""
        try:
            item = self._queue.get(timeout=TIDY_AFTER if self._untidy else None)
        except Empty:
            return [], False
        items: list[Item] = []
        while item is not None:
            items.append(item)
            if len(items) == UNITS_PER_COMMIT:
                return items, False
            try:
                item = self._queue.get_nowait()
            except Empty:
                return items, False
        return items, True

    def _commit(self, items: list[Item]) -> None:
        self._taken = items
        began = time.monotonic()
        try:
            self._work.database.run("begin immediate", {})
        except apsw.BusyError:
            self._locked_at = time.monotonic()
            log.warn("Another program keeps the store locked; writes are refused as busy.")
            self._tell(items, [refusals.busy(RETRY_AFTER)] * len(items), [])
            return
        except apsw.Error as error:
            self._failed(items, error)
            return
        try:
            outcomes = self._transact([unit for unit, _ in items])
        except Exception as error:
            self._failed(items, error)
            return
        told = [
            outcome
            for outcome, (unit, _) in zip(outcomes, items, strict=True)
            if isinstance(outcome, Committed) and not outcome.repeated and unit.changes
        ]
        self._published = self._work.position
        self._locked_at = None
        self._tell(items, outcomes, told, time.monotonic() - began)

    def _failed(self, items: list[Item], error: Exception) -> None:
        """Nobody knows whether the transaction is on disk: the same key will tell."""
        self._down = True
        log.failure("The store failed; it is reopened before anything is acknowledged.")
        full = isinstance(error, apsw.FullError) or isinstance(error.__cause__, apsw.FullError)
        refusal = refusals.storage_full(RETRY_AFTER) if full else refusals.unavailable(RETRY_AFTER)
        self._tell(items, [refusal] * len(items), [])
        self._reopen()

    def _transact(self, units: Sequence[Unit]) -> list[Outcome]:
        """All units in the transaction already begun; returns once it is on disk."""
        work = self._work
        work.replaced.clear()
        outcomes = [
            with_current_bodies(work, outcome) if isinstance(outcome, Committed) else outcome
            for outcome in apply_all(work, units, self._admit)
        ]
        self._untidy = self._untidy or bool(work.replaced)
        work.database.run("commit", {})
        return outcomes

    def _admit(self, unit: Unit) -> None:
        if not self._space.admits(unit):
            raise refusals.storage_full(RETRY_AFTER * 10)

    def _tell(
        self,
        items: Sequence[Item],
        outcomes: Sequence[Outcome],
        committed: Sequence[Committed],
        seconds: float | None = None,
    ) -> None:
        """``seconds``: how long the commit took, None where there was none."""
        self._taken = ()
        self._call_in_reactor(self._deliver, items, outcomes, committed, seconds)

    def _keep_log_short(self, worked: int) -> None:
        """``worked``: how many units the last commit held, 0 if there was none."""
        pages = self._sqlite.wal_pages
        calm = worked < CALM_UNITS and self._queue.empty()
        due = pages >= (CHECKPOINT_CALM if calm else CHECKPOINT_ALWAYS)
        if not due and (worked or not self._untidy):
            return
        if pages < CHECKPOINT_COPIED and self._being_copied():
            return
        forced = pages >= CHECKPOINT_FORCED
        try:
            emptied = self._sqlite.checkpoint(
                truncate=forced or self._untidy,
                patience=CHECKPOINT_PATIENCE if forced else 0.0,
            )
        except (apsw.Error, OSError) as error:
            self._failed([], error)
            return
        if emptied:
            self._untidy = False

    def _reopen(self) -> None:
        """Closes and opens the connection, then has every page of the log written and synced again:
        after a failed fsync the kernel may call pages clean that never reached the disk
        (https://lwn.net/Articles/752063/). Events that turn out to be committed are published."""
        attempt = 0
        while not self._stopping.is_set() or attempt == 0:
            self._stopping.wait(REOPEN_AFTER[min(attempt, len(REOPEN_AFTER) - 1)])
            attempt += 1
            self._fail_waiting()
            try:
                self._sqlite.close()
                self._sqlite = self._connect()
                if not self._sqlite.checkpoint(truncate=True, patience=CHECKPOINT_PATIENCE):
                    continue
                self._work = Work(self._sqlite, timeline.position(self._sqlite))
                recovered = self._unpublished()
            except Exception:
                log.failure("The store is still out of order.")
                continue
            self._published = self._work.position
            if recovered:
                self._tell([], [], recovered)
            self._down = False
            log.info("The store works again.")
            return

    def _unpublished(self) -> list[Committed]:
        """Events of a transaction whose outcome was not known, and that was committed after all."""
        found = []
        for row in timeline.events(self._sqlite, self._published + 1, self._work.position):
            members = self._sqlite.row(
                "select members from rooms where id = :room", {"room": row.room}
            )
            found.append(
                Committed(
                    Answer(row.room, row.seq, row.number, row.at),
                    (row,),
                    members=((row.room, members[0]),) if members else (),
                )
            )
        return found

    def _fail_waiting(self) -> None:
        items: list[Item] = []
        while True:
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if item is None:
                self._queue.put(None)
                break
            items.append(item)
        self._fail(items)

    def _fail(self, items: Sequence[Item]) -> None:
        if items:
            self._tell(items, [refusals.unavailable(RETRY_AFTER)] * len(items), [])

    def _close(self) -> None:
        try:
            self._sqlite.checkpoint(truncate=True, patience=CHECKPOINT_PATIENCE)
        except (apsw.Error, OSError):
            log.failure("The store's log could not be copied over at the end; the next start does.")
        self._sqlite.close()
