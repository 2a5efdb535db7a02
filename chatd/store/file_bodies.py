"""The bodies of files: on disk beside the database, each under its file's id.

`files/ab/fabc…` for the file `fabc…`, and `files/incoming` for what is still on its way. A body is
on disk, and its name in its folder, before `Arriving.keep` returns; what is under way when the
daemon ends goes at the next start. All of it is done in threads.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from errno import EDQUOT, ENOSPC
from functools import partial
from pathlib import Path
from re import compile as pattern
from typing import Final

from twisted.logger import Logger

from chatd.core.files import HEAD_BYTES
from chatd.engine.files import Kept
from chatd.store import refusals
from chatd.store.copying import COPYING_FILES, being_copied
from chatd.store.errors import cannot_open
from chatd.store.folders import synced
from chatd.store.handing import Run, handed
from chatd.store.space import Floor, Space, free_and_total

FOLDER: Final = "files"
INCOMING: Final = "incoming"
#: An id as the server makes them: nothing else is ever a name in the folder.
ID = pattern(r"f[0-9a-z]{26}(?![\s\S])")
FOLDERS = pattern(r"[0-9a-z]{2}(?![\s\S])")
#: Seconds after which what was refused for want of room is tried again.
RETRY_AFTER: Final = 10.0

log = Logger(namespace="chatd.store")


class FileBodies:
    """``run`` calls in a thread. ``floor`` is what stays free of their file system."""

    def __init__(self, folder: Path, run: Run, floor: Floor, now: Callable[[], float]) -> None:
        self.folder = folder / FOLDER
        self._incoming = self.folder / INCOMING
        self._run = run
        self._space = Space(floor, lambda: free_and_total(self.folder), now)
        #: bytes announced by what is under way, which are not on disk yet
        self._promised = 0
        #: names of folders that are known to be on disk
        self._durable: set[str] = set()

    @property
    def short_of_disk(self) -> str | None:
        """Why little more can be stored, None if there is room."""
        try:
            return "the disk of files is nearly full" if self._space.is_short() else None
        except OSError as error:
            return f"the disk of files cannot be looked at: {error.strerror}"

    def prepare(self) -> None:
        """Makes the folders, and removes what was under way when the daemon ended. StoreError if
        that cannot be done."""
        try:
            for each in (self.folder, self._incoming):
                each.mkdir(mode=0o700, exist_ok=True)
            synced(self.folder.parent)
            for left in self._incoming.iterdir():
                left.unlink()
        except OSError as error:
            raise cannot_open(self.folder, error) from error

    async def begin(self, file: str, size: int) -> "Arriving":
        """A body of ``size`` bytes is coming. Refusal `storage-full`."""
        self._promised += size
        try:
            opened = await handed(
                self._run, partial(self._open, file, self._promised), partial(self._drop, file)
            )
        except BaseException:
            self._promised -= size
            raise
        return Arriving(self, file, size, opened)

    async def open(self, file: str) -> "Reading":
        """FileNotFoundError."""
        opening = partial(os.open, self.path(file), os.O_RDONLY | os.O_CLOEXEC)
        return Reading(self._run, await handed(self._run, opening, os.close))

    async def remove(self, files: Sequence[str]) -> bool:
        """Removes those that are there; or none, and False, during a backup: it holds rows that
        have gone since."""
        removed: bool = await self._run(partial(self._remove, files))
        return removed

    async def folders(self) -> tuple[str, ...]:
        """The folders that bodies are in, by name."""
        found: tuple[str, ...] = await self._run(self._folders)
        return found

    async def older(self, folder: str, before: int) -> tuple[str, ...]:
        """Ids of the bodies in it that were written before ``before`` (ms)."""
        found: tuple[str, ...] = await self._run(partial(self._older, folder, before))
        return found

    def path(self, file: str) -> Path:
        """Where the body of ``file`` lies. ValueError if that is no id."""
        return body_path(self.folder, file)

    # In a thread.

    def _open(self, file: str, promised: int) -> int:
        try:
            if self._space.room() < promised:
                raise refusals.storage_full(RETRY_AFTER)
            return os.open(
                self._incoming / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise _refusal(error) from error

    def _drop(self, file: str, opened: int) -> None:
        os.close(opened)
        (self._incoming / file).unlink(missing_ok=True)

    def _folder_of(self, file: str) -> Path:
        """Where the body of ``file`` goes: the folder is there, and its name on disk. That it is
        there tells nothing: another thread may have made it a moment ago, or another life."""
        folder = self.path(file).parent
        if folder.name not in self._durable or not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            synced(self.folder)
            self._durable.add(folder.name)
        return folder

    def _remove(self, files: Sequence[str]) -> bool:
        if being_copied(self.folder.parent, COPYING_FILES):
            return False
        for file in files:
            self.path(file).unlink(missing_ok=True)
        return True

    def _folders(self) -> tuple[str, ...]:
        return tuple(
            sorted(each.name for each in self.folder.iterdir() if FOLDERS.match(each.name))
        )

    def _older(self, folder: str, before: int) -> tuple[str, ...]:
        return tuple(
            path.name
            for path in (self.folder / folder).iterdir()
            if ID.match(path.name) and path.stat().st_mtime_ns < before * 1_000_000
        )

    def _arrived(self, size: int) -> None:
        self._promised -= size


def body_path(folder: Path, file: str) -> Path:
    """Where in ``folder``, the one of bodies, that of ``file`` lies. ValueError for no id."""
    if ID.match(file) is None:
        raise ValueError("this is no file's id")
    return folder / file[1:3] / file


class Arriving:
    """A body on its way. One of `keep` and `abandon` ends it; `abandon` does nothing after that."""

    def __init__(self, bodies: FileBodies, file: str, size: int, opened: int) -> None:
        self._bodies = bodies
        self._file = file
        self._size = size
        self._opened: int | None = opened
        # A connection may be lost while a thread is at work for it.
        self._lock = threading.Lock()
        self._written = 0
        self._digest = hashlib.sha256()
        self._head = bytearray()

    async def write(self, data: bytes) -> None:
        """Refusal `storage-full`, or `unavailable` if the disk fails."""
        await self._bodies._run(partial(self._write, data))

    async def keep(self) -> Kept:
        """It is all there, and stays. Refusals as above."""
        kept: Kept = await self._bodies._run(self._keep)
        return kept

    async def abandon(self) -> None:
        """Nothing of it stays."""
        await self._bodies._run(self._abandon)

    # In a thread.

    def _write(self, data: bytes) -> None:
        with self._lock:
            if self._opened is None:
                return
            try:
                left = memoryview(data)
                while left:
                    left = left[os.write(self._opened, left) :]
            except OSError as error:
                raise _refusal(error) from error
            self._digest.update(data)
            if len(self._head) < HEAD_BYTES:
                self._head += data[: HEAD_BYTES - len(self._head)]
            self._written += len(data)

    def _keep(self) -> Kept:
        with self._lock:
            if self._opened is None:
                raise refusals.unavailable(RETRY_AFTER)
            try:
                os.fsync(self._opened)
                folder = self._bodies._folder_of(self._file)
                os.rename(self._here, folder / self._file)
                synced(folder)
            except OSError as error:
                raise _refusal(error) from error
            self._end()
            return Kept(self._written, self._digest.digest(), bytes(self._head))

    def _abandon(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._end()
                self._here.unlink(missing_ok=True)

    def _end(self) -> None:
        assert self._opened is not None
        os.close(self._opened)
        self._opened = None
        self._bodies._arrived(self._size)

    @property
    def _here(self) -> Path:
        return self._bodies.folder / INCOMING / self._file


class Reading:
    """A body that is read from its beginning; taken off the disk, it is whole until `close`."""

    def __init__(self, run: Run, opened: int) -> None:
        self._run = run
        self._opened: int | None = opened
        self._lock = threading.Lock()

    async def read(self, amount: int) -> bytes:
        """The next bytes, none at the end."""
        data: bytes = await self._run(partial(self._read, amount))
        return data

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                os.close(self._opened)
                self._opened = None

    def _read(self, amount: int) -> bytes:
        with self._lock:
            return b"" if self._opened is None else os.read(self._opened, amount)


def _refusal(error: OSError) -> Exception:
    if error.errno in (ENOSPC, EDQUOT):
        return refusals.storage_full(RETRY_AFTER)
    log.error("The store of files failed: {error}", error=error.strerror)
    return refusals.unavailable(RETRY_AFTER)
