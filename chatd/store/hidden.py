"""Which rooms there are for somebody: whoever came by a site's token may be confined to those that
they were let into, and any other answers like one that there is not."""

from chatd.store.database import Database


def confined(database: Database, user: str) -> bool:
    """Whether the user sees only the rooms that they were let into."""
    row = database.row("select confined from users where id = :user", {"user": user})
    return row is not None and bool(row[0])


def hidden(database: Database, kind: str, user: str) -> bool:
    """Whether a room of this kind is hidden from a user who is not in it."""
    return kind != "public" or confined(database, user)
