"""A configured server without its daemon, for backups: settings, keys, and a store with a room."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin.backup.archive import Told
from chatd.admin.backup.create import Wanted, create
from chatd.admin.main import main
from chatd.admin.quickstart import quickstart
from chatd.config.reading import load
from chatd.store.names import FILE
from chatd.store.sqlite import Sqlite
from tests.daemon import with_settings
from tests.store.opened import Opened


def silent(name: str) -> Told:
    """A phase that nobody looks at."""
    return lambda done, total: None


class Place:
    """``texts`` counts the messages of its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "chatd.toml"
        self.state = folder / "state"
        quickstart(folder, 8443, now=datetime.now(UTC), names=("localhost",))
        # A full disk is a test of its own.
        floor = {"free_bytes": 0, "free_percent": 0.0}
        text = with_settings(self.config.read_text("utf-8"), "store", floor)
        self.config.write_text(text, "utf-8")

    def opened(self) -> Opened:
        return Opened(self.state).start()

    def filled(self, texts: int) -> "Place":
        opened = self.opened().tea()
        try:
            for number in range(texts):
                opened.send(f"text {number}")
        finally:
            opened.stop()
        return self

    def said(self, *texts: str) -> None:
        opened = self.opened()
        try:
            for text in texts:
                opened.send(text)
        finally:
            opened.stop()

    def backup(
        self,
        target: Path,
        full_after: float | None = None,
        phase: Callable[[str], Told] = silent,
    ) -> Path:
        return create(Wanted(target, full_after), self.config, load(self.config), phase)

    def ctl(self, *words: object) -> int:
        return main(["--config", str(self.config), *map(str, words)])


def texts(state: Path) -> list[str]:
    """What the store of a stopped server says."""
    database = Sqlite(state / FILE, writing=True)
    try:
        rows = database.rows(
            "select json_extract(cast(body as text), '$.text') from events"
            " where numbered = 1 order by position",
            {},
        )
        return [row[0] for row in rows]
    finally:
        database.close()


def meta(state: Path, name: str) -> str:
    database = Sqlite(state / FILE, writing=True)
    try:
        row = database.row("select value from meta where name = :name", {"name": name})
        assert row is not None
        return str(row[0])
    finally:
        database.close()
