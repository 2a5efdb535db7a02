"""The real daemon beside a certified provider (npm: oidc-provider), each over TLS: a whole login by
its own pages, and what it says to one that is not as it should be."""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

from tests.daemon import Daemon
from tests.oidc.provider import RealProvider, needs_node_20

pytestmark = [pytest.mark.node, needs_node_20]

PASSWORD = "four wonderful tea leaves"


class Stays(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *about: Any, **more: Any) -> None:
        return None


class Visitor:
    """A browser as far as it is needed: cookies, forms, and one redirect after the other."""

    def __init__(self, daemon: Daemon, provider: RealProvider) -> None:
        self._home, self._provider = daemon.url, provider
        trust = ssl.create_default_context(cafile=str(daemon.ca))
        trust.load_verify_locations(str(provider.authority))
        self.csrf = ""
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=trust),
            urllib.request.HTTPCookieProcessor(CookieJar()),
            Stays(),
        )

    def ask(self, url: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, str]:
        """Status, headers and body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with self._opener.open(urllib.request.Request(url, body, named), timeout=15) as got:
                return got.status, got.headers, got.read().decode()
        except HTTPError as other:
            with other:
                return other.code, other.headers, other.read().decode()

    def api(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Content-Type": "application/json", "Origin": self._home}
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        request = urllib.request.Request(
            self._home + path, json.dumps(body).encode() if body else None, headers, method=method
        )
        try:
            with self._opener.open(request, timeout=15) as got:
                found = json.load(got)
        except HTTPError as refused:
            with refused:
                found = json.load(refused)
        self.csrf = found.get("csrf") or self.csrf
        return found

    def begin(self, **body: Any) -> str:
        body = {"purpose": "login", **body}
        location = self.api("POST", f"/auth/oidc/{self._provider.name}/start", **body)["location"]
        return str(location)

    def walk(self, url: str, who: str = "") -> str:
        """Through the provider's pages, which want to know ``who`` it is, to the address of ours
        that it leads to."""
        for _ in range(20):
            if url.startswith(self._home):
                return url
            status, headers, text = self.ask(url)
            while status == 200:
                action = re.search(r'action="([^"]+)"', text)
                assert action is not None, text
                form = dict(re.findall(r'name="(\w+)" value="(\w+)"', text))
                if 'name="login"' in text:
                    form |= {"login": who, "password": "x"}
                url = urljoin(url, action[1])
                status, headers, text = self.ask(url, urlencode(form).encode())
            assert status in (302, 303), (status, text, self._provider.log())
            url = urljoin(url, headers["Location"])
        raise AssertionError("it leads round in circles")

    def land(self, url: str) -> str:
        """What our page finds behind "#"."""
        status, headers, _ = self.ask(url)
        assert status == 303
        path, _, fragment = headers["Location"].partition("#")
        assert path == "/"
        return str(fragment)

    def come(self, who: str, **body: Any) -> str:
        return self.land(self.walk(self.begin(**body), who))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Daemon, RealProvider]]:
    daemon = Daemon(tmp_path / "chatd")
    with RealProvider(tmp_path / "provider", daemon.url, daemon.ca) as provider:
        text = daemon.config.read_text()
        lines = ("create_users = true", 'only_claim = "groups"', 'only_values = ["staff"]')
        scopes = 'scopes = ["openid", "profile", "email", "groups"]'
        daemon.config.write_text(f"{text}\n{provider.section(*lines, scopes)}")
        with daemon:
            yield daemon, provider


def test_a_login_from_the_button_to_a_name(world: tuple[Daemon, RealProvider]) -> None:
    visitor = Visitor(*world)
    assert visitor.come("anna", back="/room/r1") == "login=newcomer;/room/r1"
    suggested = visitor.api("GET", "/api/newcomer")
    assert suggested == {"label": "The Node", "name": "anna", "display": "anna of the provider"}
    assert visitor.api("POST", "/api/newcomer", name="anna")["signed_in"] is True
    # The provider remembers them: there and back without a question.
    again = Visitor(*world)
    assert again.come("anna") == ""
    assert again.api("GET", "/api/session")["name"] == "anna"
    assert again.come("anna", back="/x") == "/x"


def test_a_guest_is_not_let_in(world: tuple[Daemon, RealProvider]) -> None:
    assert Visitor(*world).come("guest") == "login=failed:unfit;"


def test_a_code_is_redeemed_once(world: tuple[Daemon, RealProvider]) -> None:
    visitor = Visitor(*world)
    first = visitor.walk(visitor.begin(), "anna")
    assert visitor.land(first) == "login=newcomer;"
    assert visitor.land(first) == "login=failed:stale;"
    second = visitor.walk(visitor.begin(), "anna")
    code = parse_qs(urlsplit(first).query)["code"][0]
    mixed = re.sub(r"code=[^&]+", f"code={code}", second)
    assert visitor.land(mixed) == "login=failed:failed;"
    assert "invalid_grant" in world[1].log()


def test_a_code_of_another_browser_does_not_fit(world: tuple[Daemon, RealProvider]) -> None:
    victim, thief = Visitor(*world), Visitor(*world)
    stolen = parse_qs(urlsplit(victim.walk(victim.begin(), "anna")).query)["code"][0]
    own = thief.walk(thief.begin(), "mallory")
    assert thief.land(re.sub(r"code=[^&]+", f"code={stolen}", own)) == "login=failed:failed;"
    assert "it refused the code: 400 'invalid_grant'" in world[0].log()


def test_the_challenge_cannot_be_left_out_on_the_way(world: tuple[Daemon, RealProvider]) -> None:
    """PKCE downgrade: the request is changed before it reaches the provider."""
    visitor = Visitor(*world)
    begun = re.sub(r"&code_challenge(_method)?=[^&]+", "", visitor.begin())
    assert visitor.land(visitor.walk(begun, "anna")) == "login=failed:failed;"


def test_a_nonce_that_was_changed_on_the_way_is_missed(world: tuple[Daemon, RealProvider]) -> None:
    visitor = Visitor(*world)
    begun = re.sub(r"nonce=[^&]+", "nonce=another", visitor.begin())
    assert visitor.land(visitor.walk(begun, "anna")) == "login=failed:failed;"
    assert "has not the nonce of this login" in world[0].log()


def test_who_says_no_there_is_told_so_here(world: tuple[Daemon, RealProvider]) -> None:
    visitor = Visitor(*world)
    url = visitor.begin(back="/x")
    status, headers, _ = visitor.ask(url)
    assert status == 303
    page = urljoin(url, headers["Location"])
    assert visitor.land(visitor.walk(page + "/abort")) == "login=failed:cancelled;/x"


def test_a_link_and_a_proof_by_a_provider(world: tuple[Daemon, RealProvider]) -> None:
    daemon, _ = world
    daemon.user("berta", PASSWORD)
    visitor = Visitor(*world)
    visitor.api("POST", "/api/session", name="berta", password=PASSWORD)
    assert visitor.come("b", purpose="link", password=PASSWORD) == "login=linked;"
    # Signed in there still, they are asked all the same.
    url = visitor.begin(purpose="prove")
    status, headers, _ = visitor.ask(url)
    assert status == 303
    page = urljoin(url, headers["Location"])
    assert 'name="login"' in visitor.ask(page)[2]
    assert visitor.land(visitor.walk(page, "b")) == "login=proven;"
    (one,) = visitor.api("GET", "/api/identities")["identities"]
    assert (one["subject"], one["provider"]) == ("b", "node")


def test_a_sign_out_there_is_one_here(world: tuple[Daemon, RealProvider]) -> None:
    _, provider = world
    visitor = Visitor(*world)
    visitor.come("anna")
    visitor.api("POST", "/api/newcomer", name="anna")
    elsewhere = Visitor(*world)
    assert elsewhere.come("anna") == ""
    status, _, text = visitor.ask(f"{provider.issuer}/session/end")
    assert status == 200
    action = re.search(r'action="([^"]+)"', text)
    secret = re.search(r'name="xsrf" value="([^"]+)"', text)
    assert action is not None and secret is not None
    form = urlencode({"xsrf": secret[1], "logout": "yes"}).encode()
    visitor.ask(urljoin(provider.issuer, action[1]), form)
    assert "backchannel.success" in provider.log(), provider.log()
    assert visitor.api("GET", "/api/session") == {"signed_in": False}
    assert elsewhere.api("GET", "/api/session")["name"] == "anna"


def test_a_program_is_let_in_by_who_signs_in_at_the_provider(
    world: tuple[Daemon, RealProvider], tmp_path: Path
) -> None:
    """`chat login` from its first word to the file with the token, and `chat` with that."""
    daemon, _ = world
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path), "BROWSER": "", "DISPLAY": ""}

    def chat(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "chatd.terminal.main", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )

    waiting = chat("login", daemon.url, "--ca", str(daemon.ca))
    try:
        assert waiting.stdout is not None
        told = ""
        while (found := re.search(r"#device=([A-Z]{4}-[A-Z]{4})", told)) is None:
            line = waiting.stdout.readline()
            assert line, told
            told += line
        visitor = Visitor(*world)
        landed = visitor.come("anna", back=f"device={found[1]}")
        assert landed == f"login=newcomer;device={found[1]}"
        visitor.api("POST", "/api/newcomer", name="anna")
        asks = visitor.api("POST", "/api/device/check", user_code=found[1])
        assert asks["label"].startswith("chat")
        visitor.api("POST", "/api/device/answer", user_code=found[1], allow=True)
        rest, _ = waiting.communicate(timeout=20)
    finally:
        waiting.kill()
        waiting.wait()
    assert waiting.returncode == 0, told + rest
    assert "anna" in rest and "chatd_t_" not in told + rest
    asked = chat("whoami")
    answer, _ = asked.communicate(timeout=20)
    assert asked.returncode == 0 and "anna" in answer, answer


def test_a_provider_that_is_down_is_said_to_be(world: tuple[Daemon, RealProvider]) -> None:
    daemon, provider = world
    provider.stop()
    daemon.user("berta", PASSWORD)
    visitor = Visitor(daemon, provider)
    refused = visitor.api("POST", "/auth/oidc/node/start", purpose="login")
    assert refused["detail"].startswith("The Node cannot be reached just now")
    assert visitor.api("POST", "/api/session", name="berta", password=PASSWORD)["signed_in"]
    assert "the provider node cannot be asked: " in daemon.log()
    provider.start()
