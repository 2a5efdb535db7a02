"""A database read where its pages lie, even in the middle of another file: a read-only VFS of
SQLite (https://www.sqlite.org/vfs.html)."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import apsw

from chatd.store.sqlite import Sqlite


class Pages(Protocol):
    """Bytes of a database file. ``read`` gives fewer than asked for only at its end."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, amount: int) -> bytes: ...


@contextmanager
def reading(pages: Pages) -> Iterator[Sqlite]:
    """A connection to the database that ``pages`` make up; it writes nothing anywhere."""
    name = f"chatd-pages-{secrets.token_hex(8)}"
    vfs = _Vfs(name, pages)
    try:
        database = Sqlite("pages", writing=False, vfs=name, immutable=True)
        try:
            yield database
        finally:
            database.close()
    finally:
        vfs.unregister()


class _Vfs(apsw.VFS):
    def __init__(self, name: str, pages: Pages) -> None:
        super().__init__(name, base="")
        self._pages = pages

    def xOpen(self, name: object, flags: list[int]) -> "_File":  # type: ignore[override]
        if not flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            raise apsw.CantOpenError("there is the database and nothing else")
        flags[1] = apsw.SQLITE_OPEN_READONLY
        return _File(self._pages)

    def xFullPathname(self, name: str) -> str:
        return name

    def xAccess(self, pathname: str, flags: int) -> bool:
        return False


class _File:
    """What SQLite asks of a file opened for reading that cannot change."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def xRead(self, amount: int, offset: int) -> bytes:
        return self._pages.read(offset, amount)

    def xFileSize(self) -> int:
        return self._pages.size

    def xClose(self) -> None: ...

    def xLock(self, level: int) -> None: ...

    def xUnlock(self, level: int) -> None: ...

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return 4096

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_IMMUTABLE
