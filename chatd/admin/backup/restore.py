"""Bringing a backup back: into an empty place, or with what is there kept aside.

The database is written and checked under a name of its own before anything is moved. From the first
move to the last, the file `chatd.restoring` stands in the store's folder: no daemon starts while it
does, and it says what was begun and how to finish it.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chatd.admin.backup.archive import (
    CHUNK,
    CONFIGURATION,
    PUSH_KEY,
    Archive,
    BackupError,
    Item,
    opened,
)
from chatd.admin.backup.aside import BEFORE, begun, new_stamp, put_aside
from chatd.admin.backup.belongings import (
    OWN_PUSH_KEY,
    handed_over,
    named_files,
    named_folders,
)
from chatd.admin.backup.carried import Carried, carried, files_of
from chatd.admin.backup.create import Phase
from chatd.admin.backup.owners import chown, own
from chatd.admin.backup.stored import pages
from chatd.admin.backup.verify import faults_of
from chatd.admin.files import write_private
from chatd.config.reading import ConfigError, parse
from chatd.config.settings import Settings
from chatd.core import ids
from chatd.store.file_bodies import FOLDER as BODIES
from chatd.store.file_bodies import body_path
from chatd.store.folders import synced
from chatd.store.indexer import FILE as SEARCH_FILE
from chatd.store.lock import FolderLock
from chatd.store.migrate import steps
from chatd.store.names import FILE, RESTORING
from chatd.store.pages import reading
from chatd.store.space import free_and_total
from chatd.store.sqlite import Sqlite, make_file

#: The database on its way to its name.
COMING = FILE + ".restoring"
#: The same for the folder of bodies.
BODIES_COMING = BODIES + ".restoring"
#: The database first: what is left of it without its log file must never look like a store.
OLD = (
    *(name + suffix for name in (FILE, SEARCH_FILE) for suffix in ("", "-wal", "-shm", "-journal")),
    BODIES,
)


@dataclass(frozen=True, slots=True)
class Step:
    """A file of the configuration and where it goes. ``there``: "new", "same" or "other"."""

    item: Item
    path: Path
    there: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a restore would do. ``occupied``: there is a store already; ``begun``: an unfinished
    restore has put it aside, as far as it came."""

    source: Path
    moment: int
    folder: Path
    occupied: bool
    files: tuple[Step, ...]
    stamp: str
    begun: bool = False

    @property
    def aside(self) -> Path:
        """Where the present store is put aside."""
        return self.folder / f"before-restore-{self.stamp}"

    @property
    def keeps(self) -> Path | None:
        """Where the earlier store is in the end, None if there was none."""
        return self.aside if self.occupied or self.begun else None

    @property
    def replaces(self) -> list[str]:
        """What stands in the way, by name."""
        store = [str(self.folder / FILE)] if self.occupied else []
        return store + [str(step.path) for step in self.files if step.there == "other"]


def restore(
    source: Path,
    config: Path,
    phase: Phase,
    *,
    replace: bool = False,
    dry_run: bool = False,
    store_only: bool = False,
) -> Plan:
    """Brings ``source`` back for the configuration at ``config``. BackupError, StoreError if a
    daemon runs on that store, OSError."""
    with opened(source) as archive:
        if archive.manifest.schema > len(steps()):
            raise BackupError(
                f"{source} was made by a newer chatd (schema {archive.manifest.schema}, this one"
                f" knows {len(steps())}): install chatd {archive.manifest.chatd}."
            )
        if wrong := faults_of(archive, phase("checking")):
            raise BackupError(" ".join(wrong))
        plan = _plan(archive, config, store_only)
        with _alone(plan, dry_run):
            if plan.replaces and not replace and not dry_run:
                raise BackupError(
                    "This is there already: " + ", ".join(plan.replaces) + ". With --replace it is"
                    " kept aside; --dry-run tells what would be done."
                )
            if not dry_run:
                _check_room(archive, plan.folder)
                _carry_out(archive, plan, phase)
    return plan


def _plan(archive: Archive, config: Path, store_only: bool) -> Plan:
    has_configuration = any(item.member == CONFIGURATION for item in archive.manifest.items)
    files: list[Step] = []
    try:
        if store_only or not has_configuration:
            text = config.read_text("utf-8")
        else:
            text = archive.content(CONFIGURATION).decode("utf-8")
        settings = parse(text, config.resolve(), files=False)
    except FileNotFoundError:
        raise BackupError(
            f"{config} does not exist, and without it nobody knows where the store belongs: make"
            " it with `chatctl setup`, or name another with --config."
        ) from None
    except (ConfigError, UnicodeDecodeError) as error:
        raise BackupError(f"The configuration cannot be read by this chatd: {error}") from None
    folder = Path(settings.store.path)
    if not store_only:
        files = [_step(archive, item, path) for item, path in _places(archive, config, settings)]
    unfinished = begun(folder)
    return Plan(
        archive.path,
        archive.manifest.moment,
        folder,
        (folder / FILE).exists(),
        tuple(files),
        unfinished or new_stamp(folder),
        unfinished is not None,
    )


def _places(archive: Archive, config: Path, settings: Settings) -> Iterator[tuple[Item, Path]]:
    """Where each file of the backup goes, as the configuration in the backup says."""
    named, folders = dict(named_files(settings)), dict(named_folders(settings))
    for item in archive.manifest.items:
        if item.member == CONFIGURATION:
            yield item, config.resolve()
        elif item.member == PUSH_KEY:
            yield item, Path(settings.store.path) / OWN_PUSH_KEY
        elif item.setting in named:
            path = named[item.setting]
            if handed_over(path):
                # Only the unit knows where systemd gets it from.
                path = config.resolve().parent / "from-backup" / path.name
            yield item, path
        elif item.setting in folders:
            if Path(item.name).name != item.name:
                raise BackupError(f"{archive.path}: {item.name!r} is no name of a file.")
            yield item, folders[item.setting] / item.name


def _step(archive: Archive, item: Item, path: Path) -> Step:
    try:
        there = "same" if path.read_bytes() == archive.content(item.member) else "other"
    except FileNotFoundError:
        there = "new"
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
    return Step(item, path, there)


@contextmanager
def _alone(plan: Plan, dry_run: bool) -> Iterator[None]:
    """No daemon runs on that store, and none starts meanwhile."""
    if not plan.folder.exists():
        if dry_run:
            yield
            return
        plan.folder.mkdir(mode=0o700, parents=True)
        own(plan.folder, plan.folder)
    lock = FolderLock(plan.folder)
    try:
        yield
    finally:
        lock.release()


def _check_room(archive: Archive, folder: Path) -> None:
    needed = archive.manifest.pages * archive.manifest.page_size
    with carried(archive) as there, pages(archive) as database, reading(database) as rows:
        needed += there.size(files_of(rows))
    free = free_and_total(folder)[0]
    if free < needed:
        raise BackupError(
            f"{folder} has {free // 2**20} MiB free and {needed // 2**20} are needed: free some"
            " space, or name another folder in store.path."
        )


def _carry_out(archive: Archive, plan: Plan, phase: Phase) -> None:
    coming = plan.folder / COMING
    coming.unlink(missing_ok=True)
    if not plan.occupied:
        _mark(plan)
    _write_database(archive, coming, phase)
    own(coming, plan.folder)
    bodies = plan.folder / BODIES_COMING
    if bodies.exists():
        shutil.rmtree(bodies)
    with carried(archive) as there:
        _write_bodies(there, _files(coming), bodies, plan.folder, phase)
    _mark(plan)
    for name in OLD:
        put_aside(plan.folder / name, plan.aside)
    for step in plan.files:
        _put(archive, step, plan)
    bodies.rename(plan.folder / BODIES)
    coming.rename(plan.folder / FILE)
    synced(plan.folder)
    (plan.folder / RESTORING).unlink()
    synced(plan.folder)


def _mark(plan: Plan) -> None:
    """From here on no daemon starts."""
    marker = plan.folder / RESTORING
    before = f" {BEFORE} {plan.keeps}." if plan.keeps else ""
    write_private(
        marker,
        f"that of {plan.source}. `chatctl backup restore {plan.source} --replace` does it again"
        f" from the start.{before}\n".encode(),
    )
    own(marker, plan.folder)
    synced(plan.folder)


def _write_database(archive: Archive, target: Path, phase: Phase) -> None:
    """The database with an epoch of its own: no client trusts a cursor from its other life."""
    told = phase("restoring")
    make_file(target)
    with pages(archive) as there, target.open("wb") as file:
        for offset in range(0, there.size, CHUNK):
            file.write(there.read(offset, CHUNK))
            told(min(offset + CHUNK, there.size), there.size)
        file.flush()
        os.fsync(file.fileno())
    database = Sqlite(target, writing=True)
    try:
        database.run(
            "update meta set value = :epoch where name = 'epoch'",
            {"epoch": ids.epoch(secrets.token_bytes)},
        )
        database.checkpoint(truncate=True, patience=1.0)
    finally:
        database.close()


def _files(coming: Path) -> tuple[str, ...]:
    database = Sqlite(coming, writing=True)
    try:
        return files_of(database)
    finally:
        database.close()


def _write_bodies(
    there: Carried, files: Sequence[str], target: Path, like: Path, phase: Phase
) -> None:
    """Those of ``files``, as a folder of bodies that belongs to the owner of ``like``."""
    told = phase("files")
    _make_like(target, like)
    done, size = 0, there.size(files)
    for file in files:
        if (parts := there.pieces(file)) is None:
            continue  # it was missing when the backup was made, as the manifest says
        path = body_path(target, file)
        if not path.parent.exists():
            _make_like(path.parent, like)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as body:
            for part in parts:
                body.write(part)
                done += len(part)
                told(done, size)
            body.flush()
            os.fsync(descriptor)
        own(path, like)
    for folder in (*target.iterdir(), target):
        synced(folder)


def _make_like(folder: Path, like: Path) -> None:
    folder.mkdir(mode=0o700)
    own(folder, like)


def _put(archive: Archive, step: Step, plan: Plan) -> None:
    """A file of the configuration; one that differs is kept beside it."""
    if step.there == "same":
        return
    _make_folder(step.path.parent, step.item)
    if step.there == "other" and step.path.exists():
        beside = _beside(step, plan)
        _make_folder(beside.parent, step.item)
        shutil.copy2(step.path, beside)
        own(beside, step.path)
    write_private(step.path, archive.content(step.item.member))
    if os.geteuid() == 0:
        chown(step.path, step.item.owner, step.item.group)
    # As it was, but without rights that nobody needs.
    step.path.chmod(step.item.mode & 0o755)


def _beside(step: Step, plan: Plan) -> Path:
    """Where a replaced file is kept: outside a folder in which every file counts."""
    mark = f".before-restore-{plan.stamp}"
    if step.item.member.count("/") == 1:
        return step.path.with_name(step.path.name + mark)
    return step.path.parent.with_name(step.path.parent.name + mark) / step.path.name


def _make_folder(folder: Path, item: Item) -> None:
    """With any missing parents; open to those who may read the file in it."""
    if folder.exists():
        return
    _make_folder(folder.parent, item)
    folder.mkdir(mode=0o750)
    if os.geteuid() == 0:
        chown(folder, item.owner, item.group)


def wall(text: str) -> int:
    """Unix milliseconds of "2026-11-29 18:30", in local time if no zone is given; ValueError. A
    date alone means its end."""
    moment = datetime.fromisoformat(text)
    if len(text) <= len("2026-11-29"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return int(moment.timestamp() * 1000)
