"""One statement for several rooms: one for each would take longer to ask than to answer."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from chatd.store.database import Database, Row

#: How many places a statement has: a few sizes, so that each is prepared once and kept.
SIZES: Final = (1, 6, 24, 96)
_NAMES: Final = tuple(f"room{n}" for n in range(SIZES[-1]))


def rows_of(
    database: Database, sql: str, rooms: Sequence[str], values: dict[str, Any]
) -> Iterator[Row]:
    """All rows of ``sql`` with ``{rooms}`` in it, as in "where room in ({rooms})"."""
    at = 0
    while at < len(rooms):
        left = len(rooms) - at
        size = next((size for size in SIZES if size >= left), SIZES[-1])
        asked = list(rooms[at : at + size])
        asked += asked[-1:] * (size - len(asked))
        named = dict(zip(_NAMES, asked, strict=False))
        yield from database.rows(_with_places(sql, size), values | named)
        at += size


@cache
def _with_places(sql: str, size: int) -> str:
    return sql.format(rooms=", ".join(f":{name}" for name in _NAMES[:size]))
