"""The database in a backup: a full one's as it lies there; changes are laid over their full one."""

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from chatd.admin.backup.archive import CHANGES, DATABASE, Archive, BackupError, opened

#: Bytes of a page's digest: two different pages never have the same one (BLAKE2b).
DIGEST = 16
_NUMBER = struct.Struct(">Q")


def digest(page: bytes) -> bytes:
    return hashlib.blake2b(page, digest_size=DIGEST).digest()


def digests(file: IO[bytes], page_size: int) -> Iterator[tuple[bytes, bytes]]:
    """Every page of a database file, from its beginning, with its digest."""
    while page := file.read(page_size):
        yield page, digest(page)


def change(number: int, page: bytes) -> bytes:
    """A page as it stands in `CHANGES`; ``number`` counts from 0."""
    return _NUMBER.pack(number) + page


class Whole:
    """`Pages` of a full backup."""

    def __init__(self, archive: Archive) -> None:
        self._file = archive.file
        self._offset, self.size = archive.where(DATABASE)

    def read(self, offset: int, amount: int) -> bytes:
        self._file.seek(self._offset + offset)
        return self._file.read(max(0, min(amount, self.size - offset)))


class Changed:
    """`Pages` of changes over those of the full backup ``base``."""

    def __init__(self, archive: Archive, base: Whole) -> None:
        self._page = archive.manifest.page_size
        self.size = archive.manifest.pages * self._page
        self._file = archive.file
        self._base = base
        self._where: dict[int, int] = {}
        offset, size = archive.where(CHANGES)
        for at in range(offset, offset + size, _NUMBER.size + self._page):
            self._file.seek(at)
            [number] = _NUMBER.unpack(self._file.read(_NUMBER.size))
            self._where[number] = at + _NUMBER.size

    def read(self, offset: int, amount: int) -> bytes:
        found = b""
        end = min(offset + amount, self.size)
        while offset < end:
            number, into = divmod(offset, self._page)
            wanted = min(self._page - into, end - offset)
            if (at := self._where.get(number)) is None:
                part = self._base.read(offset, wanted)
            else:
                self._file.seek(at + into)
                part = self._file.read(wanted)
            if len(part) != wanted:
                raise BackupError(f"Page {number} of the database is in neither of the two files.")
            found, offset = found + part, offset + wanted
        return found


@contextmanager
def base_of(archive: Archive) -> Iterator[Archive]:
    """The full backup that ``archive`` is based on, in the same folder; BackupError without it."""
    base = archive.manifest.base
    if base is None or Path(base.name).name != base.name:
        raise BackupError(f"{archive.path} does not say which full backup it stands on.")
    path = archive.path.with_name(base.name)
    if not path.exists():
        raise BackupError(
            f"{archive.path} holds only what changed since {base.name}, which is not beside it:"
            " put it there."
        )
    with opened(path) as found:
        if found.manifest.id != base.id:
            raise BackupError(f"{path} is not the full backup that {archive.path} stands on.")
        yield found


@contextmanager
def pages(archive: Archive) -> Iterator[Whole | Changed]:
    """The database that ``archive`` holds."""
    if archive.manifest.kind == "full":
        yield Whole(archive)
        return
    with base_of(archive) as base:
        yield Changed(archive, Whole(base))
