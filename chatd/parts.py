"""The parts that need no network: the store, accounts and clocks, made from settings.

The daemon builds the rest around them; chatctl uses just these when no daemon runs.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from chatd.admin.office import Office
from chatd.auth.account_links import AccountLinks
from chatd.auth.credentials import Credentials
from chatd.auth.invitations import Invitations, Registration
from chatd.auth.notices import Notices
from chatd.auth.passwords import Cost, Passwords
from chatd.auth.sealing import Sealer
from chatd.chores.deletions import Deletions
from chatd.config.settings import Settings
from chatd.edge.connections import Ended
from chatd.engine.ports import Cancel
from chatd.store.file_bodies import FileBodies
from chatd.store.mailbox import Mailbox
from chatd.store.opening import open_store
from chatd.store.space import Floor
from chatd.store.sqlite import Synchronous
from chatd.store.store import SqliteStore

T = TypeVar("T")

#: Threads that hash passwords; each takes 19 MiB while it does.
HASHING = 2
#: Threads that write and read the bodies of files.
FILES = 4


class SystemClock:
    """The machine's two clocks."""

    now = staticmethod(time.monotonic)

    def wall(self) -> int:
        return time.time_ns() // 1_000_000


class ReactorScheduler:
    """Calls later, on the reactor's timers."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def later(self, seconds: float, call: Callable[[], None]) -> Cancel:
        delayed = self._reactor.callLater(seconds, call)

        def cancel() -> None:
            if delayed.active():
                delayed.cancel()

        return cancel


@dataclass(frozen=True)
class Parts:
    settings: Settings
    clock: SystemClock
    store: SqliteStore
    passwords: Passwords
    bodies: FileBodies
    _pools: tuple[ThreadPool, ...]

    @classmethod
    def of(cls, reactor: Any, settings: Settings, synchronous: Synchronous = "FULL") -> "Parts":
        """Opens the store (`StoreError`); nothing runs before `start`."""
        clock = SystemClock()
        folder = Path(settings.store.path)
        floor = Floor(settings.store.free_bytes, settings.store.free_percent / 100)
        store = open_store(
            folder,
            call_in_reactor=Mailbox(reactor.callFromThread),
            clock=clock,
            random=secrets.token_bytes,
            synchronous=synchronous,
            floor=floor,
            cache_bytes=settings.store.cache_bytes,
        )
        hashing = ThreadPool(0, HASHING, name="passwords")
        filing = ThreadPool(0, FILES, name="files")

        def run(function: Callable[[], T], /) -> Awaitable[T]:
            return deferToThreadPool(reactor, hashing, function)

        def file(function: Callable[[], T], /) -> Awaitable[T]:
            return deferToThreadPool(reactor, filing, function)

        cost = Cost(settings.accounts.password_memory, settings.accounts.password_passes)
        passwords = Passwords(run, cost=cost)
        bodies = FileBodies(folder, file, floor, clock.now)
        return cls(settings, clock, store, passwords, bodies, (hashing, filing))

    def start(self) -> None:
        for pool in self._pools:
            pool.start()
        self.store.start()

    async def stop(self) -> None:
        """Commits what was accepted, then lets everything go."""
        await self.store.stop()
        for pool in self._pools:
            pool.stop()

    def office(
        self, ended: Ended, status: Callable[[], dict[str, Any]], notices: Notices | None = None
    ) -> Office:
        """The administrator's desk. ``ended`` closes connections, ``status`` describes the daemon;
        ``notices`` tell people what was done to their accounts, None if no daemon runs."""
        credentials = Credentials(
            self.store, self.clock, secrets.token_bytes, self.settings.accounts.session_days
        )
        invitations = Invitations(
            self.store,
            self.passwords,
            credentials,
            self.clock,
            secrets.token_bytes,
            cast("Registration", self.settings.accounts.registration),
        )
        return Office(
            self.store,
            credentials,
            invitations,
            AccountLinks(self.store, self.clock, secrets.token_bytes),
            Deletions(self.store, self.clock, secrets.token_bytes),
            Sealer(*server_keys(self.settings)),
            self.passwords,
            self.clock,
            secrets.token_bytes,
            ended,
            public_url(self.settings),
            status,
            notices=notices,
        )


def public_url(settings: Settings) -> str:
    """Where people reach this server, without a slash at the end."""
    if settings.server.public_url:
        return settings.server.public_url.rstrip("/")
    port = settings.server.listen[0].rpartition(":")[2]
    return "https://localhost" + ("" if port == "443" else f":{port}")


def server_keys(settings: Settings) -> tuple[bytes, ...]:
    """The server's key, and after it the one before, if it is still needed."""
    accounts = settings.accounts
    names = [name for name in (accounts.secret_file, accounts.old_secret_file) if name]
    return tuple(Path(name).read_bytes().strip() for name in names)
