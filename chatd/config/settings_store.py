"""Settings of the store."""

from dataclasses import dataclass

from chatd.config.setting import between, not_empty, setting


@dataclass(frozen=True, slots=True)
class Storage:
    """[store]: where everything lasting lies."""

    path: str = setting(
        "state",
        "The folder of the database, its own; relative to the configuration file.",
        check=not_empty,
    )
    free_bytes: int = setting(
        2**30,
        "Nothing is stored while the disk has less free than this or free_percent, whichever is"
        " more.",
        unit="bytes",
        check=between(0, 2**50),
    )
    free_percent: float = setting(
        5.0, "See free_bytes.", unit="% of the disk", check=between(0, 90)
    )
    cache_bytes: int = setting(
        192 * 2**20,
        "Memory for pages of the database that were read or written, at most; it fills while the"
        " database grows.",
        unit="bytes",
        check=between(2**20, 2**40),
    )
