"""Accounts and the real daemon: a link by chatctl, a deletion that is cut off by kill -9."""

import json
import re
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest_twisted
from twisted.internet import reactor as the_reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.daemon import GENEROUS, Daemon
from tests.scenarios.wss import WssLink, WssWorld

reactor: Any = the_reactor
MESSAGES = 600


def post(daemon: Daemon, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    trust = ssl.create_default_context(cafile=daemon.ca)
    request = urllib.request.Request(
        daemon.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def test_chatctl_resets_and_deletes_with_and_without_a_daemon(tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "chatd.admin.main", "--config", str(daemon.config), *words],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    with Daemon(tmp_path) as daemon:
        daemon.user("alice", "four wonderful leaves")
        daemon.user("root.user", "four wonderful leaves", admin=True)
        code, said = run("user", "reset", "alice")
        secret = re.search(r"/#reset=(\S+)", said)
        assert code == 0 and secret is not None and "good until" in said
        body = {"secret": secret[1], "password": "five better leaves"}
        assert post(daemon, "/api/reset", body)[0] == 200
        assert post(daemon, "/api/reset", body)[0] == 410
        status, answer = post(daemon, "/api/reset/ask", {"who": "alice"})
        assert (status, answer["code"]) == (409, "wrong-state")
        code, said = run("user", "delete", "root.user")
        assert code == 1 and "only administrator" in said
    code, said = run("user", "delete", "alice", "--erase")
    assert code == 0 and "alice" in said
    assert "deleted-" in run("user", "list")[1]
    code, said = run("user", "delete", "alice")
    assert code == 1 and "There is no account alice" in said


async def settled(link: WssLink, room: str) -> list[dict[str, Any]]:
    """The newest messages of the room, once none of them has words of alice's."""
    for _ in range(100):
        page = await link.command({"type": "history", "room": room})
        if not any("mine" in message.get("text", "") for message in page["messages"]):
            break
        await deferLater(reactor, 0.1, lambda: None)
    found: list[dict[str, Any]] = page["messages"]
    return found


@pytest_twisted.ensureDeferred
async def test_a_deletion_that_was_killed_goes_on_with_the_next_start(tmp_path: Path) -> None:
    with Daemon(tmp_path, GENEROUS) as daemon:
        world = WssWorld(daemon)
        for name in ("alice", "bob"):
            await world.person(name)
        alice, bob = await world.connect("alice", 1), await world.connect("bob", 1)
        reply = await alice.command(
            {"type": "create_room", "key": "r", "name": "Tea", "kind": "public", "slug": "tea"}
        )
        room = reply["room"]
        await bob.command({"type": "join", "key": "j", "room": room})
        for number in range(MESSAGES):
            await alice.command(
                {"type": "send", "key": f"m{number}", "room": room, "text": f"mine {number}"}
            )
        await deferToThread(daemon.ask, "user_delete", name="alice", erase=True)
        daemon.kill()
        await alice.ended()
        await bob.ended()
        daemon.start()
        bob = await world.connect("bob", 1)
        messages = await settled(bob, room)
        assert messages and all("deleted" in message for message in messages)
        first = await bob.command({"type": "history", "room": room, "after": 1})
        assert first["messages"] and all("deleted" in each for each in first["messages"])
        members = await bob.command({"type": "members", "room": room})
        assert [(each["name"], each["role"]) for each in members["members"]] == [("bob", "owner")]
        assert "Traceback" not in daemon.log()
        await world.stop()
