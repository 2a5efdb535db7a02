"""What the tests of the documents share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon import GENEROUS, Daemon, Sections
from tests.handbook.machine import Machine

Made = Callable[..., Machine]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Machines with a daemon each, on top of whose settings come those given. (A daemon starts in a
    fifth of a second; with one of their own, documents may all make the room #tea.)"""
    with ExitStack() as ending:

        def make(*sections: Sections) -> Machine:
            folder = tmp_path / "server"
            daemon = ending.enter_context(Daemon(folder, GENEROUS, *sections))
            return Machine(daemon, tmp_path)

        yield make
