"""Checking a backup: every byte as it was written, and a database that is sound."""

from pathlib import Path

from chatd.admin.backup.archive import FILES, Archive, Told, opened
from chatd.admin.backup.carried import Carried, carried
from chatd.admin.backup.stored import base_of, pages
from chatd.store.copying import facts_of
from chatd.store.errors import StoreError
from chatd.store.pages import reading
from chatd.store.sqlite import FAILURES
from chatd.store.verify import faults_in
from chatd.store.verify_files import body_faults, has_files


def faults(path: Path, told: Told | None = None, *, new: bool = False) -> list[str]:
    """What is wrong with it, a sentence each; nothing for a sound one. BackupError for what is not
    a finished backup, or lacks the full one that it is based on. ``new``: bodies of
    files in that full one are not read again, so that their number does not slow this down."""
    with opened(path) as archive:
        return faults_of(archive, told, new=new)


def faults_of(archive: Archive, told: Told | None = None, *, new: bool = False) -> list[str]:
    found = archive.damage(told)
    if archive.manifest.kind == "changes":
        with base_of(archive) as base:
            found += base.damage(told, but=FILES if new else "")
    return found or _database(archive, new)


def _database(archive: Archive, new: bool) -> list[str]:
    """Opens the database where it lies."""
    manifest = archive.manifest
    try:
        with pages(archive) as there, reading(there) as database:
            if wrong := faults_in(database):
                return [f"{archive.path}: {text}" for text in wrong]
            if has_files(database):
                with carried(archive) as bodies:
                    own = Carried(archive)
                    missing = {f"file {file}: its body is missing" for file in manifest.missing}
                    told = body_faults(
                        database, bodies.pieces, lambda file: new and file not in own
                    )
                    if lost := [text for text in told if text not in missing]:
                        return [f"{archive.path}: {text}" for text in lost]
            facts = facts_of(database, manifest.moment)
    except (*FAILURES, StoreError) as error:
        return [f"{archive.path}: its database cannot be read: {error}"]
    said = (manifest.epoch, manifest.position, manifest.schema, manifest.counts)
    if said != (facts.epoch, facts.position, facts.schema, facts.counts):
        return [f"{archive.path}: its database holds something else than its manifest says."]
    return []
