"""A reload changes limits and certificates at once, tells everybody, and survives mistakes."""

import ssl
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.config.reload import changed, contents, differences, in_force, other_contents
from chatd.config.settings import LimitSettings, Server, Settings, WebSocket
from chatd.config.settings_page import Page
from tests.daemon import Daemon, with_settings
from tests.scenarios.wss import WssWorld

HANGUP = 1
DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'


def test_what_changes_at_once_and_what_later() -> None:
    old = Settings()
    new = Settings(
        server=Server(name="tea"),
        page=Page(name="Tea", accent="#0f6b62"),
        limits=replace(LimitSettings(), rooms_open=7, frame_bytes=2048, connections=99),
        websocket=WebSocket(compression="off"),
    )
    change = changed(old, new)
    assert change.limits == ("rooms_open",)
    assert set(change.later) == {
        "server.name",
        "limits.frame_bytes",
        "limits.connections",
        "websocket.compression",
    }
    assert change.applied == replace(LimitSettings(), rooms_open=7)


def rewrite(daemon: Daemon, **limits: object) -> None:
    daemon.config.write_text(with_settings(daemon.config.read_text(), "limits", limits))


async def front(daemon: Daemon, path: str = "/") -> str:
    """What the page is, or a file of it."""
    trust = ssl.create_default_context(cafile=str(daemon.ca))

    def get() -> str:
        with urllib.request.urlopen(daemon.url + path, context=trust, timeout=10) as answer:
            return str(answer.read().decode())

    return await deferToThread(get)


async def logged(daemon: Daemon, text: str) -> None:
    for _ in range(200):
        if text in daemon.log():
            return
        await deferLater(reactor, 0.02, lambda: None)
    raise AssertionError(f"{text!r} is not in the log:\n{daemon.log()}")


@pytest_twisted.ensureDeferred
async def test_who_is_connected_is_told_of_new_limits_and_held_to_them(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        rewrite(daemon, rooms_open=1, frame_bytes=2048)
        daemon.signal(HANGUP)
        await link.wait(lambda: any(frame["type"] == "limits" for frame in link.frames))
        limits = link.frames.popleft()["limits"]
        assert (limits["rooms_open"], limits["frame_bytes"]) == (1, 65536)
        await logged(daemon, "reloaded: certificates, rooms_open; at the next start: limits.frame")
        rooms = [
            (await link.command({"type": "create_room", "key": f"k{n}", "name": f"Room {n}"}))
            for n in range(2)
        ]
        assert (await link.command({"type": "open", "room": rooms[0]["room"]}))["type"] == "opened"
        refused = await link.command({"type": "open", "room": rooms[1]["room"]})
        assert refused["code"] == "limit-reached"
        # Files are no part of [limits], and told with them.
        for values, told in (
            ({"max_bytes": 2048}, {"max_bytes": 2048, "each": 10}),
            ({"enabled": False}, None),
        ):
            text = daemon.config.read_text()
            daemon.config.write_text(with_settings(text, "files", values))
            link.frames.clear()
            daemon.signal(HANGUP)
            await link.wait(lambda: any(frame["type"] == "limits" for frame in link.frames))
            limits = link.frames.pop()["limits"]
            assert (limits["files"], limits["frame_bytes"]) == (told, 65536)
        assert "certificates, files; at the next start: limits.frame" in daemon.log()
        await world.stop()


@pytest_twisted.ensureDeferred
async def test_a_file_with_a_mistake_changes_nothing_and_says_why(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        rewrite(daemon, rooms_open=0)
        daemon.signal(HANGUP)
        await logged(daemon, "nothing was reloaded")
        assert "`rooms_open` is 0; right would be a number from 1" in daemon.log()
        assert daemon.running


@pytest_twisted.ensureDeferred
async def test_the_page_looks_as_the_file_says_from_the_reload_on(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(DRAWN)
    with Daemon(tmp_path) as daemon:
        assert "brand.css" not in await front(daemon)
        page = {"name": "Tea House", "accent": "#8a2be2", "logo": str(logo)}
        text = daemon.config.read_text()
        daemon.config.write_text(with_settings(text, "page", page))
        daemon.signal(HANGUP)
        await logged(daemon, "reloaded: certificates, the page; all of it")
        html = await front(daemon)
        assert "<title>Tea House</title>" in html and "brand.css" in html
        assert "light-dark(#8a2be2," in await front(daemon, "/ui/brand.css")
        # The file may change without the setting.
        logo.write_text(DRAWN.replace("M0 0", "M1 1"))
        daemon.signal(HANGUP)
        for _ in range(200):
            if "M1 1" in await front(daemon, "/ui/logo.svg"):
                break
        else:
            raise AssertionError("the logo stayed as it was")
        logo.write_text("<svg>")
        daemon.signal(HANGUP)
        await logged(daemon, "`logo`")
        assert "M1 1" in await front(daemon, "/ui/logo.svg")


def test_what_was_not_there_at_the_start_waits_for_the_next() -> None:
    """A webhook or a site that is new: nothing runs that its keys could be given to."""
    old = Settings()
    new = replace(
        old,
        webhook=replace(old.webhook, secret_file="/hook"),
        site=replace(old.site, keys="/keys"),
    )
    assert {each.setting: each.reload for each in differences(old, new)} == {
        "webhook.secret_file": False,
        "site.keys": False,
    }
    assert in_force(old, new) == old
    there = replace(
        old,
        webhook=replace(old.webhook, url="https://hooks.example.org"),
        site=replace(old.site, keys="/old"),
    )
    newer = replace(there, webhook=replace(there.webhook, secret_file="/hook"), site=new.site)
    assert all(each.reload for each in differences(there, newer))
    assert in_force(there, newer) == newer


def test_after_a_reload_only_what_waits_is_another() -> None:
    old = Settings()
    new = replace(
        old,
        server=replace(old.server, name="tea"),
        page=Page(name="Tea"),
        limits=replace(old.limits, rooms_open=7, connections=99),
    )
    left = differences(in_force(old, new), new)
    assert [each.setting for each in left] == ["server.name", "limits.connections"]


def test_the_content_of_a_file_is_told_by_its_name_alone(tmp_path: Path) -> None:
    key = tmp_path / "site.key"
    key.write_text("one")
    settings = replace(Settings(), site=replace(Settings().site, key_file=str(key)))
    before = contents(settings)
    assert other_contents(before, contents(settings)) == []
    key.write_text("two")
    (found,) = other_contents(before, contents(settings))
    assert (found.setting, found.before, found.after) == ("site.key_file", None, None)
