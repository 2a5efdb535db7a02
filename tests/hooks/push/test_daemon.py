"""Web Push of the real daemon: a strict push service over TLS, people over WebSockets, SIGKILL."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.hooks.push.vapid import public_key, read_key
from tests.api.client import Client
from tests.daemon import GENEROUS, Daemon, WentWrong
from tests.hooks.loopback import hangs, reactor, status
from tests.hooks.push.service import PushService
from tests.hooks.test_daemon import asked, room, say
from tests.scenarios.wss import WssLink, WssWorld


def daemon_with(service: PushService, tmp_path: Path, **more: Any) -> Daemon:
    folder = tmp_path / "chatd"
    folder.mkdir(exist_ok=True)
    push = {
        "networks": ["127.0.0.0/8", "::1/128"],
        "ca_file": str(service.authority),
        "grace_seconds": 0,
        **more,
    }
    return Daemon(folder, GENEROUS, {"push": push})


class World:
    """alice talks, bob has browsers and no page open."""

    def __init__(self, daemon: Daemon, service: PushService) -> None:
        self.daemon = daemon
        self.service = service
        self.people = WssWorld(daemon)
        self.bob: Client
        self.alice: WssLink

    async def begin(self) -> "World":
        for name in ("alice", "bob"):
            await self.people.person(name)
        self.alice = await self.people.connect("alice", 1)
        self.bob = await self.browser("phone")
        return self

    async def browser(self, name: str, **more: Any) -> Client:
        """One more session of bob's, whose browser is subscribed."""
        token = await deferToThread(self.daemon.token, "bob")
        client = Client(self.daemon, token)
        offered = await deferToThread(client.ask, "GET", "/push")
        assert offered.status == 200, offered
        fields = {**self.service.subscribe(name, offered.json["key"]), **more}
        answer = await deferToThread(client.ask, "PUT", "/push", fields)
        assert answer.status in (200, 204), answer
        return client

    async def direct(self) -> str:
        made = await self.alice.command({"type": "direct", "key": "d1", "user": "@bob"})
        assert made["type"] == "done", made
        return str(made["room"])

    async def tea(self) -> str:
        """A room of both."""
        made = await room(self.alice)
        added = await self.alice.command(
            {"type": "add_member", "key": "add", "room": made, "user": "@bob"}
        )
        assert added["type"] == "done", added
        return made

    async def quiet(self, seconds: float = 3.0) -> None:
        """Time in which whatever was to be pushed would have been."""
        await deferLater(reactor, seconds, lambda: None)

    async def stop(self) -> None:
        await self.people.stop()


@pytest_twisted.async_yield_fixture
async def world(service: PushService, tmp_path: Path) -> AsyncIterator[World]:
    daemon = daemon_with(service, tmp_path).start()
    made = await World(daemon, service).begin()
    yield made
    await made.stop()
    await deferToThread(daemon.stop)
    log = daemon.log()
    assert "Traceback" not in log
    # An address is as good as a key: whoever has it, and ours, can push.
    assert "/capability/" not in log


@pytest_twisted.ensureDeferred
async def test_who_is_away_is_told_of_a_direct_message_and_its_words_stay_here(
    world: World,
) -> None:
    there = await world.direct()
    said = await say(world.alice, there, "the kettle is on")
    (pushed,) = await world.service.count(1)
    assert pushed.said == {
        "type": "message",
        "room": there,
        "kind": "direct",
        "seq": said["seq"],
        "at": said["at"],
        "reason": "direct",
        "from": "alice",
        "author": "alice",
        "unread": 1,
    }
    assert (pushed.browser, pushed.urgency) == ("phone", "high")
    assert 86000 < pushed.ttl <= 86400
    assert pushed.subject == world.daemon.url
    key = world.daemon.state / "push.key"
    assert pushed.key == public_key(read_key(key))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    await world.quiet()
    assert len(world.service.got) == 1
    told = (await asked(world.daemon, "status"))["push"]
    assert told == "1 taken, 0 tries failed, 0 given up, 0 browsers gone"


@pytest_twisted.ensureDeferred
async def test_a_mention_is_pushed_once_and_what_is_said_besides_is_not(world: World) -> None:
    tea = await world.tea()
    await say(world.alice, tea, "nothing for anybody")
    await say(world.alice, tea, "@bob tea is ready")
    (pushed,) = await world.service.count(1)
    assert (pushed.said["reason"], pushed.said["name"], pushed.said["unread"]) == (
        "mention",
        "tea",
        2,
    )
    assert "text" not in pushed.said
    await world.quiet()
    assert len(world.service.got) == 1


@pytest_twisted.ensureDeferred
async def test_levels_mutes_and_blocks_are_heeded(world: World) -> None:
    tea, there = await world.tea(), await world.direct()
    bob = await world.people.connect("bob", 1)

    async def keeps(where: str, **how: Any) -> None:
        done = await bob.command({"type": "set_room", "room": where, **how})
        assert done["type"] == "done", done

    await keeps(tea, notify="all")
    await keeps(there, muted_until=0)
    await bob.drop()
    # For ten seconds more somebody shows as here whose page was closed.
    await world.quiet(11)
    await say(world.alice, there, "into a muted conversation")
    await say(world.alice, tea, "whatever there is")
    (pushed,) = await world.service.count(1)
    assert (pushed.said["room"], pushed.said["reason"], pushed.urgency) == (tea, "all", "normal")
    bob = await world.people.connect("bob", 1)
    await keeps(tea, notify="none")
    await keeps(there, clear=["muted_until"])
    blocked = await bob.command({"type": "block", "key": "b", "user": "@alice"})
    assert blocked["type"] == "done", blocked
    await bob.drop()
    await world.quiet(11)
    await say(world.alice, tea, "@bob hello?")
    await world.quiet(4)
    assert len(world.service.got) == 1


@pytest_twisted.ensureDeferred
async def test_who_is_here_or_has_read_it_is_not_pushed_to(
    service: PushService, tmp_path: Path
) -> None:
    daemon = daemon_with(service, tmp_path, grace_seconds=2).start()
    world = await World(daemon, service).begin()
    there = await world.direct()
    bob = await world.people.connect("bob", 1)
    await say(world.alice, there, "you are here")
    await world.quiet(4)
    assert service.got == []
    said = await say(world.alice, there, "you read this")
    done = await bob.command({"type": "mark", "room": there, "read": said["seq"]})
    assert done["type"] == "done"
    await bob.drop()
    await world.quiet(5)
    assert service.got == []
    await world.stop()
    await deferToThread(daemon.stop)


@pytest_twisted.ensureDeferred
async def test_a_browser_whose_session_ended_gets_nothing_and_others_do(world: World) -> None:
    there = await world.direct()
    await world.browser("laptop")
    answer = await deferToThread(world.bob.ask, "DELETE", "/api/session")
    assert answer.status == 200
    await say(world.alice, there, "who hears me?")
    (pushed,) = await world.service.count(1)
    assert pushed.browser == "laptop"
    await world.quiet()
    assert len(world.service.got) == 1


@pytest_twisted.ensureDeferred
async def test_an_account_that_is_disabled_gets_nothing(world: World) -> None:
    there, tea = await world.direct(), await world.tea()
    await say(world.alice, there, "first")
    await world.service.count(1)
    await asked(world.daemon, "user_disable", name="bob")
    await say(world.alice, tea, "@bob second")
    await world.quiet()
    assert len(world.service.got) == 1


@pytest.mark.parametrize("code", [404, 410])
@pytest_twisted.ensureDeferred
async def test_a_browser_that_is_gone_is_forgotten(world: World, code: int) -> None:
    there, tea = await world.direct(), await world.tea()
    world.service.plan = [status(code)]
    await say(world.alice, there, "first")
    await world.service.count(1)
    for _ in range(50):
        state = await deferToThread(world.bob.ask, "GET", "/push")
        if "endpoint" not in state.json:
            break
        await world.quiet(0.1)
    assert "endpoint" not in state.json
    await say(world.alice, tea, "@bob second")
    await world.quiet()
    assert len(world.service.got) == 1


@pytest_twisted.ensureDeferred
async def test_a_service_that_asks_for_patience_gets_it(world: World) -> None:
    there, tea = await world.direct(), await world.tea()
    world.service.plan = [status(429, retry_after="4")]
    await say(world.alice, there, "first")
    await world.service.count(1)
    began = reactor.seconds()
    # Meanwhile nothing else goes to this browser either.
    await say(world.alice, tea, "@bob second")
    await world.service.count(2)
    assert 3.5 < reactor.seconds() - began < 10
    await world.service.count(3)
    assert {each.said["room"] for each in world.service.got[1:]} == {there, tea}
    await world.quiet()
    assert len(world.service.got) == 3


@pytest.mark.parametrize("code", [400, 403, 413])
@pytest_twisted.ensureDeferred
async def test_what_is_refused_for_good_is_not_sent_again(world: World, code: int) -> None:
    there, tea = await world.direct(), await world.tea()
    world.service.plan = [status(code)]
    await say(world.alice, there, "first")
    await world.service.count(1)
    await say(world.alice, tea, "@bob second")
    got = await world.service.count(2)
    assert got[1].said["room"] == tea
    await world.quiet()
    assert len(world.service.got) == 2
    assert f"refused a push for good: status {code}" in world.daemon.log()


@pytest_twisted.ensureDeferred
async def test_a_kill_between_a_message_and_its_push_loses_nothing_and_repeats_nothing(
    service: PushService, tmp_path: Path
) -> None:
    daemon = daemon_with(service, tmp_path, grace_seconds=2).start()
    world = await World(daemon, service).begin()
    there = await world.direct()
    await say(world.alice, there, "before the end")
    daemon.kill()
    await deferToThread(daemon.start)
    (pushed,) = await service.count(1)
    assert pushed.said["room"] == there
    # And what was taken is not taken again by the next life.
    await world.quiet(1)
    daemon.kill()
    await deferToThread(daemon.start)
    await world.quiet(9)
    assert len(service.got) == 1
    world.people.links.clear()
    await deferToThread(daemon.stop)


@pytest_twisted.ensureDeferred
async def test_what_waits_for_another_try_outlives_a_restart(world: World) -> None:
    there = await world.direct()
    world.service.plan = [status(503)]
    await say(world.alice, there, "first")
    await world.service.count(1)
    await world.quiet(0.3)
    await deferToThread(world.daemon.restart)
    world.people.links.clear()
    got = await world.service.count(2)
    assert [each.said["seq"] for each in got] == [got[0].said["seq"]] * 2


@pytest_twisted.ensureDeferred
async def test_a_service_that_hangs_delays_nobody_else(
    service: PushService, tmp_path: Path
) -> None:
    daemon = daemon_with(service, tmp_path, timeout_seconds=3).start()
    world = await World(daemon, service).begin()
    there, tea = await world.direct(), await world.tea()
    service.plan = [hangs]
    await say(world.alice, there, "first")
    await service.count(1)
    began = reactor.seconds()
    await say(world.alice, tea, "@bob second")
    assert reactor.seconds() - began < 1
    # The other room's goes out meanwhile, the first once it was given up.
    await service.count(2)
    assert reactor.seconds() - began < 3
    await service.count(3)
    await world.stop()
    await deferToThread(daemon.stop)


@pytest_twisted.ensureDeferred
async def test_words_go_along_only_where_server_and_person_want_it(
    service: PushService, tmp_path: Path
) -> None:
    daemon = daemon_with(service, tmp_path, show_text=True).start()
    world = await World(daemon, service).begin()
    await world.browser("laptop", text=True)
    await say(world.alice, await world.direct(), "the kettle is on")
    got = await service.count(2)
    assert {each.browser: each.said.get("text") for each in got} == {
        "phone": None,
        "laptop": "the kettle is on",
    }
    await world.stop()
    await deferToThread(daemon.stop)


@pytest_twisted.ensureDeferred
async def test_nothing_private_is_reached_through_this_server(
    service: PushService, tmp_path: Path
) -> None:
    daemon = daemon_with(service, tmp_path, networks=[]).start()
    world = await World(daemon, service).begin()
    await say(world.alice, await world.direct(), "hello")
    await world.quiet(4)
    assert service.got == []
    assert "no address of it may be reached" in daemon.log()
    await world.stop()
    await deferToThread(daemon.stop)


@pytest_twisted.ensureDeferred
async def test_a_server_that_pushes_nothing_says_so(service: PushService, tmp_path: Path) -> None:
    daemon = daemon_with(service, tmp_path, enabled=False).start()
    token = await deferToThread(daemon.token, "bob")
    client = Client(daemon, token)
    assert (await deferToThread(client.ask, "GET", "/push")).json == {}
    answer = await deferToThread(client.ask, "PUT", "/push", service.subscribe("x", "k"))
    assert answer.status == 409
    assert "pushes nothing" in answer.json["detail"]
    assert not (daemon.state / "push.key").exists()
    await deferToThread(daemon.stop)


def test_a_key_that_cannot_be_read_ends_the_start_with_what_to_do(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path).start()
    daemon.stop()
    (daemon.state / "push.key").write_text("no key\n")
    with pytest.raises(WentWrong, match="push.key is no key pair"):
        daemon.start()
    assert "Traceback" not in daemon.log()
