"""By what push services know this server: keys on disk, and signatures that a strict one takes."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from chatd.hooks.push.vapid import GOOD, USED, Vapid, new_key, public_key, read_key
from tests.hooks.push.service import AUTHORIZATION, Wrong, verified

ORIGIN = "https://push.example.net"
#: RFC 8292 §2.4.
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOj"
    "E0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMl"
    "MuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
)
RFC_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
RFC_EXPIRES = 1453523768


class Seconds:
    now = 1_700_000_000

    def __call__(self) -> int:
        return self.now


def parts(header: str) -> tuple[str, str]:
    found = AUTHORIZATION.fullmatch(header)
    assert found is not None
    return found[1], found[2]


def test_the_strict_service_of_the_tests_takes_the_example_of_the_rfc_and_no_other() -> None:
    claims = verified(RFC_TOKEN, RFC_KEY, ORIGIN, RFC_EXPIRES - 3600)
    assert claims["sub"] == "mailto:push@example.com"
    for origin, now in (
        ("https://push.example.com", RFC_EXPIRES - 3600),
        (ORIGIN, RFC_EXPIRES + 1),
        (ORIGIN, RFC_EXPIRES - 24 * 3600 - 1),
    ):
        with pytest.raises(Exception, match="."):
            verified(RFC_TOKEN, RFC_KEY, origin, now)


def test_a_signature_is_good_for_its_service_alone_and_for_less_than_a_day() -> None:
    seconds = Seconds()
    key = ec.generate_private_key(ec.SECP256R1())
    vapid = Vapid(key, "mailto:ops@example.org", seconds)
    token, public = parts(vapid.authorization(ORIGIN))
    assert public == vapid.public == public_key(key)
    claims = verified(token, public, ORIGIN, seconds.now)
    assert claims == {"aud": ORIGIN, "exp": seconds.now + GOOD, "sub": "mailto:ops@example.org"}
    with pytest.raises(Exception, match="udience"):
        verified(token, public, "https://other.example.net", seconds.now)


def test_a_signature_serves_many_pushes_and_is_replaced_long_before_it_ends() -> None:
    seconds = Seconds()
    vapid = Vapid(ec.generate_private_key(ec.SECP256R1()), "mailto:ops@example.org", seconds)
    first = vapid.authorization(ORIGIN)
    seconds.now += USED - 1
    assert vapid.authorization(ORIGIN) == first
    verified(*parts(first), ORIGIN, seconds.now)
    seconds.now += 1
    second = vapid.authorization(ORIGIN)
    assert second != first
    with pytest.raises(Wrong):
        verified(*parts(first), ORIGIN, seconds.now + GOOD)


def test_a_clock_that_was_set_back_makes_no_signature_that_lasts_too_long() -> None:
    seconds = Seconds()
    vapid = Vapid(ec.generate_private_key(ec.SECP256R1()), "mailto:ops@example.org", seconds)
    vapid.authorization(ORIGIN)
    seconds.now -= 30 * 86400
    verified(*parts(vapid.authorization(ORIGIN)), ORIGIN, seconds.now)


def test_a_key_pair_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "push.key"
    path.write_bytes(new_key())
    assert public_key(read_key(path)) == public_key(read_key(path))


def test_what_is_no_such_key_pair_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "push.key"
    curve = ec.generate_private_key(ec.SECP384R1())
    large = rsa.generate_private_key(65537, 2048)
    locked = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hush")
    )
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content, says in (
        (b"", "no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key"),
        (locked, "pass phrase"),
        (curve.private_bytes(*plain), "P-256"),
        (large.private_bytes(*plain), "P-256"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=says):
            read_key(path)
