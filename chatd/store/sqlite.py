"""The SQLite driver: one connection of `apsw`, set up for writing or for reading."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import apsw

from chatd.store.database import Row, TransactionLost, Values

APPLICATION_ID = 0x63686174
"""Says "chat" in the file's header, for `file` and for refusing a database of another program."""

Synchronous = Literal["FULL", "NORMAL", "OFF"]
"""Only FULL keeps the promise; the others exist for the rig, which proves its checker with them."""

FAILURES = (
    apsw.IOError,
    apsw.FullError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.PermissionsError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.ProtocolError,
    apsw.NoMemError,
    apsw.ConnectionClosedError,
    OSError,
    TransactionLost,
)
"""Errors of the file, the disk or the connection, not of one statement."""

WAL_KEPT = 16 * 1024 * 1024
"""To how many bytes the log file shrinks when it starts over."""


CACHE = 32 * 2**20


class Sqlite:
    """A connection as a `Database`. Not thread-safe: one thread owns it.

    The writing one is the only connection that writes and checkpoints (SQLite up to 3.51.2 could
    corrupt the log if two did). ``wal_pages`` is the length of the log after the last commit. An
    ``immutable`` file is changed by nobody and has no log beside it. ``cache``: at most this many
    bytes of pages are kept.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        writing: bool,
        synchronous: Synchronous = "FULL",
        vfs: str | None = None,
        immutable: bool = False,
        cache: int = CACHE,
    ) -> None:
        self.wal_pages = 0
        name, flags = str(path), apsw.SQLITE_OPEN_READONLY
        if writing:
            flags = apsw.SQLITE_OPEN_READWRITE
        elif immutable:
            name, flags = f"file:{quote(name)}?immutable=1", flags | apsw.SQLITE_OPEN_URI
        self.connection = apsw.Connection(name, flags=flags, vfs=vfs, statementcachesize=300)
        try:
            self._set_up(writing, synchronous, cache)
        except BaseException:
            self.connection.close()
            raise
        self._cursor = self.connection.cursor()

    def _set_up(self, writing: bool, synchronous: Synchronous, cache: int) -> None:
        set_to = self.connection.pragma
        # Plans do not depend on the values: without this, SQLite built with STAT4 prepares some
        # statements anew for every new value, taking ten times as long as running them.
        self.connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        self.connection.set_busy_timeout(5000)
        set_to("trusted_schema", False)
        set_to("cell_size_check", True)
        set_to("mmap_size", 0)
        set_to("temp_store", "memory")
        set_to("cache_size", -(cache // 1024))
        if not writing:
            set_to("query_only", True)
            return
        set_to("journal_mode", "wal")
        set_to("synchronous", synchronous)
        # A body that was replaced is overwritten with zeros, not merely forgotten.
        set_to("secure_delete", "on")
        set_to("foreign_keys", True)
        set_to("journal_size_limit", WAL_KEPT)
        self.connection.wal_autocheckpoint(0)
        self.connection.set_wal_hook(self._committed)

    def _committed(self, connection: apsw.Connection, schema: str, pages: int) -> int:
        self.wal_pages = pages
        return apsw.SQLITE_OK

    def run(self, sql: str, values: Values) -> None:
        self._cursor.execute(sql, values)

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._cursor.executemany(sql, rows)

    def row(self, sql: str, values: Values) -> Row | None:
        # Read to the end: a statement stopped at its first row keeps its snapshot, which no
        # checkpoint gets past.
        found = self.rows(sql, values)
        return found[0] if found else None

    def rows(self, sql: str, values: Values) -> list[Row]:
        return list(self._cursor.execute(sql, values))

    def checkpoint(self, *, truncate: bool, patience: float = 0.0) -> bool:
        """Copies the log into the database file and syncs that; with ``truncate`` the log is then
        empty. False if readers kept it from finishing for ``patience`` seconds."""
        mode = apsw.SQLITE_CHECKPOINT_TRUNCATE if truncate else apsw.SQLITE_CHECKPOINT_PASSIVE
        self.connection.set_busy_timeout(int(patience * 1000))
        try:
            pages, copied = self.connection.wal_checkpoint(mode=mode)
        except apsw.BusyError:
            return False
        finally:
            self.connection.set_busy_timeout(5000)
        if copied >= pages:
            self.wal_pages = 0
        return bool(copied >= pages)

    def pragma(self, name: str) -> Any:
        return self.connection.pragma(name)

    def close(self) -> None:
        self.connection.close()


def make_file(path: Path) -> None:
    """An empty database file that only its owner can read; the log files inherit its mode."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
