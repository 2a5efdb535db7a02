"""Making a backup, beside a running daemon or without one.

The database is first copied under a name that says so, then written into the archive and checked
there; only then does the archive get its name. Whatever is killed meanwhile leaves files ending in
.part…, which the next backup in that folder removes.
"""

import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import apsw

from chatd import __version__
from chatd.admin.backup import shelf
from chatd.admin.backup.archive import (
    CHANGES,
    DATABASE,
    DIGESTS,
    FILES,
    FORMAT,
    PART,
    SUFFIX,
    BackupError,
    Base,
    Item,
    Manifest,
    Told,
    Writing,
    opened,
)
from chatd.admin.backup.belongings import belongings, read
from chatd.admin.backup.carried import Bodies, Carried, files_of
from chatd.admin.backup.stored import DIGEST, change, digests
from chatd.admin.backup.verify import faults
from chatd.config.settings import Settings
from chatd.store.copying import COPYING_FILES, Facts, copy_store, held
from chatd.store.file_bodies import FOLDER as BODIES
from chatd.store.names import FILE
from chatd.store.space import free_and_total
from chatd.store.sqlite import Sqlite

HOUR_MS = 3_600_000

Phase = Callable[[str], Told]
"""Begins a part of the work under a name; what it returns is told how far that is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``full_after``: hours since the last full backup in the folder within which only changes are
    saved; None: always a full one. ``store_only``: no configuration, no keys."""

    target: Path
    full_after: float | None = None
    store_only: bool = False


def create(wanted: Wanted, config: Path, settings: Settings, phase: Phase) -> Path:
    """The finished backup's path. BackupError, StoreError, OSError."""
    target = wanted.target
    alone = target.suffix == SUFFIX and not target.is_dir()
    folder = target.parent if alone else target
    if alone and wanted.full_after is not None:
        raise BackupError("Changes stand on a full backup in the same folder: name the folder.")
    if alone and target.exists():
        raise BackupError(f"{target} exists; nothing is overwritten.")
    if not alone:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with shelf.locked(folder):
        for path in shelf.left_behind(folder):
            path.unlink()
        base = _base(folder, wanted.full_after)
        kind = "full" if base is None else "changes"
        final = target if alone else folder / shelf.name(time.time_ns() // 1_000_000, kind)
        if final.exists():
            raise BackupError(f"{final} exists; nothing is overwritten.")
        _check_room(folder, settings, _carried_by(base))
        made = _Made(final, base)
        try:
            made.write(wanted, config, settings, phase)
            if wrong := faults(made.part, phase("checking"), new=True):
                raise BackupError("The backup does not hold what it should: " + " ".join(wrong))
            made.part.rename(final)
        finally:
            made.tidy()
    return final


def _base(folder: Path, full_after: float | None) -> shelf.Kept | None:
    """The full backup that is young enough to build on."""
    if full_after is None or (last := shelf.last_full(folder)) is None:
        return None
    assert last.manifest is not None
    age = time.time_ns() // 1_000_000 - last.manifest.moment
    return last if 0 <= age < full_after * HOUR_MS else None


def _carried_by(base: shelf.Kept | None) -> int:
    """Bytes of bodies that need not be saved again, if the files are still the same."""
    if base is None:
        return 0
    with opened(base.path) as archive:
        return archive.where(FILES)[1] if archive.has(FILES) else 0


def _check_room(folder: Path, settings: Settings, carried: int) -> None:
    """``carried``: bytes of bodies that the full backup has."""
    store = Path(settings.store.path)
    try:
        size = (store / FILE).stat().st_size
    except OSError as error:
        raise BackupError(f"{store / FILE}: {error.strerror}: is store.path right?") from None
    free, total = free_and_total(folder)
    bodies = sum(path.stat().st_size for path in (store / BODIES).glob("??/*"))
    needed = 2 * size + max(0, bodies - carried)
    if folder.stat().st_dev == store.stat().st_dev:
        # What chatd needs to go on.
        needed += max(settings.store.free_bytes, int(total * settings.store.free_percent / 100))
    if free < needed:
        raise BackupError(
            f"{folder} has {free // 2**20} MiB free and {needed // 2**20} are needed: `chatctl"
            f" backup prune {folder} --keep 2` removes old backups, or name another disk."
        )


class _Made:
    """The files of one backup on their way to ``final``."""

    def __init__(self, final: Path, base: shelf.Kept | None) -> None:
        self._base = base
        self._missing: tuple[str, ...] = ()
        self.part = final.with_name(final.name + PART)
        self._copy = final.with_name(final.name + PART + "-db")
        self._changes = final.with_name(final.name + PART + "-changes")

    def tidy(self) -> None:
        for path in (self.part, self._copy, self._changes):
            path.unlink(missing_ok=True)

    def write(self, wanted: Wanted, config: Path, settings: Settings, phase: Phase) -> None:
        # Before the copy, which takes its time: what cannot be read is reported at once.
        things = [] if wanted.store_only else [read(one) for one in belongings(config, settings)]
        store = Path(settings.store.path)
        with held(store, COPYING_FILES):
            self._write(store, things, phase)

    def _write(self, store: Path, things: Sequence[tuple[bytes, Item]], phase: Phase) -> None:
        facts = copy_store(store, self._copy, phase("copying"))
        with _private(self.part) as file:
            archive = Writing(file)
            for content, item in things:
                archive.put(content, item)
            with self._copy.open("rb") as copy:
                if self._base is None:
                    self._whole(archive, copy, facts, phase("writing"))
                else:
                    self._changed(archive, copy, facts)
            bodies = self._bodies(store)
            archive.add(bodies, bodies.size, Item(FILES, 0, ""), phase("files"))
            self._missing = tuple(bodies.missing)
            archive.seal(self._manifest(archive, facts))
            file.flush()
            os.fsync(file.fileno())

    def _bodies(self, store: Path) -> Bodies:
        """Of the files that the copy knows, without those that the full backup has."""
        copy = Sqlite(self._copy, writing=False, immutable=True)
        try:
            files = files_of(copy)
        finally:
            copy.close()
        if self._base is not None:
            with opened(self._base.path) as base:
                before = Carried(base)
                files = tuple(file for file in files if file not in before)
        return Bodies(store, files)

    def _whole(self, archive: Writing, copy: IO[bytes], facts: Facts, told: Told) -> None:
        archive.add(copy, facts.pages * facts.page_size, Item(DATABASE, 0, ""), told)
        copy.seek(0)
        each = b"".join(one for _, one in digests(copy, facts.page_size))
        archive.put(each, Item(DIGESTS, 0, ""))

    def _changed(self, archive: Writing, copy: IO[bytes], facts: Facts) -> None:
        assert self._base is not None
        with opened(self._base.path) as base:
            before = b"".join(base.parts(DIGESTS))
        with _private(self._changes) as file:
            for number, (page, one) in enumerate(digests(copy, facts.page_size)):
                if before[number * DIGEST : (number + 1) * DIGEST] != one:
                    file.write(change(number, page))
            size = file.tell()
            file.seek(0)
            archive.add(file, size, Item(CHANGES, 0, ""))

    def _manifest(self, archive: Writing, facts: Facts) -> Manifest:
        base = self._base and self._base.manifest
        return Manifest(
            format=FORMAT,
            id=secrets.token_hex(16),
            kind="changes" if base else "full",
            moment=facts.moment,
            chatd=__version__,
            sqlite=apsw.sqlite_lib_version(),
            host=socket.gethostname(),
            schema=facts.schema,
            epoch=facts.epoch,
            position=facts.position,
            page_size=facts.page_size,
            pages=facts.pages,
            counts=facts.counts,
            items=tuple(archive.items),
            base=Base(base.id, self._base.path.name) if base and self._base else None,
            missing=self._missing,
        )


def _private(path: Path) -> IO[bytes]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.fchmod(descriptor, 0o600)
    return open(descriptor, "w+b")


def prune(folder: Path, keep: int, *, dry_run: bool = False) -> list[Path]:
    """Removes all but the last ``keep`` full backups, and what was left unfinished; returns what
    went, or with ``dry_run`` would go."""
    if keep < 1:
        raise BackupError("At least one full backup has to stay: --keep 1.")
    with shelf.locked(folder):
        gone = [*shelf.left_behind(folder), *shelf.outdated(folder, keep)]
        for path in () if dry_run else gone:
            path.unlink()
        return gone
