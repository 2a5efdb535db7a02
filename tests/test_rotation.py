"""Secrets are changed as docs/operating.md says, each by a reload or a restart and by nothing less;
what there was before is of no use afterwards."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe

import pytest

from tests.auth.keys import raw
from tests.daemon import GENEROUS, Daemon, WentWrong, free_port
from tests.elsewhere import Elsewhere
from tests.hooks.push.browser import Subscribed
from tests.mail_server import MailServer
from tests.signed import Signed

SITE = "https://shop.example"


def put(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def reload(daemon: Daemon) -> None:
    before = daemon.log().count("reloaded: ")
    daemon.signal(signal.SIGHUP)
    wait(lambda: daemon.log().count("reloaded: ") > before)


def wait(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def comes_in(daemon: Daemon, elsewhere: Elsewhere) -> bool:
    """Whether somebody new gets in by the provider."""
    browser = Signed(daemon)
    answer = elsewhere.provider.visit(browser.post("/auth/oidc/home/start")["location"])
    query = "&".join(f"{name}={value}" for name, value in answer.items())
    assert browser.ask("GET", f"/auth/oidc/home/callback?{query}")[0] == 303
    return "__Host-chatd-newcomer" in browser.cookies


def visitor(daemon: Daemon, key: str) -> Signed | None:
    """Somebody of the site whose key it is, None where they are not let in."""
    now = int(time.time())
    claims = {"iss": SITE, "aud": daemon.url, "sub": "42", "iat": now, "exp": now + 300}
    token = raw("HS256", b'{"alg":"HS256"}', json.dumps(claims).encode(), key.encode())
    status, told = Signed(daemon, Authorization=f"Bearer {token}").ask(
        "POST", "/api/session/exchange"
    )
    return Signed(daemon, Authorization=f"Bearer {told['token']}") if status == 201 else None


def test_what_sites_and_providers_share_with_us_changes_by_a_reload(tmp_path: Path) -> None:
    port = free_port()
    with Elsewhere(tmp_path, f"https://localhost:{port}", "the first secret") as elsewhere:
        client = tmp_path / "client.secret"
        key = tmp_path / "site.key"
        first, second = token_urlsafe(36), token_urlsafe(36)
        settings = {
            "provider.home": {
                "issuer": elsewhere.url,
                "client_id": "chatd",
                "client_secret_file": put(client, "the first secret"),
                "ca_file": str(elsewhere.authority),
                "create_users": True,
            },
            "site": {"key_file": put(key, first), "issuer": SITE},
        }
        with Daemon(tmp_path / "chatd", GENEROUS, settings, port=port) as daemon:
            assert comes_in(daemon, elsewhere)
            known = replace(elsewhere.provider.provider, secret="the second secret")
            elsewhere.provider.provider = known
            assert not comes_in(daemon, elsewhere)
            client.write_text("the second secret")
            assert not comes_in(daemon, elsewhere), "not before the reload"

            old = visitor(daemon, first)
            assert old is not None and old.ask("GET", "/api/session")[1]["signed_in"]
            key.write_text(second)
            assert visitor(daemon, second) is None
            reload(daemon)
            assert comes_in(daemon, elsewhere)
            assert visitor(daemon, second) is not None
            assert visitor(daemon, first) is None
            wait(lambda: not old.ask("GET", "/api/session")[1]["signed_in"], 1.0)


def test_what_mail_and_push_services_know_us_by_changes_by_a_restart(tmp_path: Path) -> None:
    with (
        Elsewhere(tmp_path, "https://unused.example", "unused") as elsewhere,
        MailServer(tmp_path) as mail,
    ):
        settings = {
            "mail": mail.settings(),
            "push": {
                "networks": ["127.0.0.0/8", "::1/128"],
                "ca_file": str(elsewhere.authority),
                "grace_seconds": 0,
            },
        }
        with Daemon(tmp_path / "chatd", GENEROUS, settings) as daemon:
            alice = Signed(daemon, Authorization=f"Bearer {daemon.token('alice')}")
            bob = Signed(daemon, Authorization=f"Bearer {daemon.token('bob')}")
            alice.post("/api/v1/rooms", name="Tea", slug="tea")
            alice.post("/api/v1/rooms/~tea/members", user="@bob")
            browser = {"endpoint": f"{elsewhere.url}/push/bob", **Subscribed().told}

            def signer() -> str:
                """Of the push that follows a message."""
                before = len(elsewhere.posted)
                alice.post("/api/v1/rooms/~tea/messages", text="@bob tea is ready")
                wait(lambda: len(elsewhere.posted) > before)
                found = re.search(r"vapid t=\S+ ?k=(\S+)", elsewhere.posted[-1][1])
                assert found is not None
                return found[1]

            def known_by() -> str:
                assert bob.ask("PUT", "/api/v1/push", browser)[0] in (200, 204)
                return str(bob.ask("GET", "/api/v1/push")[1]["key"])

            first = known_by()
            assert signer() == first
            assert daemon.ask("mail_test", address="anna@example.org")
            mail.password = "another pass word"
            with pytest.raises(WentWrong, match="refused the user name or the password"):
                daemon.ask("mail_test", address="anna@example.org")
            daemon.stop()
            put(Path(str(mail.settings()["password_file"])), mail.password)
            (daemon.state / "push.key").unlink()
            daemon.start()
            assert daemon.ask("mail_test", address="anna@example.org")
            second = known_by()
            assert second != first and signer() == second
    assert len(mail.taken) == 2
