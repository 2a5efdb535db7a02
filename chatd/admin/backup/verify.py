"""Looking a backup over: every byte as it was written, and a database that is sound."""

from pathlib import Path

from chatd.admin.backup.archive import Archive, Told, opened
from chatd.admin.backup.stored import base_of, pages
from chatd.store.copying import facts_of
from chatd.store.errors import StoreError
from chatd.store.pages import reading
from chatd.store.sqlite import FAILURES
from chatd.store.verify import faults_in


def faults(path: Path, told: Told | None = None) -> list[str]:
    """What is wrong with it, a sentence each; none for a sound one. BackupError for what is no
    finished backup, or lacks the full one that it stands on."""
    with opened(path) as archive:
        return faults_of(archive, told)


def faults_of(archive: Archive, told: Told | None = None) -> list[str]:
    found = archive.damage(told)
    if archive.manifest.kind == "changes":
        with base_of(archive) as base:
            found += base.damage(told)
    return found or _database(archive)


def _database(archive: Archive) -> list[str]:
    """Opens the database where it lies."""
    manifest = archive.manifest
    try:
        with pages(archive) as there, reading(there) as database:
            if wrong := faults_in(database):
                return [f"{archive.path}: {text}" for text in wrong]
            facts = facts_of(database, manifest.moment)
    except (*FAILURES, StoreError) as error:
        return [f"{archive.path}: its database cannot be read: {error}"]
    told = (manifest.epoch, manifest.position, manifest.schema, manifest.counts)
    if told != (facts.epoch, facts.position, facts.schema, facts.counts):
        return [f"{archive.path}: its database holds something else than its manifest says."]
    return []
