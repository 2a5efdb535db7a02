"""`chatctl backup`: create, verify, restore, list, prune."""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatd.admin.answering import Exit, No, done, note
from chatd.admin.backup.progress import Progress
from chatd.admin.declaring import command, dry_run, group
from chatd.admin.numbers import LONGEST_DAYS, duration
from chatd.admin.shown import paragraph, second, some, table
from chatd.admin.where import config_of


def add(commands: Any) -> None:
    kinds = group(
        commands,
        "backup",
        "backups of store, configuration and all keys: create, verify, restore, list, prune",
    )

    def one(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        return command(kinds, name, lambda options: run(options, config_of(options)), text)

    create = one("create", _create, "make a backup")
    create.add_argument("target", type=Path, help="a folder, or a file that ends in .tar")
    create.add_argument(
        "--full-after",
        type=duration(24 * LONGEST_DAYS),
        metavar="HOURS",
        help="while the last full one is younger, save only what changed since",
    )
    create.add_argument("--store-only", action="store_true", help="without configuration and keys")
    verify = one("verify", _verify, "read a backup whole and open its database")
    verify.add_argument("file", type=Path)
    restore = one("restore", _restore, "bring a backup back; the daemon has to be stopped")
    restore.add_argument("file", type=Path, help="a backup, or a folder: the last one in it")
    restore.add_argument(
        "--until", metavar="TIME", help='the last one not after "2026-11-29 18:30" (local time)'
    )
    restore.add_argument("--replace", action="store_true", help="what is there is kept aside")
    dry_run(restore)
    restore.add_argument(
        "--store-only", action="store_true", help="leave configuration and keys as they are"
    )
    listed = one("list", _list, "list the backups of a folder")
    listed.add_argument("folder", type=Path)
    prune = one("prune", _prune, "remove old backups")
    prune.add_argument("folder", type=Path)
    prune.add_argument(
        "--keep", type=int, required=True, metavar="N", help="so many full ones stay, with changes"
    )
    dry_run(prune)


def _create(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.answers_backup import MadeBackup
    from chatd.admin.backup.archive import opened
    from chatd.admin.backup.create import Wanted, create
    from chatd.config.reading import load

    with contextlib.suppress(OSError):  # a unit may forbid it, and say so itself
        os.nice(5)  # people who chat come first
    wanted = Wanted(options.target, options.full_after, options.store_only)
    with Progress(sys.stderr) as progress:
        path = create(wanted, config.resolve(), load(config), progress.phase)
    with opened(path) as archive:
        manifest = archive.manifest
    size = path.stat().st_size
    what = "Everything" if manifest.kind == "full" else "What changed"
    until = second(manifest.moment)
    lines = [str(path), f"{what} until {until}, {_size(size)}, read back and sound."]
    if wanted.store_only:
        lines.append("Without configuration and keys, as you asked.")
    else:
        lines.append("It holds every key of this server: keep it as you keep them.")
    if manifest.missing:
        lost = ", ".join(manifest.missing[:5])
        lines.append(f"{some(len(manifest.missing), 'file')} had no body on the disk: {lost}.")
    return done(options, MadeBackup(str(path), size, manifest.kind, manifest.moment), lines)


def _verify(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.answers_backup import VerifiedBackup
    from chatd.admin.backup.archive import opened
    from chatd.admin.backup.verify import faults

    path = options.file
    with Progress(sys.stderr) as progress:
        found = faults(path, progress.phase("checking"))
    for text in found:
        note(options, f"chatctl: {text}")
    if found:
        return done(options, VerifiedBackup(str(path), None, {}, list(found)), (), Exit.WRONG)
    with opened(path) as archive:
        manifest = archive.manifest
    counts = manifest.counts
    line = (
        f"{path}: sound. As of {second(manifest.moment)}: accounts {counts.get('users', 0)},"
        f" rooms {counts.get('rooms', 0)}, events {counts.get('events', 0)},"
        f" files {counts.get('files', 0)}."
    )
    return done(options, VerifiedBackup(str(path), manifest.moment, dict(counts), []), [line])


def _restore(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.answers_backup import Restored, RestoredFile
    from chatd.admin.backup import shelf
    from chatd.admin.backup.restore import restore, wall

    until = None
    if options.until is not None:
        try:
            until = wall(options.until)
        except ValueError:
            text = f'--until {options.until!r} is no time; right is "2026-11-29 18:30".'
            raise No(text, "usage", Exit.USAGE) from None
        if not options.file.is_dir():
            text = "--until picks from a folder of backups: name one."
            raise No(text, "usage", Exit.USAGE)
    source = shelf.as_of(options.file, until) if options.file.is_dir() else options.file
    with Progress(sys.stderr) as progress:
        plan = restore(
            source.resolve(),
            config,
            progress.phase,
            replace=options.replace,
            dry_run=options.dry_run,
            store_only=options.store_only,
        )
    files = [RestoredFile(str(step.path), step.there) for step in plan.files]
    aside = str(plan.keeps) if plan.keeps else None
    told = Restored(
        str(source), plan.moment, str(plan.folder), files, aside, dry_run=options.dry_run
    )
    would = "Would restore" if options.dry_run else "Restored"
    lines = [f"{would} {source.name}, as of {second(plan.moment)}, into {plan.folder}."]
    for file in files:
        if file.there != "same":
            lines.append(f"  {'another' if file.there == 'other' else 'new'} {file.path}")
    if plan.keeps:
        kept = "Would keep" if options.dry_run else "Kept"
        lines.append(f"{kept} the store that is there in {plan.keeps}.")
    if options.dry_run:
        lines.append("Nothing was changed.")
    else:
        lines.append("Next: systemctl start chatd. Everybody's client reads anew by itself.")
    return done(options, told, lines)


def _list(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.answers_backup import BackupRow, Backups
    from chatd.admin.backup import shelf

    rows = []
    for one in shelf.kept(options.folder):
        manifest = one.manifest
        rows.append(
            BackupRow(
                one.path.name,
                manifest.moment if manifest else None,
                manifest.kind if manifest else None,
                one.size,
                manifest.counts.get("events") if manifest else None,
                one.fault or ("the full backup it stands on is missing" if one.lone else ""),
            )
        )
    left = [path.name for path in shelf.left_behind(options.folder)]
    lines: list[str] = []
    if rows or not left:
        shown = [
            (row.name, second(row.moment), _size(row.size), str(row.events or "-")) for row in rows
        ]
        head = ("BACKUP", "AS OF", "SIZE", "EVENTS")
        lines += table(head, shown, [row.note for row in rows])
    for name in left:
        lines += paragraph(
            f"{name}: unfinished; the next backup removes it, unless one is being made now"
        )
    return done(options, Backups(rows, left), lines)


def _prune(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.answers_backup import Pruned
    from chatd.admin.backup.create import prune

    gone = [str(path) for path in prune(options.folder, options.keep, dry_run=options.dry_run)]
    lines = [f"{'would remove' if options.dry_run else 'removed'} {path}" for path in gone]
    if options.dry_run:
        lines.append(f"{some(len(gone), 'file')} in all. Nothing was changed.")
    return done(options, Pruned(gone, options.dry_run), lines)


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
