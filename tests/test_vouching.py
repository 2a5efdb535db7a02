"""Another site's word with the real daemon: keys that come and go with a reload, keys that the site
publishes, going on over the end of a token."""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.admin import main as chatctl
from chatd.client.backoff import Backoff
from chatd.client.client import Client
from chatd.client.connection import trust_root
from chatd.client.errors import NotWelcome, Refused
from chatd.client.http import Api, Problem
from tests.auth import keys
from tests.auth.test_jwks import a_set
from tests.daemon import Daemon
from tests.hooks.receiver import Receiver
from tests.hooks.test_fetch import says

ISSUER = "https://www.example.org"
SECONDS = 15.0
HANGUP: Any = 1


class Visitor:
    """Somebody from the site, on one connection."""

    def __init__(self, daemon: Daemon, secret: str, renew: Any = None) -> None:
        async def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {secret}"}

        self.signals: list[dict[str, Any]] = []
        self.client = Client(
            reactor,
            daemon.ws_url,
            headers,
            trust=trust_root(daemon.ca),
            on_signal=self.signals.append,
            renew=renew,
            backoff=Backoff(lambda: 0.5, first=0.1, most=0.5),
        )

    async def come(self) -> "Visitor":
        self.client.start()
        await self.client.live().addTimeout(SECONDS, reactor)
        return self

    async def until_stopped(self) -> float:
        """Seconds until the server has put them out for good."""
        began = time.monotonic()
        while self.client.state != "stopped":
            assert time.monotonic() - began < SECONDS
            await deferLater(reactor, 0.005)
        return time.monotonic() - began


class Stage:
    """A daemon with a folder of keys, and the site that signs with them."""

    def __init__(self, folder: Path, **site: Any) -> None:
        self.folder = folder / "keys"
        self.folder.mkdir(mode=0o700)
        home = folder / "chatd"
        home.mkdir()
        said = {"issuer": ISSUER, "keys": str(self.folder), "leeway_seconds": 0, **site}
        self.daemon = Daemon(home, {"site": said}).start()
        self.api = Api(reactor, self.daemon.url, trust_root(self.daemon.ca))
        self.visitors: list[Visitor] = []

    def add(self, name: str = "shop") -> dict[str, Any]:
        """A new key, made by chatctl; what its file holds."""
        before = set(self.folder.iterdir())
        assert self.chatctl("add", name) == 0
        (made,) = set(self.folder.iterdir()) - before
        found: dict[str, Any] = json.loads(made.read_text())
        return found

    def chatctl(self, *words: str) -> int:
        return chatctl.main(["--config", str(self.daemon.config), "token-key", *words])

    async def reload(self) -> None:
        count = self.daemon.log().count("] reloaded: ")
        self.daemon.signal(HANGUP)
        while self.daemon.log().count("] reloaded: ") == count:
            assert "nothing was reloaded" not in self.daemon.log()
            await deferLater(reactor, 0.01)

    def token(self, key: dict[str, Any], seconds: int = 300, **claims: Any) -> str:
        head = json.dumps({"alg": key["alg"], "kid": key["kid"]}).encode()
        said = {
            "iss": ISSUER,
            "aud": self.daemon.url,
            "sub": "42",
            "exp": int(time.time()) + seconds,
            **claims,
        }
        secret = keys.jwt.utils.base64url_decode(key["k"])
        return keys.raw("HS256", head, json.dumps(said).encode(), secret)

    async def exchange(self, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        answer, _ = await self.api.call("POST", "/api/session/exchange", {}, headers)
        return answer

    async def visit(self, token: str, renew: Any = None) -> Visitor:
        visitor = Visitor(self.daemon, (await self.exchange(token))["token"], renew)
        self.visitors.append(visitor)
        return await visitor.come()

    async def refused(self, token: str) -> str:
        with pytest.raises(Problem) as caught:
            await self.exchange(token)
        return str(caught.value.body["field"])

    async def stop(self) -> None:
        for visitor in self.visitors:
            await visitor.client.stop()
        await deferToThread(self.daemon.stop)


@pytest_twisted.async_yield_fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path)
    yield made
    await made.stop()


@pytest_twisted.ensureDeferred
async def test_keys_change_without_a_drop_and_a_removed_one_puts_out_at_once(stage: Stage) -> None:
    old = stage.add()
    assert await stage.refused(stage.token(old)) == "alg", "not known before a reload"
    await stage.reload()
    by_old = await stage.visit(stage.token(old))
    new = stage.add()
    await stage.reload()
    by_new = await stage.visit(stage.token(new))
    again = await stage.visit(stage.token(old, sub="43"))
    assert stage.chatctl("remove", old["kid"]) == 0
    stage.daemon.signal(HANGUP)
    for visitor in (by_old, again):
        assert await visitor.until_stopped() < 1.0
        assert isinstance(visitor.client.error, NotWelcome)
        assert visitor.client.error.code == 4501
    assert await stage.refused(stage.token(old)) == "kid"
    assert (await by_new.client.rooms(), by_new.client.connections) == ([], 1)
    assert "2 sign-ins ended with the key of their site" in stage.daemon.log()


@pytest_twisted.ensureDeferred
async def test_a_key_that_went_while_the_daemon_was_down_lets_nobody_back_in(stage: Stage) -> None:
    old, new = stage.add("old"), stage.add("new")
    await stage.reload()
    secrets = [(await stage.exchange(stage.token(key)))["token"] for key in (old, new)]
    await deferToThread(stage.daemon.stop)
    assert stage.chatctl("remove", old["kid"]) == 0
    await deferToThread(stage.daemon.start)
    visitors = [Visitor(stage.daemon, secret) for secret in secrets]
    stage.visitors = visitors
    visitors[0].client.start()
    await visitors[0].until_stopped()
    await visitors[1].come()


@pytest_twisted.ensureDeferred
async def test_a_fresh_token_keeps_the_connection_over_the_end_of_the_first(stage: Stage) -> None:
    key = stage.add()
    await stage.reload()
    asked: list[float] = []

    async def renew() -> str:
        asked.append(time.time())
        return stage.token(key, 300)

    first = stage.token(key, 5)
    ends = int(time.time()) + 5
    visitor = await stage.visit(first, renew)
    while time.time() < ends + 2:
        await deferLater(reactor, 0.05)
    (ending,) = [frame for frame in visitor.signals if frame["type"] == "ending"]
    assert ending["expires"] <= (ends + 1) * 1000 and asked[0] < ends
    assert (visitor.client.state, visitor.client.connections) == ("live", 1)
    assert await visitor.client.rooms() == []


@pytest_twisted.ensureDeferred
async def test_without_one_or_with_another_person_s_it_is_closed(stage: Stage) -> None:
    key = stage.add()
    await stage.reload()
    ends = time.time() + 5
    visitor = await stage.visit(stage.token(key, 5))
    with pytest.raises(Refused) as caught:
        await visitor.client.ask("renew", token=stage.token(key, 300, sub="43"))
    assert caught.value.code == "forbidden"
    with pytest.raises(Refused) as caught:
        await visitor.client.ask("renew", token=stage.token(key, 300, aud="https://other.example"))
    assert (caught.value.code, caught.value.frame["field"]) == ("unauthorized", "aud")
    while visitor.client.state == "live":
        assert time.time() < ends + SECONDS
        await deferLater(reactor, 0.02)
    (bye,) = [frame for frame in visitor.signals if frame["type"] == "bye"]
    assert (bye["code"], time.time() > ends - 1.5) == (4001, True)


class Publisher:
    """Where a site publishes its keys; ``body`` None: it is down."""

    def __init__(self, receiver: Receiver) -> None:
        self.body: bytes | None = a_set(keys.jwk("RS256", kid="one"))
        self.asked = 0
        receiver.render_GET = self._answer  # type: ignore[attr-defined]

    def _answer(self, request: Any) -> Any:
        self.asked += 1
        if self.body is None:
            request.setResponseCode(503)
            return b""
        return says(self.body)(request)


@pytest_twisted.ensureDeferred
async def test_published_keys_are_fetched_once_and_kept(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path).start()
    publisher = Publisher(receiver)
    home = tmp_path / "site"
    home.mkdir()
    stage = await deferToThread(
        Stage,
        home,
        jwks_url=receiver.url,
        jwks_networks=["127.0.0.0/8", "::1/128"],
        jwks_ca_file=str(receiver.authority),
    )

    def token(alg: str, kid: str) -> str:
        said = {"iss": ISSUER, "aud": stage.daemon.url, "sub": "42", "exp": int(time.time()) + 300}
        return keys.token(alg, said, kid=kid)

    try:
        assert (await stage.exchange(token("RS256", "one")))["name"] == "visitor"
        await stage.exchange(token("RS256", "one"))
        assert publisher.asked == 1
        publisher.body = None
        await stage.exchange(token("RS256", "one"))
        for number in range(5):
            assert await stage.refused(token("ES256", f"made-up-{number}")) == "kid"
        assert publisher.asked == 1, "so soon after the last time nobody is asked again"
        local = stage.add()
        await stage.reload()
        await stage.exchange(stage.token(local))
        await stage.exchange(token("RS256", "one"))
        code = await deferToThread(_debug, stage.daemon.config, home, token("RS256", "one"))
        assert code == 1, "the site is down, and nobody knows its keys"
        publisher.body = a_set(keys.jwk("RS256", kid="one"))
        code = await deferToThread(_debug, stage.daemon.config, home, token("RS256", "one"))
        assert code == 0
    finally:
        await stage.stop()
        await receiver.stop()


def _debug(config: Path, folder: Path, token: str) -> int:
    """`chatctl token-debug` as a program of its own: it has a reactor of its own."""
    file = folder / "token"
    file.write_text(token)
    words = ["--config", str(config), "token-debug", str(file)]
    code = "import sys; from chatd.admin.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", code, *words], timeout=30, check=False)
    return done.returncode
