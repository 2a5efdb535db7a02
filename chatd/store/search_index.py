"""The index of messages by their words, in a database of its own that can be rebuilt from the log
at any time.

It follows the log by position. Every 262,144 positions have an FTS5 table to themselves: whatever
SQLite does in one go (merging lists, looking through two long ones that never meet) is bounded by
that, and old tables do not change. Rows are numbered by the message's position. The words are kept
beside the index, as FTS5 needs them to remove a row for good (`secure-delete`): what was erased is
no longer in the file.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import msgspec

from chatd.core.search_words import indexed
from chatd.store.database import Database, Row, Values
from chatd.store.sqlite import Sqlite

#: Another value means that the index is rebuilt: tables, tokens or marks have changed.
FORMAT = 1
SHARD_BITS = 18
#: Pages that SQLite merges at a time in a complete table.
MERGE_PAGES = 200
#: Rows that one statement adds.
ROWS_AT_ONCE = 20

# Marks are tokens too, so that a filter is an intersection of lists and not a look at each message.
# No word begins with their sign, so no word prefix matches them.
_SIGN = "\u00b7"
EVERY = f"{_SIGN}every"

_LINK = re.compile(r"\bhttps?://\S|\bwww\.\w", re.IGNORECASE)
#: Keys of `data` under which files lie.
_FILES = ("chatd.file", "chatd.files")

_NEWS = """
    select position, room, seq, author, numbered, deleted, target, length(body),
           case when numbered = 1 then body else null end
    from events where position > :after order by position limit :most
"""
_TARGET = """
    select position, room, seq, author, numbered, deleted, target, length(body), body
    from events where room = :room and seq = :seq and numbered = 1 and changed is not null
"""


class _Body(msgspec.Struct):
    """What the index looks at in a message, whatever else belongs to it."""

    text: str = ""
    data: Any = None
    files: list[Any] = []


_decoder = msgspec.json.Decoder(_Body)


def room_mark(room: str) -> str:
    return f"{_SIGN}in{room}"


def author_mark(author: str) -> str:
    return f"{_SIGN}by{author}"


def has_mark(kind: str) -> str:
    return f"{_SIGN}has{kind}"


def shard(position: int) -> int:
    """The number of the table that the position belongs to."""
    return position >> SHARD_BITS


def table(number: int) -> str:
    return f"words_{number}"


class News:
    """What a stretch of the log means for the index, from one snapshot of the log. ``rows`` are
    (position, words, marks); ``gone`` are positions whose row is no longer true."""

    def __init__(self, upto: int) -> None:
        self.upto = upto
        self.rows: list[tuple[int, str, str]] = []
        self.gone: list[int] = []


def read_news(log: Database, after: int, most: int, pause: Callable[[], None]) -> News:
    """Reads the stretch after ``after`` at once, then prepares it bit by bit. ``pause`` is called
    after each row."""
    log.run("begin", {})
    try:
        rows = log.rows(_NEWS, {"after": after, "most": most})
        targets = _targets(log, rows, after)
    finally:
        log.run("rollback", {})
    news = News(rows[-1][0] if rows else after)
    for row in [*rows, *targets]:
        if row[0] <= after:
            news.gone.append(row[0])
        if row[4] and not row[5]:
            news.rows.append(_row(row))
            pause()
    return news


def _targets(log: Database, rows: Iterable[Row], after: int) -> list[Row]:
    """Messages before this stretch whose body was replaced: an event about them without a body of
    its own says so. Those within this stretch were read as they are now."""
    wanted = {(row[1], row[6]) for row in rows if row[6] is not None and not row[7]}
    found = [
        target for room, seq in wanted for target in log.rows(_TARGET, {"room": room, "seq": seq})
    ]
    return [target for target in found if target[0] <= after]


def _row(row: Row) -> tuple[int, str, str]:
    position, room, _, author, _, _, _, _, body = row
    try:
        said = _decoder.decode(body)
    except msgspec.DecodeError:
        said = _Body()
    marks = [EVERY, room_mark(room), author_mark(author)]
    if _LINK.search(said.text):
        marks.append(has_mark("link"))
    if said.data:
        marks.append(has_mark("data"))
    if said.files or (isinstance(said.data, dict) and any(key in said.data for key in _FILES)):
        marks.append(has_mark("file"))
    return position, indexed(said.text), " ".join(marks)


_THERE = "select count(*) from {where}.sqlite_schema where name = 'meta'"
_TABLES = """
    select count(*) from {where}.sqlite_schema where sql like 'create virtual table%using fts5%'
"""
_META = """
    create table {where}.meta (format integer not null, epoch text not null,
                               position integer not null, merged integer not null) strict
"""
_FIRST = "insert into {where}.meta values (:format, :epoch, 0, 0)"
_STATE = "select format, epoch, position, merged from {where}.meta"
# The tokens are made in `core.search_words`; this tokenizer splits at spaces and leaves alone
# whatever is not ASCII. Newest first is the only order, so sizes are not needed.
_TABLE = """
    create virtual table {where}.{table} using fts5(
        words, marks, tokenize = 'ascii', prefix = '2 3', columnsize = 0)
"""
_FOR_GOOD = "insert into {where}.{table} ({table}, rank) values ('secure-delete', 1)"
_REMOVE = "delete from {where}.{table} where rowid = :position"
_ADD = "insert into {where}.{table} (rowid, words, marks) values (?, ?, ?)"
_REACHED = "update {where}.meta set position = :position"
_MERGE = "insert into {where}.{table} ({table}, rank) values ('merge', :pages)"
_MERGED = "update {where}.meta set merged = :number"


class Index:
    """The index's own tables, in the schema ``where`` of a connection that may write."""

    def __init__(self, database: Sqlite, where: str = "main") -> None:
        self._database = database
        self._where = where
        self._tables = 0

    def begin(self, epoch: str) -> int | None:
        """The position up to which the log is in the index; None if this is not an index of that
        log in this format. An empty database becomes one."""
        if self._row(_THERE)[0] == 0:
            with self._transaction():
                self.run(_META)
                self.run(_FIRST, {"format": FORMAT, "epoch": epoch})
                self._add_tables(0)
        row = self._row(_STATE)
        if row[:2] != (FORMAT, epoch) or self._row(_TABLES)[0] != shard(row[2]) + 1:
            return None
        self._tables = shard(row[2]) + 1
        return int(row[2])

    def take(self, news: News, pause: Callable[[], None]) -> None:
        """Brings the index to ``news.upto``, in one transaction. ``pause`` is called once per row,
        after each statement's rows."""
        with self._transaction():
            self._add_tables(shard(news.upto))
            for position in news.gone:
                self.run(_REMOVE, {"position": position}, shard(position))
            for number, some in _portions(news.rows):
                self._database.many(_ADD.format(where=self._where, table=table(number)), some)
                for _ in some:
                    pause()
            self.run(_REACHED, {"position": news.upto})

    def merge(self) -> bool:
        """Brings a complete table a step nearer to one sorted list, which is fastest to read; False
        if none is left to do."""
        _, _, position, merged = self._row(_STATE)
        if merged >= shard(position):
            return False
        with self._transaction():
            before = self._changes()
            # Begins, then goes on; with nothing left to do each changes at most one row
            # (https://www.sqlite.org/fts5.html#the_merge_command).
            for pages in (-MERGE_PAGES, MERGE_PAGES):
                self.run(_MERGE, {"pages": pages}, merged)
            if self._changes() - before < 4:
                self.run(_MERGED, {"number": merged + 1})
        return True

    def run(self, sql: str, values: Values | None = None, number: int = 0) -> None:
        self._database.run(sql.format(where=self._where, table=table(number)), values or {})

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it, or nothing."""
        tables = self._tables
        self.run("begin immediate")
        try:
            yield
            self.run("commit")
        except BaseException:
            self._tables = tables
            # If the disk was full, SQLite has rolled back already.
            if self._database.connection.in_transaction:
                self.run("rollback")
            raise

    def _row(self, sql: str) -> Row:
        row = self._database.row(sql.format(where=self._where), {})
        return () if row is None else row

    def _changes(self) -> int:
        return int(self._row("select total_changes()")[0])

    def _add_tables(self, last: int) -> None:
        for number in range(self._tables, last + 1):
            self.run(_TABLE, number=number)
            self.run(_FOR_GOOD, number=number)
        self._tables = max(self._tables, last + 1)


def _portions(
    rows: Sequence[tuple[int, str, str]],
) -> Iterator[tuple[int, Sequence[tuple[int, str, str]]]]:
    """What goes into the same table, with its number, a few rows at a time: nothing interrupts what
    one statement writes."""
    for number, those in groupby(rows, key=lambda row: shard(row[0])):
        together = list(those)
        for at in range(0, len(together), ROWS_AT_ONCE):
            yield number, together[at : at + ROWS_AT_ONCE]
