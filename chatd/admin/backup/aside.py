"""Where a restore keeps the store that was there: one folder, however often it began again."""

import itertools
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin.backup.owners import own
from chatd.store.names import RESTORING

#: What an unfinished restore says about the store that it put aside.
BEFORE = "What was there before is in"
_KEPT = re.compile(rf"{BEFORE} .*/before-restore-([0-9TZ-]+)\.\s*\Z", re.DOTALL)


def begun(folder: Path) -> str | None:
    """The stamp of a restore that began to put a store aside and was not finished."""
    try:
        told = _KEPT.search((folder / RESTORING).read_text("utf-8", "replace"))
    except FileNotFoundError:
        return None
    return told[1] if told else None


def new_stamp(folder: Path) -> str:
    """Names what is kept aside; never like something kept there already."""
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = itertools.chain([moment], (f"{moment}-{number}" for number in itertools.count(2)))
    return next(name for name in names if not (folder / f"before-restore-{name}").exists())


def put_aside(path: Path, aside: Path) -> None:
    """Moves ``path`` into the folder ``aside``, if it exists."""
    if not path.exists():
        return
    if not aside.exists():
        aside.mkdir(mode=0o700)
        own(aside, path.parent)
    kept = aside / path.name
    if not kept.exists():
        path.rename(kept)
    # An unfinished restore kept the earlier one there: this one it had just brought.
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
