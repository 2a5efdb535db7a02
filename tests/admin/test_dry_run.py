"""--dry-run says what would happen and changes nothing; then it happens as it was said."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatd.admin.parser import parser
from chatd.admin.parser_tree import commands_of
from chatd.store.names import FILE
from tests.admin.commands import At, everything
from tests.daemon import Daemon, with_settings

SITE = {"keys": "secrets/site-keys", "issuer": "https://www.example.org"}
PASSWORD = "a good long password"
#: Tried elsewhere: test_restore, test_factors_on_disk, test_reload, test_install.
ELSEWHERE = {"backup restore", "reseal", "reload", "install-service"}


class Place:
    """A daemon with people, tokens, invitations, a key and backups."""

    def __init__(self, daemon: Daemon, folder: Path) -> None:
        self.daemon = daemon
        self.at = At(daemon.config)
        self.backups = folder / "backups"
        daemon.user("root", PASSWORD, admin=True)
        for name in ("alice", "bob"):
            daemon.user(name, PASSWORD, admin=name == "bob")
        self.token = daemon.ask("token_create", name="alice")["id"]
        daemon.token("alice")
        self.invitation = daemon.ask("invitation_create")["id"]
        daemon.config.write_text(with_settings(daemon.config.read_text(), "site", SITE))
        self.key = self.at.json("token-key", "add", "shop").done["kid"]
        made = self.at.json("backup", "create", self.backups, "--store-only").done["path"]
        shutil.copy(made, self.backups / "chatd-20200101T000000Z.tar")

    def state(self) -> Any:
        """All that could have changed: rows, and files with their content."""
        files = [*self.daemon.folder.glob("secrets/**/*"), *self.backups.iterdir()]
        return everything(self.daemon.state / FILE), {
            str(path): path.read_bytes() for path in files if path.is_file()
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("dry")
    with Daemon(folder / "server") as daemon:
        yield Place(daemon, folder)


def lines(place: Place) -> dict[str, list[Any]]:
    return {
        "user password": ["alice"],
        "user reset-factors": ["alice"],
        "user disable": ["alice"],
        "user admin": ["bob", "--remove"],
        "session end": ["alice", "--all"],
        "token end": ["alice", place.token],
        "token-key remove": [place.key],
        "invitation withdraw": [place.invitation],
        "address block": ["203.0.113.0/24"],
        "backup prune": [place.backups, "--keep", "1"],
        "user delete": ["alice", "--erase"],
    }


def test_all_that_can_be_tried_first_is_tried_here_or_there(place: Place) -> None:
    able = {
        " ".join(words)
        for words, each in commands_of(parser())
        if any("--dry-run" in action.option_strings for action in each._actions)
    }
    assert able == set(lines(place)) | ELSEWHERE


def test_nothing_changes_and_it_is_said_so(place: Place) -> None:
    for command, words in lines(place).items():
        before = place.state()
        ended = place.at(*command.split(), *words, "--dry-run")
        assert ended.code == 0, ended
        assert ended.out.splitlines() and "Nothing was changed." in " ".join(ended.out.split())
        assert place.at.json(*command.split(), *words, "--dry-run").code == 0
        assert place.state() == before, command


def test_what_would_be_refused_is_refused(place: Place) -> None:
    before = place.state()
    for words in (
        ("user", "delete", "nobody"),
        ("session", "end", "alice", "nothing"),
        ("invitation", "withdraw", "nothing"),
        ("address", "block", "0.0.0.0/0"),
        ("token-key", "remove", "nothing"),
        ("backup", "prune", place.backups, "--keep", "0"),
    ):
        assert place.at(*words, "--dry-run").code == 1
    with_one = At(place.daemon.config)
    assert with_one("user", "admin", "bob", "--remove").code == 0
    for words in (("user", "delete", "root"), ("user", "admin", "root", "--remove")):
        ended = with_one(*words, "--dry-run")
        assert ended.code == 1 and "the only administrator" in ended.err
        assert with_one(*words).code == 1
    assert with_one("user", "admin", "bob").code == 0
    assert place.state() == before


def test_a_deletion_is_told_as_it_then_happens(place: Place) -> None:
    """The last one: it changes the place."""
    said = ("user", "delete", "alice", "--erase")
    would = place.at.json(*said, "--dry-run").done
    assert would["ended"] == 2 and would["dry_run"] is True
    did = place.at.json(*said).done
    assert {**would, "dry_run": False} == did
    assert "alice" not in str(everything(place.daemon.state / FILE)["users"])
    assert os.path.exists(place.daemon.config)
