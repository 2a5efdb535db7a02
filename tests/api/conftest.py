"""What the tests of the API share: a daemon for each file, with an administrator called root1."""

from collections.abc import Callable, Iterator

import pytest

from tests.api.client import Client
from tests.daemon import GENEROUS, Daemon


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), GENEROUS) as daemon:
        daemon.user("root1", admin=True)
        yield daemon


@pytest.fixture
def as_(daemon: Daemon) -> Callable[..., Client]:
    """A client of somebody, who is made if need be: ``as_("alice", "messages:read")``."""

    def client(name: str, *scopes: str) -> Client:
        if name not in {row["name"] for row in daemon.ask("user_list")}:
            daemon.user(name)
        limited = {"scopes": list(scopes)} if scopes else {}
        return Client(daemon, daemon.ask("token_create", name=name, **limited)["token"])

    return client
