"""A webhook or a mail server that would not be safe, or would not work, is named with the fix."""

import base64
from pathlib import Path
from typing import Any

import pytest

from chatd.config.safety import _readable, is_loopback
from chatd.config.safety_outgoing import unsafe_mail, unsafe_push, unsafe_webhook
from chatd.config.settings_outgoing import Mail, Push, Webhook
from chatd.hooks.push.vapid import new_key

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def private(path: Path, content: str) -> str:
    path.touch(mode=0o600)
    path.write_text(content)
    return str(path)


def webhook(tmp_path: Path, **more: Any) -> list[str]:
    known: dict[str, Any] = {
        "url": "https://www.example.org/hook?shop=1",
        "secret_file": private(tmp_path / "hook.key", SECRET + "\n"),
        **more,
    }
    return unsafe_webhook(Webhook(**known), _readable, is_loopback)


def mail(tmp_path: Path, **more: Any) -> list[str]:
    known: dict[str, Any] = {
        "host": "mail.example.org",
        "user": "chatd",
        "password_file": private(tmp_path / "mail.key", "hush\n"),
        "sender": "Our chat <chat@example.org>",
        **more,
    }
    return unsafe_mail(Mail(**known), _readable, is_loopback)


def test_what_is_in_order_is_not_complained_about(tmp_path: Path) -> None:
    assert webhook(tmp_path) == []
    assert webhook(tmp_path, url="http://127.0.0.1:8000/hook") == []
    assert webhook(tmp_path, url="http://[::1]/") == []
    assert webhook(tmp_path, old_secret_file=private(tmp_path / "old.key", SECRET)) == []
    assert mail(tmp_path) == []
    assert mail(tmp_path, user="", password_file="", sender="chat@example.org") == []
    assert mail(tmp_path, host="127.0.0.1", tls="none") == []


def test_where_there_is_none_nothing_else_matters() -> None:
    assert unsafe_webhook(Webhook(secret_file="no.key"), _readable, is_loopback) == []
    assert unsafe_mail(Mail(password_file="no.key"), _readable, is_loopback) == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://www.example.org/", "Write https"),
        ("http://localhost.example.org/", "Write https"),
        ("ftp://www.example.org/", "no address to post to"),
        ("www.example.org/hook", "no address to post to"),
        ("https://", "no address to post to"),
        ("https://www.example.org:99999/", "no address to post to"),
        ("https://www.example.org/a b", "no address to post to"),
        ("https://www.example.org/\r\nx", "no address to post to"),
        ("https://exämple.org/", "no address to post to"),
        ("https://[::1/", "no address to post to"),
        ("https://user:hush@www.example.org/", "secrets stand in files"),
        ("https://www.example.org/#here", "never sent"),
    ],
)
def test_an_address_that_will_not_do_is_refused(tmp_path: Path, url: str, says: str) -> None:
    (text,) = webhook(tmp_path, url=url)
    assert says in text
    assert "hush" not in text


@pytest.mark.parametrize("name", ["secret_file", "old_secret_file"])
def test_a_secret_that_will_not_do_is_refused(tmp_path: Path, name: str) -> None:
    weak = private(tmp_path / "weak.key", "whsec_c2hvcnQ=")
    assert "holds 5 bytes" in webhook(tmp_path, **{name: weak})[0]
    assert "does not exist: make it with" in webhook(tmp_path, **{name: "no.key"})[0]
    open_key = private(tmp_path / "open.key", SECRET)
    Path(open_key).chmod(0o644)
    assert "can be read by others" in webhook(tmp_path, **{name: open_key})[0]


def test_without_a_secret_there_is_no_webhook(tmp_path: Path) -> None:
    (text,) = webhook(tmp_path, secret_file="")
    assert "webhook.secret_file is missing" in text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"tls": "none"}, 'mail.tls is "none"'),
        ({"sender": ""}, "mail.sender is"),
        ({"sender": "Our chat"}, "mail.sender is"),
        ({"sender": "Chat\r\nBcc: <eve@example.com>"}, "control character"),
        ({"user": ""}, "belong together"),
        ({"password_file": ""}, "belong together"),
        ({"password_file": "no.key"}, "cannot be read"),
    ],
)
def test_mail_that_will_not_do_is_refused(tmp_path: Path, more: dict[str, Any], says: str) -> None:
    assert says in " ".join(mail(tmp_path, **more))


def test_authorities_must_be_there(tmp_path: Path) -> None:
    empty = private(tmp_path / "empty.pem", "nothing")
    for check in (webhook, mail):
        assert "cannot be read" in check(tmp_path, ca_file="no.pem")[0]
        assert "holds no PEM certificate" in check(tmp_path, ca_file=empty)[0]


def push(**more: Any) -> list[str]:
    return unsafe_push(Push(**more), _readable)


def test_pushing_needs_no_settings_and_takes_those_in_order(tmp_path: Path) -> None:
    key = private(tmp_path / "push.key", new_key().decode())
    assert push() == []
    assert push(subject="mailto:chat@example.org", key_file=key, networks=["10.1.0.0/16"]) == []
    assert push(subject="https://chat.example.org/contact") == []
    assert push(enabled=False, subject="x", key_file="no.key", networks=["x"]) == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"subject": "chat@example.org"}, "write mailto:"),
        ({"subject": "http://chat.example.org"}, "write mailto:"),
        ({"subject": "mailto:nobody"}, "write mailto:"),
        ({"subject": "https://[::1"}, "write mailto:"),
        ({"key_file": "/no/such/push.key"}, "does not exist"),
        ({"networks": ["10.0.0.1/8"]}, "host bits"),
        ({"networks": ["0.0.0.0/0"]}, "whatever it reaches"),
        ({"networks": ["::/0"]}, "whatever it reaches"),
        ({"ca_file": "/no/such/ca.pem"}, "cannot be read"),
    ],
)
def test_what_is_wrong_with_pushing_is_named_with_the_fix(more: dict[str, Any], says: str) -> None:
    (found,) = push(**more)
    assert says in found


def test_a_key_pair_of_pushes_is_one_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "push.key"
    private(path, "no key")
    (found,) = push(key_file=str(path))
    assert "is no key pair" in found and "openssl ecparam" in found
    path.write_bytes(new_key())
    path.chmod(0o644)
    (found,) = push(key_file=str(path))
    assert "can be read by others" in found
