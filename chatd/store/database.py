"""The little that requirements, changes and reads need of a database, whichever it is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class TransactionLost(Exception):
    """A unit could not be undone alone: the whole transaction is in doubt."""


Row = Sequence[Any]
Values = Mapping[str, Any]


class Database(Protocol):
    """Statements are SQL that SQLite and PostgreSQL both understand, with ``:name`` parameters."""

    def run(self, sql: str, values: Values) -> None: ...

    def row(self, sql: str, values: Values) -> Row | None:
        """The first row, None if there is none."""

    def rows(self, sql: str, values: Values) -> list[Row]: ...
