"""The store of most tests: no threads, in memory, three people."""

from collections.abc import Iterator

import pytest

from tests.store.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    desk.user("alice", "bob", "carol")
    yield desk
    desk.database.close()
