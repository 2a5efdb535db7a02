"""chatctl as a script sees it: in this process, with both of its outputs."""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chatd.admin import install
from chatd.admin.main import main
from chatd.store.sqlite import Sqlite


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def done(self) -> Any:
        """The answer, of which standard output holds nothing else."""
        return json.loads(self.out)["done"]

    @property
    def refused(self) -> dict[str, Any]:
        assert self.out == ""
        (line,) = self.err.splitlines()
        told: dict[str, Any] = json.loads(line)
        assert told["exit"] == self.code
        refused: dict[str, Any] = told["refused"]
        return refused


def chatctl(*words: object) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(map(str, words)))
    return Said(code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def wherever_it_lies() -> Iterator[None]:
    """`install-service` takes this environment, also where a service could not see it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(install, "HIDDEN", ())
        patch.setattr(install, "is_closed", lambda path: False)
        yield


class At:
    """For one configuration."""

    def __init__(self, config: Path) -> None:
        self.config = config

    def __call__(self, *words: object) -> Said:
        return chatctl("--config", self.config, *words)

    def json(self, *words: object) -> Said:
        return self("--json", *words)


def everything(path: Path) -> dict[str, list[Any]]:
    """All rows of all tables of a store."""
    database = Sqlite(path, writing=False)
    try:
        names = database.rows("select name from sqlite_master where type = 'table'", {})
        return {
            name: sorted(map(repr, database.rows(f'select * from "{name}"', {})))
            for (name,) in names
        }
    finally:
        database.close()
