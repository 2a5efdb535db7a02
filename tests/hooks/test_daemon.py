"""The webhook of the real daemon: a receiver over TLS, people over WebSockets, SIGKILL."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread

from tests.daemon import GENEROUS, REPOSITORY, Daemon, Sections, WentWrong
from tests.embed.walk import Php
from tests.hooks.loopback import hangs, status
from tests.hooks.receiver import SECRET, Receiver
from tests.mail_server import PASSWORD, MailServer
from tests.scenarios.wss import WssLink, WssWorld


def daemon_with(receiver: Receiver, tmp_path: Path, **more: Any) -> Daemon:
    folder = tmp_path / "chatd"
    folder.mkdir(exist_ok=True)
    settings: Sections = {
        "webhook": {
            "url": receiver.url,
            "secret_file": str(receiver.secret_file()),
            "ca_file": str(receiver.authority),
            **more,
        }
    }
    return Daemon(folder, GENEROUS, settings)


async def asked(daemon: Daemon, action: str, **arguments: Any) -> Any:
    """The receiver lives in this reactor: nothing here may wait without it."""
    return await deferToThread(daemon.ask, action, **arguments)


async def room(link: WssLink, name: str = "tea", kind: str = "public") -> str:
    slug = name if kind == "public" else None
    made = await link.command(
        {"type": "create_room", "key": f"make-{name}", "kind": kind, "name": name, "slug": slug}
    )
    assert made["type"] == "done", made
    return str(made["room"])


async def say(link: WssLink, room: str, text: str) -> dict[str, Any]:
    key = re.sub(r"[^a-z0-9]", ".", text)
    said = await link.command({"type": "send", "key": key, "room": room, "text": text})
    assert said["type"] == "done", said
    return said


@pytest_twisted.async_yield_fixture
async def daemon(receiver: Receiver, tmp_path: Path) -> AsyncIterator[Daemon]:
    made = daemon_with(receiver, tmp_path)
    yield made.start()
    await deferToThread(made.stop)


@pytest_twisted.async_yield_fixture
async def impatient(receiver: Receiver, tmp_path: Path) -> AsyncIterator[Daemon]:
    """A daemon for which everybody is away after a second."""
    made = daemon_with(receiver, tmp_path, events=["away"], away_seconds=1)
    yield made.start()
    await deferToThread(made.stop)


@pytest_twisted.ensureDeferred
async def test_a_message_an_edit_and_a_deletion_arrive_signed(
    daemon: Daemon, receiver: Receiver
) -> None:
    world = WssWorld(daemon)
    await world.person("alice")
    link = await world.connect("alice", 1)
    tea = await room(link)
    hidden = await room(link, "cellar", "private")
    await say(link, hidden, "not for shops")
    seq = (await say(link, tea, "hello"))["seq"]
    await link.command({"type": "edit", "key": "e", "room": tea, "seq": seq, "text": "good day"})
    await link.command({"type": "delete", "key": "d", "room": tea, "seq": seq})
    got = await receiver.count(3)
    assert [each.said["type"] for each in got] == [
        "message.created",
        "message.edited",
        "message.deleted",
    ]
    data = got[2].said["data"]
    assert (data["room"], data["room_slug"], data["target"], data["name"]) == (
        tea,
        "tea",
        seq,
        "alice",
    )
    assert "text" not in data
    assert all(each.is_signed() for each in got)
    assert abs(got[0].seconds - time.time()) < 60
    assert not any(b"not for shops" in each.body for each in receiver.got)
    await world.stop()


@pytest_twisted.ensureDeferred
async def test_a_kill_in_the_middle_loses_nothing_and_keeps_the_order(
    daemon: Daemon, receiver: Receiver
) -> None:
    world = WssWorld(daemon)
    await world.person("alice")
    link = await world.connect("alice", 1)
    tea = await room(link)
    texts = [f"text {n}" for n in range(120)]
    for number, text in enumerate(texts):
        await say(link, tea, text)
        if number in (40, 80):
            # Somewhere behind what was acknowledged, with positions that were not written down.
            receiver.plan = [status(503)]
            await receiver.count(number - 10)
            daemon.kill()
            daemon.start()
            world.links.clear()
            link = await world.connect("alice", 1)
    await receiver.until(
        lambda: bool(receiver.got) and receiver.got[-1].said["data"]["text"] == texts[-1]
    )
    first: dict[str, str] = {}
    for each in receiver.got:
        told = first.setdefault(each.id, each.said["data"]["text"])
        assert told == each.said["data"]["text"]
    assert list(first.values()) == texts
    await world.stop()
    assert "Traceback" not in daemon.log()


@pytest_twisted.ensureDeferred
async def test_a_receiver_that_hangs_delays_nobody(daemon: Daemon, receiver: Receiver) -> None:
    receiver.plan = [hangs]
    world = WssWorld(daemon)
    await world.person("alice")
    link = await world.connect("alice", 1)
    tea = await room(link)
    await say(link, tea, "stuck")
    await receiver.count(1)
    began = time.monotonic()
    answers = await gatherResults([link_say(link, tea, n) for n in range(200)])
    taken = time.monotonic() - began
    assert {answer["type"] for answer in answers} == {"done"}
    assert taken < 5
    assert len(receiver.got) == 1
    (messages, _) = await asked(daemon, "webhook_status")
    assert messages["behind"] > 200
    await world.stop()


def link_say(link: WssLink, room: str, number: int) -> Any:
    return Deferred.fromCoroutine(say(link, room, f"more {number}"))


@pytest_twisted.ensureDeferred
async def test_who_is_away_is_told_of_and_who_is_here_is_not(
    impatient: Daemon, receiver: Receiver
) -> None:
    world = WssWorld(impatient)
    for name in ("alice", "bob", "carol"):
        await world.person(name)
    link = await world.connect("alice", 1)
    carol = await world.connect("carol", 1)
    for other in ("bob", "carol"):
        made = await link.command({"type": "direct", "key": other, "user": f"@{other}"})
        await say(link, made["room"], f"are you there {other}?")
    tea = await room(link)
    await link.command({"type": "add_member", "key": "a", "room": tea, "user": "@bob"})
    await say(link, tea, "@bob do you want tea?")
    got = [each.said["data"] for each in await receiver.count(2)]
    assert [(each["name"], each["reason"], each["unread"]) for each in got] == [
        ("bob", "direct", 1),
        ("bob", "mention", 1),
    ]
    assert "text" not in got[0]
    assert got[1]["text"] == "@bob do you want tea?"
    assert got[1]["link"] == f"{impatient.url}/#/room/{tea}"
    await carol.drop()
    await world.stop()


@pytest_twisted.ensureDeferred
async def test_the_secret_is_changed_without_a_start_and_both_sign_meanwhile(
    daemon: Daemon, receiver: Receiver
) -> None:
    new = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    text = daemon.config.read_text()
    text = text.replace("hook.key", "new.key").replace(
        "[webhook]\n", f'[webhook]\nold_secret_file = "{receiver.folder / "hook.key"}"\n'
    )
    receiver.secret_file(new, "new.key")
    daemon.config.write_text(text)
    daemon.signal(signal.SIGHUP)
    while "reloaded:" not in daemon.log():
        await deferToThread(time.sleep, 0.01)
    assert "webhook." not in daemon.log().partition("reloaded:")[2].splitlines()[0]
    await asked(daemon, "webhook_test")
    (got,) = receiver.got
    assert got.is_signed(SECRET)
    assert got.is_signed(new)


def chatctl(daemon: Daemon, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chatd.admin.main", "--config", str(daemon.config), *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest_twisted.ensureDeferred
async def test_the_operator_can_try_it_and_see_how_it_does(
    daemon: Daemon, receiver: Receiver
) -> None:
    done = await deferToThread(chatctl, daemon, "webhook", "test")
    assert (done.returncode, done.stderr) == (0, "")
    assert "204" in done.stdout
    assert receiver.got[0].said["type"] == "ping"
    receiver.plan = [status(404)]
    done = await deferToThread(chatctl, daemon, "webhook", "test")
    assert done.returncode == 1
    assert "answered 404" in done.stderr
    done = await deferToThread(chatctl, daemon, "webhook", "status")
    assert "webhook:messages" in done.stdout
    assert "webhook:away" in done.stdout
    done = await deferToThread(chatctl, daemon, "status")
    assert "messages: well, 0 behind" in done.stdout
    done = await deferToThread(chatctl, daemon, "mail", "test", "anna@example.org")
    assert done.returncode == 1
    assert "[mail]" in done.stderr


@pytest_twisted.ensureDeferred
async def test_mail_is_sent_and_tried_with_the_settings(tmp_path: Path) -> None:
    server = MailServer(tmp_path).start()
    settings: Sections = {"mail": server.settings()}
    with Daemon(tmp_path, settings) as daemon:
        done = await deferToThread(chatctl, daemon, "mail", "test", "anna@example.org")
        assert (done.returncode, done.stderr) == (0, "")
        (taken,) = server.taken
        assert (taken.to, taken.user, taken.over_tls) == ("anna@example.org", b"chatd", True)
        assert daemon.url in taken.message.get_content()
        server.unknown = {"eve@example.org"}
        done = await deferToThread(chatctl, daemon, "mail", "test", "eve@example.org")
        assert done.returncode == 1
        assert "No mail was sent" in done.stderr
        assert "550 5.1.1 <the recipient> does not live here" in done.stderr
        assert PASSWORD not in daemon.log()
        await deferToThread(daemon.stop)
    server.stop()


@pytest.mark.php
@pytest_twisted.ensureDeferred
async def test_the_example_in_php_takes_what_is_signed_and_nothing_else(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(REPOSITORY / "examples" / "php", site)
    key = site / "webhook.secret"
    key.touch(mode=0o600)
    key.write_text(SECRET + "\n")
    php = Php(site)
    php.start()
    try:
        hook = {"url": f"{php.url}/hook.php", "secret_file": str(key)}
        with Daemon(tmp_path, {"webhook": hook}) as daemon:
            done = await deferToThread(chatctl, daemon, "webhook", "test")
            assert (done.returncode, done.stderr) == (0, "")
            assert json.loads((site / "hook.log").read_text())["type"] == "ping"
            key.write_text(SECRET.replace("A", "B"))
            done = await deferToThread(chatctl, daemon, "webhook", "test")
            assert done.returncode == 1
            assert "answered 401" in done.stderr
    finally:
        php.stop()


def test_without_the_daemon_there_is_nothing_to_try(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    done = chatctl(daemon, "webhook", "test")
    assert done.returncode == 4
    assert "not running" in done.stderr


@pytest.mark.parametrize(
    ("webhook", "says"),
    [
        ({"url": "https://shop.example.org/"}, "webhook.secret_file is missing"),
        ({"url": "http://shop.example.org/"}, "Write https"),
        ({"url": "https://shop.example.org/", "secret_file": "no.key"}, "does not exist"),
        ({"events": ["mesage"]}, "`events` is"),
    ],
)
def test_what_is_unsafe_is_refused_at_the_start_with_the_fix(
    tmp_path: Path, webhook: dict[str, Any], says: str
) -> None:
    daemon = Daemon(tmp_path, {"webhook": webhook})
    with pytest.raises(WentWrong):
        daemon.start()
    assert says in daemon.log()
    assert "Traceback" not in daemon.log()
