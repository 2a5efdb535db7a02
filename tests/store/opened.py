"""A store with its threads, on files, for tests: a pump instead of the reactor."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path

from twisted.internet.defer import Deferred

from chatd.engine.accounts import CreateUser
from chatd.engine.rows import Committed
from chatd.engine.unit import Append, CreateRoom, IsMember, ReplaceBody, SetMember, Unit
from chatd.store.opening import open_store
from chatd.store.space import Floor
from chatd.store.store import SqliteStore
from tests.store.desk import NOW
from tests.store.reactor import Pump


class RealClock:
    """The store's threads ask it how long a read takes."""

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> int:
        return NOW


def random(count: int) -> bytes:
    return bytes(count)


class Opened:
    """``told`` is every batch that `committed` was told of, ``happened`` what fired when."""

    def __init__(
        self,
        folder: Path,
        *,
        vfs: str | None = None,
        clock: RealClock | None = None,
        floor: Floor | None = None,
        cache_bytes: int = 2**24,
    ) -> None:
        self.pump = Pump()
        self.told: list[tuple[Committed, ...]] = []
        self.happened: list[str] = []
        self.store: SqliteStore = open_store(
            folder,
            call_in_reactor=self.pump.call,
            clock=clock or RealClock(),
            random=random,
            floor=floor or Floor(size=0, share=0),
            vfs=vfs,
            cache_bytes=cache_bytes,
        )
        self.store.committed = self._told
        self._texts = itertools.count()

    def _told(self, committed: Sequence[Committed]) -> None:
        self.told.append(tuple(committed))
        self.happened.append("told")

    def start(self) -> "Opened":
        self.store.start()
        return self

    def stop(self) -> None:
        self.pump.wait(self.store.stop())

    def commit(self, unit: Unit) -> Committed:
        return self.pump.wait(self.store.commit(unit))

    def tea(self) -> "Opened":
        """Alice, bob, and a room of theirs."""
        for user in ("alice", "bob"):
            self.commit(Unit("x", changes=(CreateUser(user, user, user, "", None, False, NOW),)))
        self.commit(
            Unit(
                "alice",
                changes=(
                    CreateRoom("tea", "public", "Tea", None, "", "alice", NOW, True),
                    Append("tea", "room", "alice", NOW, b"{}"),
                    SetMember("tea", "alice", "owner"),
                    SetMember("tea", "bob", "member"),
                ),
            )
        )
        self.told.clear()
        self.happened.clear()
        return self

    def sending(self, text: str | None = None, key: str | None = None) -> Deferred[Committed]:
        return self.store.commit(send(text or f"text {next(self._texts)}", key))

    def send(self, text: str | None = None, key: str | None = None) -> Committed:
        return self.pump.wait(self.sending(text, key))

    def positions(self) -> list[int]:
        return [row.position for batch in self.told for unit in batch for row in unit.events]


def send(text: str, key: str | None = None, user: str = "alice") -> Unit:
    return Unit(
        user,
        requires=(IsMember("tea", user, "member"),),
        changes=(message(text, user),),
        key=key,
        digest=text.encode(),
    )


def message(text: str, user: str = "alice") -> Append:
    return Append("tea", "message", user, NOW, f'{{"text":"{text}"}}'.encode(), numbered=True)


def edit(seq: int, text: str) -> Unit:
    return Unit(
        "alice",
        changes=(
            ReplaceBody("tea", seq, f'{{"text":"{text}"}}'.encode()),
            Append("tea", "edited", "alice", NOW, b"", target=seq),
        ),
    )


def erase(seq: int) -> Unit:
    return Unit(
        "alice",
        changes=(
            ReplaceBody("tea", seq, b'{"deleted":1}', deleted=True),
            Append("tea", "deleted", "alice", NOW, b"", target=seq),
        ),
    )
