"""Searching without threads: the index lies in memory, beside the log, and follows when asked."""

from collections.abc import Callable

from chatd.engine.search import Found, Wanted
from chatd.store import search_reads
from chatd.store.search_index import Index, read_news
from chatd.store.sqlite import Sqlite

EPOCH = "epoch000"


def follow(database: Sqlite, most: int = 500) -> Index:
    """Brings the index up to the end of the log."""
    if "search" not in [row[1] for row in database.rows("pragma database_list", {})]:
        database.run("attach ':memory:' as search", {})
    index = Index(database, "search")
    position = index.begin(EPOCH)
    assert position is not None
    while (news := read_news(database, position, most, _at_once)).upto > position:
        index.take(news, _at_once)
        position = news.upto
    return index


def _at_once() -> None:
    """Nobody else is there to be let go first."""


def search_now(
    database: Sqlite, user: str, wanted: Wanted, late: Callable[[], bool] = lambda: False
) -> Found:
    follow(database)
    return search_reads.search(database, user, wanted, late)
