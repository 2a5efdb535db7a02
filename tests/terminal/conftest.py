"""What the tests with a daemon share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import GENEROUS, Daemon
from tests.terminal.people import Person


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("chatd"), GENEROUS) as daemon:
        yield daemon


@pytest.fixture(scope="module")
def people(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Person]:
    folder = tmp_path_factory.mktemp("people")
    return {name: Person(daemon, folder, name) for name in ("alice", "bob")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of somebody who is not signed in."""
    made = tmp_path / "home"
    made.mkdir()
    return made
