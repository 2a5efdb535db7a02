"""Brings a database to this program's schema: numbered steps, each in a transaction of its own."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import apsw

from chatd.core.folded import folded, within
from chatd.store.errors import StoreError
from chatd.store.folders import synced
from chatd.store.sqlite import APPLICATION_ID, Sqlite, make_file


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    name: str
    sql: str


def steps() -> list[Step]:
    """The files of `migrations/`, `<number>_<name>.sql`, in order and without a gap."""
    found = []
    for file in resources.files("chatd.store").joinpath("migrations").iterdir():
        if file.name.endswith(".sql"):
            number, _, name = file.name.removesuffix(".sql").partition("_")
            found.append(Step(int(number), name, file.read_text("utf-8")))
    found.sort(key=lambda step: step.number)
    if [step.number for step in found] != list(range(1, len(found) + 1)):
        raise AssertionError("migrations are numbered 1, 2, 3 … without a gap")
    return found


def version(database: Sqlite) -> int:
    return int(database.pragma("user_version"))


def migrate(
    database: Sqlite,
    path: Path,
    *,
    todo: list[Step],
    new_epoch: Callable[[], str],
    now: int,
) -> None:
    """Runs what is missing. A store that holds anything is first copied, next to itself.

    StoreError for a database of another program, or of a newer chatd. If it is killed half-way, the
    next start goes on after the last step that finished.
    """
    have = version(database)
    if have > len(todo):
        raise StoreError(
            f"The store {path} was written by a newer chatd (schema {have}, this one knows"
            f" {len(todo)}). Install that version again, or restore the copy made before the"
            f" upgrade, {backup_path(path, len(todo)).name}."
        )
    if have == 0 and database.row("select 1 from sqlite_schema limit 1", {}) is not None:
        raise StoreError(
            f"{path} is a database of another program. Move it away, or set another data folder."
        )
    if have and database.pragma("application_id") != APPLICATION_ID:
        raise StoreError(
            f"{path} is a database of another program. Move it away, or set another data folder."
        )
    if 0 < have < len(todo):
        back_up(database, backup_path(path, have), new_epoch())
    for step in todo[have:]:
        _run(database, step, new_epoch, now)


def _run(database: Sqlite, step: Step, new_epoch: Callable[[], str], now: int) -> None:
    connection = database.connection
    # A step may fold text: SQL's own lower() knows only ASCII.
    connection.create_scalar_function("folded", _folded, deterministic=True)
    connection.create_scalar_function("within", _within, deterministic=True)
    connection.execute("begin immediate")
    try:
        connection.execute(step.sql)
        if step.number == 1:
            connection.pragma("application_id", APPLICATION_ID)
            for name, value in (("epoch", new_epoch()), ("created", str(now))):
                database.run(
                    "insert into meta (name, value) values (:name, :value)",
                    {"name": name, "value": value},
                )
        database.run(
            """
            insert into meta (name, value) values ('schema', :version)
            on conflict (name) do update set value = :version
            """,
            {"version": str(step.number)},
        )
        connection.pragma("user_version", step.number)
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _folded(*texts: Any) -> str:
    return folded(*texts)


def _within(*name: Any) -> str:
    return json.dumps(within(*name))


def backup_path(path: Path, have: int) -> Path:
    return path.with_name(f"{path.stem}-before-schema-{have + 1}{path.suffix}")


def back_up(database: Sqlite, target: Path, epoch: str) -> None:
    """A whole copy under ``target``; one left unfinished there is replaced. It gets an ``epoch``
    of its own: if it is ever put in place, cursors from after it are not believed."""
    unfinished = target.with_name(target.name + ".part")
    unfinished.unlink(missing_ok=True)
    make_file(unfinished)
    copy = apsw.Connection(str(unfinished))
    try:
        with copy.backup("main", database.connection, "main") as backup:
            while not backup.done:
                backup.step(10_000)
        copy.execute("update meta set value = ? where name = 'epoch'", (epoch,))
    finally:
        copy.close()
    descriptor = os.open(unfinished, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(target)
    synced(target.parent)
