"""The little that requirements, changes and reads need of the database."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class TransactionLost(Exception):
    """A unit could not be undone alone: the whole transaction is in doubt."""


Row = Sequence[Any]
Values = Mapping[str, Any] | Sequence[Any]


class Database(Protocol):
    """Statements are SQLite's SQL, with ``:name`` parameters, or with a ``?`` for each value where
    they come in order."""

    def run(self, sql: str, values: Values) -> None: ...

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Runs it once with the values of each row."""

    def row(self, sql: str, values: Values) -> Row | None:
        """The first row, None if there is none."""

    def rows(self, sql: str, values: Values) -> list[Row]: ...
