"""Where the bodies of files lie: whether the daemon can write there, nobody else can read, and
there is room."""

import stat
from collections.abc import Iterator
from pathlib import Path

from chatd.admin.doctor.finding import Finding, fault, ok
from chatd.admin.doctor.look import Look
from chatd.store.file_bodies import FOLDER, INCOMING
from chatd.store.file_reads import all_files
from chatd.store.names import FILE
from chatd.store.sqlite import FAILURES, Sqlite


def files(look: Look) -> Iterator[Finding]:
    """Nothing if the daemon has not made the folder yet."""
    store = Path(look.settings.store.path)
    folder = store / FOLDER
    if not folder.is_dir():
        return
    found = [*_access(store, folder), *_room(look, store, folder)]
    yield from found or [ok("files", "files", _usage(store))]


def _access(store: Path, folder: Path) -> Iterator[Finding]:
    owner = store.stat()
    for each in (folder, folder / INCOMING):
        try:
            state = each.stat()
        except OSError:
            continue
        if state.st_uid != owner.st_uid or state.st_mode & stat.S_IRWXU != stat.S_IRWXU:
            yield fault(
                "files-not-writable",
                "files",
                f"{each} is not the daemon's to write in",
                "Nobody can bring a file.",
                f"chown -R --reference={store} {folder} && chmod u+rwx {each}",
            )
            return
        if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield fault(
                "files-readable",
                "files",
                f"{each} is open to others on this machine",
                "What people sent one another is theirs.",
                f"chmod 700 {each}",
            )
            return


def _room(look: Look, store: Path, folder: Path) -> Iterator[Finding]:
    """If they lie on a file system of their own; otherwise the store's disk says it all."""
    if _device(folder) == _device(store):
        return
    free, total = look.machine.free_and_total(folder)
    limits = look.settings.store
    floor = max(limits.free_bytes, int(total * limits.free_percent / 100))
    if free < floor:
        yield fault(
            "files-disk-full",
            "files",
            f"{free // 2**20} MiB free of {total // 2**20}, and {floor // 2**20} have to stay free"
            " (store.free_bytes, free_percent)",
            "Nobody can bring a file.",
            f"df -h {folder}",
        )


def _device(path: Path) -> int:
    return path.stat().st_dev


def _usage(store: Path) -> str:
    try:
        database = Sqlite(store / FILE, writing=False)
        try:
            there = all_files(database)
        finally:
            database.close()
    except FAILURES:
        return "the folder is in order"  # what is wrong with the store is said elsewhere
    return f"{there.files} in all, {there.bytes / 2**20:.1f} MiB"
