"""`chatctl backup`: create, verify, restore, list, prune."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from chatd.admin.backup.progress import Progress

FindConfig = Callable[[argparse.Namespace], Path]


def add(commands: Any, find_config: FindConfig) -> None:
    """Adds the commands; ``find_config`` says which configuration is meant."""
    backup = commands.add_parser(
        "backup",
        help="backups: create, verify, restore, list, prune",
        description="Backups of the store, the configuration and all keys, while the daemon runs.",
    )
    kinds = backup.add_subparsers(metavar="WHAT", required=True)

    def one(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = kinds.add_parser(name, help=text, description=text)
        parser.set_defaults(run=lambda options: _said(run, options, find_config(options)))
        return parser

    create = one("create", _create, "make a backup")
    create.add_argument("target", type=Path, help="a folder, or a file that ends in .tar")
    create.add_argument(
        "--full-after",
        type=float,
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
    restore.add_argument("--dry-run", action="store_true", help="say what would be done")
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


def _said(run: Callable[..., int], options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.backup.archive import BackupError
    from chatd.store.errors import StoreError

    try:
        return run(options, config)
    except (BackupError, StoreError) as error:
        print(f"chatctl: {error}", file=sys.stderr)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"chatctl: {where}{error.strerror or error}.", file=sys.stderr)
    return 1


def _create(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.backup.archive import opened
    from chatd.admin.backup.create import Wanted, create
    from chatd.config import load

    with contextlib.suppress(OSError):  # a unit may forbid it, and say so itself
        os.nice(5)  # those who chat come first
    wanted = Wanted(options.target, options.full_after, options.store_only)
    with Progress(sys.stderr) as progress:
        path = create(wanted, config.resolve(), load(config), progress.phase)
    with opened(path) as archive:
        manifest = archive.manifest
    size = path.stat().st_size
    if options.json:
        about = {"path": str(path), "size": size, "kind": manifest.kind, "moment": manifest.moment}
        print(json.dumps(about, indent=2))
        return 0
    what = "Everything" if manifest.kind == "full" else "What changed"
    print(f"{path}: {what} until {_time(manifest.moment)}, {_size(size)}, read back and sound.")
    if wanted.store_only:
        print("Without configuration and keys, as you asked.")
    else:
        print("It holds every key of this server: keep it as you keep them.")
    return 0


def _verify(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.backup.archive import opened
    from chatd.admin.backup.verify import faults

    with Progress(sys.stderr) as progress:
        found = faults(options.file, progress.phase("checking"))
    for text in found:
        print(f"chatctl: {text}", file=sys.stderr)
    if found:
        return 1
    with opened(options.file) as archive:
        manifest = archive.manifest
    counts = manifest.counts
    if options.json:
        print(json.dumps({"moment": manifest.moment, "counts": counts}, indent=2))
        return 0
    print(
        f"{options.file}: sound. As of {_time(manifest.moment)}: accounts {counts.get('users', 0)},"
        f" rooms {counts.get('rooms', 0)}, events {counts.get('events', 0)}."
    )
    return 0


def _restore(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.backup import shelf
    from chatd.admin.backup.restore import restore, wall

    until = None
    if options.until is not None:
        try:
            until = wall(options.until)
        except ValueError:
            print(
                f'chatctl: --until {options.until!r} is no time; right is "2026-11-29 18:30".',
                file=sys.stderr,
            )
            return 2
        if not options.file.is_dir():
            print("chatctl: --until picks from a folder of backups: name one.", file=sys.stderr)
            return 2
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
    would = "Would restore" if options.dry_run else "Restored"
    print(f"{would} {source.name}, as of {_time(plan.moment)}, into {plan.folder}.")
    for step in plan.files:
        if step.there != "same":
            print(f"  {'another' if step.there == 'other' else 'new'} {step.path}")
    if plan.occupied:
        kept = "Would keep" if options.dry_run else "Kept"
        print(f"{kept} the store that is there in {plan.aside}.")
    if not options.dry_run:
        print("Next: systemctl start chatd. Everybody's client reads anew by itself.")
    return 0


def _list(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.backup import shelf

    rows: list[dict[str, Any]] = []
    for one in shelf.kept(options.folder):
        manifest = one.manifest
        note = one.fault or ("the full backup it stands on is missing" if one.lone else "")
        rows.append(
            {
                "name": one.path.name,
                "moment": manifest.moment if manifest else None,
                "kind": manifest.kind if manifest else None,
                "size": one.size,
                "events": manifest.counts.get("events") if manifest else None,
                "note": note,
            }
        )
    left = [path.name for path in shelf.left_behind(options.folder)]
    if options.json:
        print(json.dumps({"backups": rows, "unfinished": left}, indent=2))
        return 0
    for row in rows:
        moment = _time(row["moment"]) if row["moment"] is not None else "-"
        print(f"{row['name']:<38} {moment:<19} {_size(row['size']):>9}  {row['events'] or '-':>8}")
        if row["note"]:
            print(f"  {row['note']}")
    for name in left:
        print(f"{name}: unfinished; the next backup removes it, unless one is being made now")
    if not rows and not left:
        print("none")
    return 0


def _prune(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.backup.create import prune

    gone = prune(options.folder, options.keep)
    if options.json:
        print(json.dumps({"removed": [str(path) for path in gone]}, indent=2))
        return 0
    for path in gone:
        print(f"removed {path}")
    return 0


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
