"""What lets people in, by chatctl: seen, and taken away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from tests.admin.commands import At
from tests.daemon import Daemon
from tests.scenarios.wss import WssWorld
from tests.test_accounts_on_disk import post

PASSWORD = "a good long password"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("server")) as daemon:
        yield daemon


def join(daemon: Daemon, link: str, name: str) -> int:
    secret = link.partition("#invitation=")[2]
    body = {"secret": secret, "name": name, "password": PASSWORD}
    return post(daemon, "/api/register", body)[0]


def test_an_invitation_that_is_withdrawn_lets_nobody_in(daemon: Daemon) -> None:
    at = At(daemon.config)
    made = at.json("invite", "--uses", "2").done
    assert join(daemon, made["link"], "ann") in (200, 201)
    (row,) = at.json("invitation", "list").done
    assert (row["id"], row["by"], row["uses_left"], row["setup"]) == (made["id"], None, 1, False)
    assert made["id"] in at("invitation", "list").out
    assert at("invitation", "withdraw", made["id"]).code == 0
    assert at("invitation", "list").out == "none\n"
    assert join(daemon, made["link"], "bob") == 410
    again = at.json("invitation", "withdraw", made["id"])
    assert (again.code, again.refused["code"]) == (1, "not-found")
    assert at("user", "delete", "ann").code == 0


def test_the_link_for_the_first_administrator_can_be_withdrawn(daemon: Daemon) -> None:
    at = At(daemon.config)
    assert at("setup-link").code == 0
    (row,) = at.json("invitation", "list").done
    assert row["setup"] is True and "first administrator" in at("invitation", "list").out
    assert at("invitation", "withdraw", row["id"]).code == 0


def test_who_was_disabled_has_no_invitations_any_more_and_it_is_counted(daemon: Daemon) -> None:
    at = At(daemon.config)
    for name in ("root", "carl"):
        daemon.user(name, PASSWORD, admin=True)
    would = at.json("user", "disable", "carl", "--dry-run").done
    assert (would["invitations"], would["ended"]) == (0, 0)
    daemon.token("carl")
    would = at.json("user", "disable", "carl", "--dry-run").done
    assert (would["ended"], would["dry_run"]) == (1, True)
    assert at.json("user", "disable", "carl").done["ended"] == 1
    assert at.json("session", "list", "carl").done == []


@pytest_twisted.ensureDeferred
async def test_all_of_somebodys_sessions_end_and_their_connections(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        at = At(daemon.config)
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 0)
        listed = await deferToThread(at.json, "session", "list", "alice")
        assert len(listed.done) == 1
        only = listed.done[0]["id"]
        would = await deferToThread(at.json, "session", "end", "alice", only, "--dry-run")
        assert (would.done["ids"], would.done["connections"]) == ([only], 1)
        told = await deferToThread(at.json, "session", "end", "alice", "--all")
        assert (told.done["ids"], told.done["connections"]) == ([only], 1)
        await link.ended()
        assert link.code == 4501
        assert (await deferToThread(at, "session", "list", "alice")).out == "none\n"
        await world.stop()


def test_one_or_all_has_to_be_said(daemon: Daemon) -> None:
    assert At(daemon.config)("session", "end", "root").code == 2
