"""Every secret says by its beginning what it is for, so that one that leaked is known for it; and
what looks for leaked ones finds them."""

import base64
import secrets
from urllib.parse import quote

import pytest

from chatd.auth import account_links, credentials, devices, invitations, steps, tickets
from chatd.features import room_links
from tests.leaks import leaks

PREFIXES = [
    credentials.SESSION_PREFIX,
    credentials.TOKEN_PREFIX,
    credentials.SITE_PREFIX,
    devices.DEVICE_PREFIX,
    steps.STEP_PREFIX,
    tickets.TICKET_PREFIX,
    invitations.INVITATION_PREFIX,
    room_links.PREFIX,
    *account_links.PREFIXES.values(),
]
#: What other servers make may have any letters.
SECRET = "s3cret &%ü~" + secrets.token_urlsafe(9)


def test_no_two_kinds_of_secrets_begin_alike() -> None:
    for one in PREFIXES:
        assert [each for each in PREFIXES if each.startswith(one)] == [one]


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.encode(),
        lambda text: text.encode().hex().encode(),
        lambda text: text.encode().hex().upper().encode(),
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
        lambda text: quote(text).encode(),
        lambda text: quote(text, safe="").encode(),
        lambda text: "".join(f"%{byte:02x}" for byte in text.encode()).encode(),
        lambda text: repr(text)[1:-1].encode("ascii", "backslashreplace"),
    ],
)
def test_a_secret_is_found_in_every_form(form, before) -> None:
    log = b"2026-11-29 something " + form(f"{before}{SECRET} and more") + b"\nnext"
    (found,) = leaks({"log": log, "store": b"\0" * 100}, {"password": SECRET})
    assert found.startswith("password in log")


def test_digits_are_found_as_a_word_and_not_within_others() -> None:
    assert leaks({"log": b'{"code": "123456"}'}, {"code": "123456"}) == ["code in log"]
    for innocent in (b"01.123456", b"1234567", b"a123456", b"12:123456+00:00"):
        assert leaks({"log": innocent}, {"code": "123456"}) == []


def test_what_is_not_there_is_not_found() -> None:
    assert leaks({"log": b"nothing of it"}, {"password": SECRET, "code": "123456"}) == []
