"""Searching without threads: the index lies in memory, beside the log, and follows when asked."""

from collections.abc import Callable

from chatd.engine.search import Found, Wanted
from chatd.store import search_reads
from chatd.store.search_index import Index, News, read_news
from chatd.store.sqlite import Sqlite

EPOCH = "epoch000"


def follow(database: Sqlite, most: int = 500) -> Index:
    """Brings the index up to the end of the log."""
    if "search" not in [row[1] for row in database.rows("pragma database_list", {})]:
        database.run("attach ':memory:' as search", {})
    index = Index(database, "search")
    position = index.begin(EPOCH)
    assert position is not None
    while (news := read(database, position, most)).upto > position:
        index.take(news)
        position = news.upto
    return index


def read(database: Sqlite, after: int, most: int) -> News:
    *_, news = read_news(database, after, most)
    assert news is not None
    return news


def search_now(
    database: Sqlite, user: str, wanted: Wanted, late: Callable[[], bool] = lambda: False
) -> Found:
    follow(database)
    return search_reads.search(database, user, wanted, late)
