"""Whether rows of files, messages that carry them, and bodies agree."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from chatd.engine.files import LEAST
from chatd.store.file_bodies import FOLDER, body_path
from chatd.store.sqlite import Sqlite

#: A body piece by piece, None if there is none.
Pieces = Callable[[str], Iterable[bytes] | None]
CHUNK = 2**20

_COUNTED = """
    select u.person, u.bytes,
           (select coalesce(sum(max(f.size, :least)), 0) from files f where f.person = u.person)
    from file_usage u
"""
_UNCARRIED = """
    select f.id, f.used from files f
    where f.used <> exists (select 1 from message_files c where c.file = f.id)
"""
_GONE = "select r.file from file_removals r join files f on f.id = r.file"


def has_files(database: Sqlite) -> bool:
    """Whether the schema has files: a backup may be older."""
    row = database.row("select 1 from sqlite_schema where type = 'table' and name = 'files'", {})
    return row is not None


def row_faults(database: Sqlite) -> Iterator[str]:
    """What is wrong with the rows, a sentence each."""
    for person, counted, there in database.rows(_COUNTED, {"least": LEAST}):
        if counted != there:
            yield f"files of {person} count for {counted} bytes, and there are {there}"
    for file, used in database.rows(_UNCARRIED, {}):
        yield f"file {file}: {'no message carries it' if used else 'carried, but not marked so'}"
    for (file,) in database.rows(_GONE, {}):
        yield f"file {file}: its body is to be removed, and it is still there"


def body_faults(
    database: Sqlite, pieces: Pieces, unread: Callable[[str], bool] = lambda file: False
) -> Iterator[str]:
    """The same for bodies: each must exist, as it came; those to stay ``unread`` need only
    exist."""
    for file, size, digest in database.rows("select id, size, digest from files order by id", {}):
        parts = pieces(file)
        if parts is None:
            yield f"file {file}: its body is missing"
            continue
        if unread(file):
            continue
        length, found = 0, hashlib.sha256()
        for part in parts:
            length += len(part)
            found.update(part)
        if (length, found.digest()) != (size, digest):
            yield f"file {file}: its body is not as it came"


def on_disk(folder: Path) -> Pieces:
    """Those of the store in ``folder``."""

    def pieces(file: str) -> Iterable[bytes] | None:
        path = body_path(folder / FOLDER, file)
        return _read(path) if path.exists() else None

    return pieces


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as body:
        while part := body.read(CHUNK):
            yield part
