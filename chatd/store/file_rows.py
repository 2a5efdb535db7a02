"""Rows of files as they are read back, and how much each counts for."""

from chatd.engine.files import LEAST
from chatd.store.database import Database

#: What `FileRow` is made of.
FILE = """
    f.id, f.person, f.name, f.type, f.size, f.width, f.height, f.at, f.digest from files f
"""


def counts(size: int) -> int:
    """How many bytes a file of ``size`` counts for."""
    return max(size, LEAST)


def usage(database: Database, user: str) -> int:
    row = database.row("select bytes from file_usage where person = :user", {"user": user})
    return int(row[0]) if row else 0
