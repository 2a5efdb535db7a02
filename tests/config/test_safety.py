"""chatd refuses to start unsafe, and says what to do instead."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from chatd.auth import site_keys
from chatd.config.safety import unsafe
from chatd.config.settings import Accounts, LimitSettings, Server, Settings, Site, Tls


@pytest.fixture
def safe(tmp_path: Path) -> Settings:
    secret, certificate, key = (tmp_path / name for name in ("secret", "cert.pem", "key.pem"))
    secret.write_bytes(os.urandom(48).hex().encode())
    certificate.write_text("-")
    key.write_text("-")
    for path in (secret, key):
        path.chmod(0o600)
    return Settings(
        server=Server(public_url="https://chat.example.org"),
        tls=Tls(certificate=str(certificate), key=str(key)),
        accounts=Accounts(secret_file=str(secret)),
    )


def test_safe_settings_pass(safe: Settings) -> None:
    assert unsafe(safe) == []


def test_loopback_needs_no_public_url(safe: Settings) -> None:
    assert unsafe(replace(safe, server=Server())) == []


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (Server(listen=["0.0.0.0:443"]), "public_url is missing"),
        (Server(listen=["[::]:443"]), "public_url is missing"),
        (Server(origins=["*"]), "wildcard"),
        (Server(origins=["https://*.example.org"]), "wildcard"),
        (Server(origins=["http://shop.example.org"]), "no origin"),
        (Server(origins=["https://shop.example.org/"]), "no origin"),
        (Server(origins=["https://shop.example.org:99999"]), "no origin"),
        (Server(origins=["https://eve@shop.example.org"]), "no origin"),
        (Server(origins=["https://[shop"]), "no origin"),
        (Server(control="/" + "x" * 107), "Unix socket has at most 107 bytes"),
        (Server(proxies=["0.0.0.0/0"]), "claim any address"),
        (Server(proxies=["proxy"]), 'right is "10.0.0.7/32"'),
    ],
)
def test_an_unsafe_server_is_refused(safe: Settings, server: Server, says: str) -> None:
    assert [text for text in unsafe(replace(safe, server=server)) if says in text]


def test_a_peer_has_time_to_answer_before_it_counts_as_gone(safe: Settings) -> None:
    (text,) = unsafe(replace(safe, limits=LimitSettings(heartbeat_seconds=60)))
    assert "dead_seconds is 35 and limits.heartbeat_seconds 60" in text


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (Server(), "everybody would count as one address"),
        (Server(proxies=["127.0.0.1/32"]), "the PROXY protocol is read in front of TLS only"),
    ],
)
def test_a_proxy_that_ends_tls_says_for_whom_it_speaks(
    safe: Settings, server: Server, says: str
) -> None:
    (text,) = unsafe(replace(safe, tls=Tls(terminated=True), server=server))
    assert says in text


def test_without_tls_only_loopback_is_served(safe: Settings) -> None:
    behind = Server(proxies=["127.0.0.1/32"], forwarded_by="x-forwarded-for")
    terminated = replace(safe, tls=Tls(terminated=True), server=behind)
    assert unsafe(terminated) == []
    server = replace(behind, listen=["192.0.2.1:80"], public_url="https://chat.example.org")
    (text,) = unsafe(replace(terminated, server=server))
    assert "only on loopback" in text


def test_a_missing_certificate_is_refused(safe: Settings) -> None:
    assert "tls.certificate" in unsafe(replace(safe, tls=Tls()))[0]


@pytest.mark.parametrize(
    "content", [b"", b"x" * 64, b"changeme-changeme-changeme-changeme", b"short-1234"]
)
def test_an_empty_or_known_secret_is_refused(safe: Settings, content: bytes) -> None:
    Path(safe.accounts.secret_file).write_bytes(content)
    assert "empty, short or well known" in unsafe(safe)[0]


def test_a_missing_secret_comes_with_the_command_that_makes_it(safe: Settings) -> None:
    Path(safe.accounts.secret_file).unlink()
    assert "/dev/urandom" in unsafe(safe)[0]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620])
def test_a_secret_others_can_read_or_write_is_refused(safe: Settings, mode: int) -> None:
    for path in (safe.tls.key, safe.accounts.secret_file):
        Path(path).chmod(mode)
    texts = unsafe(safe)
    assert len(texts) == 2 and all("chmod 600" in text for text in texts)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    key = tmp_path / "site.key"
    key.write_bytes(os.urandom(40).hex().encode() + b"\n")
    key.chmod(0o600)
    return Site(
        key_file=str(key),
        issuer="https://www.example.org",
        origins=["https://www.example.org", "http://127.0.0.1:8000", "http://localhost:8000"],
        rooms=["lobby", "r0123456789a"],
    )


def test_a_safe_site_passes(safe: Settings, site: Site) -> None:
    assert unsafe(replace(safe, site=site)) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"issuer": " "}, "site.issuer is missing"),
        ({"origins": ["*"]}, "with a wildcard any site"),
        ({"origins": ["https://*.example.org"]}, "with a wildcard any site"),
        ({"origins": ["http://www.example.org"]}, "without TLS anybody on the way"),
        ({"origins": ["https://www.example.org/"]}, "which is no origin"),
        ({"origins": ["null"]}, "which is no origin"),
        ({"origins": ["https://[::1]"]}, "which is no origin"),
        ({"origins": ["ftp://www.example.org"]}, "which is no origin"),
        ({"rooms": ["#lobby"]}, "site.rooms holds '#lobby'"),
        ({"key_file": ""}, "site.key_file is missing while other settings"),
        ({"key_file": "/nowhere/site.key"}, "does not exist: make it with"),
        ({"keys": "/nowhere/keys"}, "site.keys /nowhere/keys does not exist: make it with"),
        ({"jwks_url": "http://www.example.org/jwks"}, "keys of their own there"),
        ({"jwks_url": "https://"}, "keys of their own there"),
        ({"jwks_url": "https://a:b@www.example.org/jwks"}, "keys of their own there"),
        ({"jwks_url": "https://www.example.org/ jwks"}, "keys of their own there"),
        ({"jwks_url": "https://[x/"}, "keys of their own there"),
        ({"jwks_url": "https://x.org/", "jwks_networks": ["10.0.0.1/8"]}, "site.jwks_networks"),
        ({"jwks_url": "https://x.org/", "jwks_ca_file": "/nowhere"}, "site.jwks_ca_file /nowhere"),
    ],
)
def test_an_unsafe_site_is_refused(
    safe: Settings, site: Site, change: dict[str, object], says: str
) -> None:
    (text,) = unsafe(replace(safe, site=replace(site, **change)))
    assert says in text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "holds 0 bytes: HS256 takes at least 32"),
        (b"k3jh4kjh5kj6h7kj8h9k0jh1kj2h3kj\n", "holds 31 bytes"),
        (b"x" * 64, "can be guessed"),
        (b"this is my secret key for the chat 123", "can be guessed"),
    ],
)
def test_a_short_or_known_key_of_a_site_is_refused(
    safe: Settings, site: Site, content: bytes, says: str
) -> None:
    Path(site.key_file).write_bytes(content)
    (text,) = unsafe(replace(safe, site=site))
    assert says in text


def test_keys_with_names_are_looked_at_as_well(safe: Settings, site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    named = replace(site, key_file="", keys=str(folder))
    assert unsafe(replace(safe, site=named)) == [], "all of them may be removed"
    path = folder / "shop.jwk"
    path.write_bytes(site_keys.new_secret("shop", None)[1])
    path.chmod(0o644)
    (text,) = unsafe(replace(safe, site=named))
    assert text.startswith("site.keys") and "chmod 600" in text
    path.chmod(0o600)
    assert unsafe(replace(safe, site=named)) == []
    path.write_text("{}")
    (text,) = unsafe(replace(safe, site=named))
    assert "shop.jwk" in text and "chatctl token-key add" in text


def test_a_public_key_is_no_key_file(safe: Settings, site: Site) -> None:
    Path(site.key_file).write_text("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD\n")
    (text,) = unsafe(replace(safe, site=site))
    assert "no secret for HS256" in text and "site.keys" in text


def test_the_key_of_a_site_is_nobody_elses_to_read(safe: Settings, site: Site) -> None:
    Path(site.key_file).chmod(0o644)
    (text,) = unsafe(replace(safe, site=site))
    assert text.startswith("site.key_file") and "chmod 600" in text
