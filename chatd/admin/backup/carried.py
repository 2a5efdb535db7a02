"""The bodies of files in a backup: one after the other, each after its id and its length; a backup
of changes has those that the full backup it is based on lacks."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chatd.admin.backup.archive import CHUNK, FILES, Archive, BackupError
from chatd.admin.backup.stored import base_of
from chatd.store.file_bodies import FOLDER, ID, body_path
from chatd.store.sqlite import Sqlite
from chatd.store.verify_files import has_files

_HEAD = struct.Struct(">27sQ")


class Carried:
    """Bodies by id, in one backup or two."""

    def __init__(self, *archives: Archive) -> None:
        self._where: dict[str, tuple[Archive, int, int]] = {}
        for archive in archives:
            if archive.has(FILES):
                self._where.update(_bodies(archive))

    def __contains__(self, file: str) -> bool:
        return file in self._where

    def size(self, files: Iterable[str]) -> int:
        """How many bytes those of ``files`` have that are here."""
        return sum(self._where[file][2] for file in files if file in self._where)

    def pieces(self, file: str) -> Iterable[bytes] | None:
        """A body piece by piece, None if it is not here."""
        return _read(*self._where[file]) if file in self._where else None


def _bodies(archive: Archive) -> Iterator[tuple[str, tuple[Archive, int, int]]]:
    at, size = archive.where(FILES)
    end = at + size
    while at < end:
        archive.file.seek(at)
        head = archive.file.read(_HEAD.size)
        at += len(head)
        name, length = _HEAD.unpack(head) if len(head) == _HEAD.size else (b"", size)
        if at + length > end or not ID.match(name.decode("latin-1")):
            raise BackupError(f"{archive.path} is damaged: its files are not as they were written.")
        yield name.decode("latin-1"), (archive, at, length)
        at += length


def _read(archive: Archive, at: int, left: int) -> Iterator[bytes]:
    while left:
        archive.file.seek(at)
        part = archive.file.read(min(CHUNK, left))
        if not part:
            raise BackupError(f"{archive.path} is damaged: {FILES} ends too early.")
        at, left = at + len(part), left - len(part)
        yield part


@contextmanager
def carried(archive: Archive) -> Iterator[Carried]:
    """Everything that ``archive`` stands for."""
    if archive.manifest.kind == "full":
        yield Carried(archive)
        return
    with base_of(archive) as base:
        yield Carried(base, archive)


def files_of(database: Sqlite) -> tuple[str, ...]:
    """Ids of the files that the store knows."""
    if not has_files(database):
        return ()
    return tuple(row[0] for row in database.rows("select id from files order by id", {}))


class Bodies:
    """A stream of bodies on the disk, on its way into a backup. ``missing`` are not there."""

    def __init__(self, store: Path, files: Sequence[str]) -> None:
        self.missing: list[str] = []
        self.size = 0
        self._there: list[tuple[str, Path, int]] = []
        for file in files:
            path = body_path(store / FOLDER, file)
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                self.missing.append(file)
                continue
            self._there.append((file, path, size))
            self.size += _HEAD.size + size
        self._parts = self._read()
        self._rest = b""

    def read(self, amount: int = -1) -> bytes:
        """That many bytes, fewer only at the end."""
        while len(self._rest) < amount and (part := next(self._parts, b"")):
            self._rest += part
        data, self._rest = self._rest[:amount], self._rest[amount:]
        return data

    def _read(self) -> Iterator[bytes]:
        for file, path, size in self._there:
            yield _HEAD.pack(file.encode(), size)
            with path.open("rb") as body:
                while part := body.read(CHUNK):
                    yield part
