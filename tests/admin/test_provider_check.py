"""`chatctl provider check`: what a provider lacks is said before anybody fails to sign in there."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatd.admin.answers import CheckedProvider
from chatd.admin.provider_check import checked, shown
from chatd.engine.fetching import Fetched, Unfetched
from tests.admin.commands import At
from tests.daemon import REPOSITORY, Daemon
from tests.fakes.provider import FakeProvider

TOLD = "/.well-known/openid-configuration"


def check(fake: FakeProvider, **settings: Any) -> CheckedProvider:
    """Nothing here waits for anything."""
    try:
        checked(replace(fake.provider, **settings), fake).send(None)
    except StopIteration as ended:
        found: CheckedProvider = ended.value
        return found
    raise AssertionError("it waits")


def wrong(found: CheckedProvider) -> str:
    assert not found.passed
    [only] = [one for one in found.checks if not one.passed]
    return f"{only.name}: {only.says}"


def test_a_good_one_passes_and_says_what_to_register() -> None:
    fake = FakeProvider()
    found = check(fake)
    assert found.passed and [one.name for one in found.checks] == ["discovery", "metadata", "keys"]
    assert found.redirect_uri == "https://chat.example.org/auth/oidc/home/callback"
    assert found.backchannel_logout_uri.endswith("/auth/oidc/home/backchannel-logout")
    assert found.post_logout_redirect_uri == "https://chat.example.org/"
    assert fake.asked == [TOLD, "/jwks"], "nobody is signed in, and no secret leaves"
    text = "\n".join(shown([found]))
    assert "Nothing is wrong." in text and fake.provider.secret not in text


def test_each_fault_is_named() -> None:
    fake = FakeProvider()
    fake.faults = {TOLD: Unfetched("its certificate is not trusted")}
    assert "discovery: " in wrong(check(fake)) and "is not trusted" in wrong(check(fake))
    fake.faults = {TOLD: Fetched(404, b"")}
    assert "letter for letter" in wrong(check(fake))
    fake.faults = {}
    fake.metadata = {"issuer": fake.issuer + "/"}
    assert "that of the issuer 'https://home.example.net/'" in wrong(check(fake))
    fake.metadata = {"id_token_signing_alg_values_supported": ["HS256"]}
    assert "signs ID tokens with none of" in wrong(check(fake))
    fake.metadata = {}
    fake.faults = {"/jwks": Unfetched("no answer")}
    assert wrong(check(fake)).startswith("keys: ")
    fake.faults = {"/jwks": Fetched(200, b'{"keys": []}')}
    assert "has no key for RS256" in wrong(check(fake))


def test_a_provider_without_a_sign_out_is_said_where_one_is_wanted() -> None:
    fake = FakeProvider()
    told = json.loads(fake._told({}, b"").body)
    del told["end_session_endpoint"]
    assert check(fake, end_session=True).passed
    fake.faults = {TOLD: Fetched(200, json.dumps(told).encode())}
    assert "end_session = true" in wrong(check(fake, end_session=True))


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> At:
    """One whose issuer does not answer, and whose secret is known."""
    daemon = Daemon(tmp_path_factory.mktemp("server"))
    secret = daemon.folder / "secrets" / "node.secret"
    secret.touch(0o600)
    secret.write_text("very-secret-indeed\n")
    section = (
        '\n[provider.node]\nissuer = "https://localhost:1/realm"\nclient_id = "chatd"\n'
        f'client_secret_file = "{secret}"\n'
    )
    daemon.config.write_text(daemon.config.read_text() + section)
    return At(daemon.config)


def test_the_list_shows_all_but_secrets(at: At) -> None:
    said = at("provider", "list")
    assert "https://localhost:1/realm" in said.out and "very-secret" not in said.out
    (row,) = at.json("provider", "list").done
    assert row["confidential"] is True and row["redirect_uri"].endswith("/auth/oidc/node/callback")


def test_one_that_does_not_answer_ends_with_1(at: At) -> None:
    line = [sys.executable, "-m", "chatd.admin.main", "-c", at.config, "provider", "check", "node"]
    done = subprocess.run(
        line, capture_output=True, text=True, timeout=30, cwd=REPOSITORY, check=False
    )
    assert done.returncode == 1, done
    assert "✗ discovery" in done.stdout and "1 to mend." in done.stdout
    assert "redirect URI" in done.stdout and "very-secret" not in done.stdout + done.stderr


def test_a_secret_that_others_can_read_is_refused_here_too(at: At) -> None:
    secret = Path(at.config.parent / "secrets" / "node.secret")
    secret.chmod(0o644)
    try:
        ended = at("provider", "check")
        assert ended.code == 3 and "chmod 600" in ended.err
    finally:
        secret.chmod(0o600)
