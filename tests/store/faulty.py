"""A file system that fails on demand: a real VFS under SQLite, its syncs and writes counted out."""

import itertools
from typing import Any

import apsw

_names = itertools.count()


class Faults:
    """``name`` is the VFS to open with. Set ``sync`` or ``write`` to an exception and every such
    call on the log (``only`` "wal") or the database ("db") fails with it until it is None again;
    ``times`` bounds how often."""

    def __init__(self) -> None:
        self.name = f"faulty{next(_names)}"
        self.sync: type[apsw.Error] | None = None
        self.write: type[apsw.Error] | None = None
        self.only = "wal"
        self.times: int | None = None
        self.after_the_deed = False
        self.failed = 0
        self.syncs = 0
        self.vfs = _Vfs(self)

    def due(self, name: str, fault: type[apsw.Error] | None) -> bool:
        if fault is None or (name.endswith("-wal") != (self.only == "wal")):
            return False
        if self.times is not None:
            if self.times == 0:
                return False
            self.times -= 1
        self.failed += 1
        return True


class _Vfs(apsw.VFS):
    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        super().__init__(faults.name, "", iVersion=2)

    def xOpen(self, name: Any, flags: list[int]) -> "_File":
        return _File(self._faults, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, faults: Faults, name: Any, flags: list[int]) -> None:
        self._faults = faults
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        super().__init__("", name, flags)

    def xSync(self, flags: int) -> None:
        if self._faults.due(self._name, self._faults.sync):
            assert self._faults.sync is not None
            if self._faults.after_the_deed:
                super().xSync(flags)
            raise self._faults.sync("injected: sync")
        self._faults.syncs += 1
        super().xSync(flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._faults.due(self._name, self._faults.write):
            assert self._faults.write is not None
            raise self._faults.write("injected: write")
        super().xWrite(data, offset)
