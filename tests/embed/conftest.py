"""One walk through docs/embed.md, of which every test here makes something of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.embed.walk import EXAMPLE, Php, Walk
from tests.embed.world import World
from tests.ui.browser import Browser


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A chat server and the example's site, which know nothing of each other; then the walk."""
    folder: Path = tmp_path_factory.mktemp("embed")
    site = folder / "site"
    shutil.copytree(EXAMPLE, site)
    # What the document has one write is not there before.
    (site / "public" / "chat.php").unlink()
    daemon, php = Daemon(folder / "chat"), Php(site)
    job = site / "job.php"
    job.write_text(job.read_text().replace("https://localhost:8443", daemon.url))
    try:
        daemon.start()
        php.start()
        browser = Browser(daemon.folder / "tls" / "server.pem")
        try:
            walk = Walk(daemon, php, folder / "shims")
            walk.walk()
            yield World(walk, browser)
        finally:
            browser.close()
    finally:
        php.stop()
        daemon.stop()


@pytest.fixture(autouse=True)
def empty_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "world" in request.fixturenames:
        request.getfixturevalue("world").everybody_leaves()


@pytest.fixture
def as_it_was(world: World) -> Iterator[None]:
    """Whatever a test makes wrong is right again afterwards."""
    paths = (world.walk.daemon.config, world.page_file, world.key_file)
    before = {path: path.read_bytes() for path in paths}
    yield
    changed = [path for path, content in before.items() if path.read_bytes() != content]
    for path in changed:
        path.write_bytes(before[path])
    if world.walk.daemon.config in changed:
        world.walk.daemon.restart()
