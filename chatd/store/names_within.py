"""What people are found by besides the beginning of their names: each further word of them."""

from chatd.core.folded import within
from chatd.store.database import Database


def forget_names(database: Database, user: str) -> None:
    database.run("delete from names_within where person = :user", {"user": user})


def keep_names(database: Database, user: str, display: str) -> None:
    """``user`` shows as ``display`` from now on."""
    forget_names(database, user)
    for name in within(display):
        database.run(
            "insert into names_within (name, person) values (:name, :user)",
            {"name": name, "user": user},
        )
