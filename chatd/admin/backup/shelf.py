"""A folder of backups: their names, which there are, which one holds a moment, which may go."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin.backup.archive import PART, SUFFIX, BackupError, Manifest, opened

_NAME = re.compile(r"chatd-\d{8}T\d{6}Z(-changes)?\.tar")
#: What is being made, or was left by something killed.
_LEFT = re.compile(_NAME.pattern + re.escape(PART) + "[a-z-]*")


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup on the shelf. ``manifest`` is None if ``fault`` says why it is not one; ``lone``:
    the full one that it is based on is missing."""

    path: Path
    size: int
    manifest: Manifest | None
    fault: str = ""
    lone: bool = False


def name(moment: int, kind: str) -> str:
    """For a backup as of ``moment``, Unix milliseconds."""
    when = datetime.fromtimestamp(moment / 1000, UTC)
    return f"chatd-{when:%Y%m%dT%H%M%SZ}{'-changes' if kind == 'changes' else ''}{SUFFIX}"


def kept(folder: Path) -> list[Kept]:
    """All in the folder, oldest first; BackupError if it cannot be read."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX))
    except OSError as error:
        raise BackupError(f"{folder} cannot be read: {error.strerror}.") from None
    found = []
    for path in paths:
        size = path.stat().st_size
        try:
            with opened(path) as archive:
                found.append(Kept(path, size, archive.manifest))
        except BackupError as error:
            found.append(Kept(path, size, None, str(error)))
    full = {(one.path.name, one.manifest.id) for one in found if one.manifest is not None}
    return sorted((_with_base(one, full) for one in found), key=_moment)


def _with_base(one: Kept, full: set[tuple[str, str]]) -> Kept:
    manifest = one.manifest
    if manifest is None or manifest.base is None:
        return one
    there = (manifest.base.name, manifest.base.id) in full
    return one if there else Kept(one.path, one.size, manifest, lone=True)


def _moment(one: Kept) -> int:
    return one.manifest.moment if one.manifest is not None else 0


def last_full(folder: Path) -> Kept | None:
    full = [one for one in kept(folder) if one.manifest and one.manifest.kind == "full"]
    return full[-1] if full else None


def as_of(folder: Path, until: int | None) -> Path:
    """The last backup that can be restored, as of ``until`` (Unix milliseconds) or earlier if that
    is given. BackupError if there is none."""
    good = [one for one in kept(folder) if one.manifest is not None and not one.lone]
    if not good:
        raise BackupError(f"There is no backup in {folder}.")
    fitting = [one for one in good if until is None or _moment(one) <= until]
    if not fitting:
        oldest = datetime.fromtimestamp(_moment(good[0]) / 1000).astimezone()
        raise BackupError(f"The oldest backup in {folder} is of {oldest:%Y-%m-%d %H:%M:%S}.")
    return fitting[-1].path


def outdated(folder: Path, keep: int) -> list[Path]:
    """What may go so that the last ``keep`` full backups stay, with all changes based on them; what
    cannot be read stays, for somebody to look at."""
    found = kept(folder)
    full = [one for one in found if one.manifest and one.manifest.kind == "full"]
    gone = full[:-keep]
    ids = {one.manifest.id for one in gone if one.manifest}
    changes = [
        one
        for one in found
        if one.manifest
        and one.manifest.base
        and (one.manifest.base.id in ids or (one.lone and full))
    ]
    # Changes first: if this is killed half-way, nothing is left without what it is based on.
    return [one.path for one in (*changes, *gone)]


def left_behind(folder: Path) -> list[Path]:
    """Unfinished files, also those of a backup that is being made."""
    return sorted(path for path in folder.iterdir() if _LEFT.fullmatch(path.name))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time writes to a folder; BackupError for the second."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise BackupError(f"{folder} cannot be opened: {error.strerror}.") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup is being written to {folder}.") from None
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
