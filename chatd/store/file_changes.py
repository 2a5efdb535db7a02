"""What a unit changes in files: uploading one, carrying it in messages, and letting it go."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import files, unit
from chatd.engine.files import FileRow
from chatd.store.file_rows import FILE, counts, usage
from chatd.store.work import Work

Appending = Callable[[Work, unit.Append], None]


def create_file(work: Work, change: files.CreateFile) -> None:
    row = change.file
    taken = usage(work.database, row.user) + counts(row.size)
    if taken > change.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"Your files would take {taken} bytes here; at most {change.most} are kept of one"
            " person. Delete messages with files that nobody needs any more.",
        )
    work.database.run(
        """
        insert into files (id, person, name, type, size, width, height, digest, at)
        values (:id, :person, :name, :type, :size, :width, :height, :digest, :at)
        """,
        {
            "id": row.id,
            "person": row.user,
            "name": row.name,
            "type": row.type,
            "size": row.size,
            "width": row.width,
            "height": row.height,
            "digest": row.digest,
            "at": row.at,
        },
    )
    work.database.run(
        """
        insert into file_usage (person, bytes) values (:person, :bytes)
        on conflict (person) do update set bytes = :bytes
        """,
        {"person": row.user, "bytes": taken},
    )


def say_with_files(append: Appending, work: Work, change: files.SayWithFiles) -> None:
    said = change.append
    rows = _free(work, said.author, change.files)
    append(work, replace(said, body=change.body(rows)))
    seq = work.unit.events[-1].seq
    for place, row in enumerate(rows):
        work.database.run(
            """
            insert into message_files (room, seq, place, file)
            values (:room, :seq, :place, :file)
            """,
            {"room": said.room, "seq": seq, "place": place, "file": row.id},
        )
        work.database.run("update files set used = 1 where id = :file", {"file": row.id})


def carry_on(work: Work, source: str, seq: int, room: str, to: int) -> None:
    """The message at ``to`` of ``room`` passes on the one at ``seq`` of ``source``."""
    work.database.run(
        """
        insert into message_files (room, seq, place, file)
        select :room, :to, place, file from message_files where room = :source and seq = :seq
        """,
        {"source": source, "seq": seq, "room": room, "to": to},
    )


def hold_files(work: Work, change: files.HoldFiles) -> None:
    for row in _free(work, change.user, change.files):
        work.database.run(
            "update files set held = :key where id = :file", {"key": change.key, "file": row.id}
        )


def release(work: Work, user: str, key: str) -> None:
    """The message that waited under ``key`` waits no more."""
    work.database.run(
        "update files set held = null where person = :user and used = 0 and held = :key",
        {"user": user, "key": key},
    )


def _free(work: Work, user: str, wanted: Sequence[str]) -> list[FileRow]:
    """The user's files of these ids, in this order, if no message has them or will have them."""
    found = []
    for file in wanted:
        row = work.database.row(
            f"select used, held, {FILE} where f.id = :file and f.person = :user",
            {"file": file, "user": user},
        )
        if row is None:
            raise Refusal(
                Code.NOT_FOUND,
                "There is no such file of yours: it never came here, or lay unused for a day.",
                field="files",
            )
        if row[0] or row[1] is not None:
            raise Refusal(
                Code.WRONG_STATE,
                "This file is in another message already; bring it once more, or forward that one.",
                field="files",
            )
        found.append(FileRow(*row[2:]))
    return found


def let_go(work: Work, room: str, seq: int) -> None:
    """The message is erased, and with it files that no other carries."""
    message = {"room": room, "seq": seq}
    rows = work.database.rows(
        "delete from message_files where room = :room and seq = :seq returning file", message
    )
    for (file,) in rows:
        carried = work.database.row(
            "select 1 from message_files where file = :file limit 1", {"file": file}
        )
        if carried is None:
            _forget(work, file)


def forget_unused(work: Work, change: files.ForgetUnused) -> None:
    for file in change.files:
        unused = work.database.row(
            "select 1 from files where id = :file and used = 0 and held is null", {"file": file}
        )
        if unused is not None:
            _forget(work, file)


def forget_of(work: Work, user: str) -> None:
    """Removes what ``user`` uploaded and no message carries."""
    for (file,) in work.database.rows(
        "select id from files where person = :user and used = 0", {"user": user}
    ):
        _forget(work, file)


def _forget(work: Work, file: str) -> None:
    database = work.database
    row = database.row("delete from files where id = :file returning person, size", {"file": file})
    assert row is not None
    database.run(
        "update file_usage set bytes = bytes - :bytes where person = :person",
        {"person": row[0], "bytes": counts(row[1])},
    )
    database.run("insert into file_removals (file) values (:file)", {"file": file})


def bodies_gone(work: Work, change: files.BodiesGone) -> None:
    for file in change.files:
        work.database.run("delete from file_removals where file = :file", {"file": file})


FILE_CHANGES: Mapping[type[unit.Change], Callable[[Work, Any], None]] = {
    files.CreateFile: create_file,
    files.HoldFiles: hold_files,
    files.ForgetUnused: forget_unused,
    files.BodiesGone: bodies_gone,
}
