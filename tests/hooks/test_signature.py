"""Signatures against the published examples of Standard Webhooks."""

import base64

import pytest

from chatd.hooks.signature import secret, signed


@pytest.mark.parametrize(
    ("key", "id", "seconds", "body", "signature"),
    [
        (
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1731705121,
            b'{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
    ],
)
def test_a_published_example_is_signed_as_published(
    key: str, id: str, seconds: int, body: bytes, signature: str
) -> None:
    headers = signed([base64.b64decode(key)], id, seconds, body)
    assert headers["webhook-signature"] == signature
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == (id, str(seconds))


def test_two_secrets_give_two_signatures_the_new_one_first() -> None:
    new, old = bytes(range(32)), bytes(range(32, 64))
    both = signed([new, old], "msg_1", 5, b"{}")["webhook-signature"]
    each = [signed([key], "msg_1", 5, b"{}")["webhook-signature"] for key in (new, old)]
    assert both.split(" ") == each


def written(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


def test_a_secret_is_read_with_the_line_end_of_its_file() -> None:
    assert secret(written(bytes(range(24))) + "\n") == bytes(range(24))
    assert secret(written(bytes(range(64)))) == bytes(range(64))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not begin with whsec_"),
        (base64.b64encode(bytes(range(32))).decode(), "does not begin with whsec_"),
        ("whsec_not base64!", "is not base64"),
        ("whsec_ümlaut", "is not base64"),
        (written(bytes(range(23))), "holds 23 bytes"),
        (written(bytes(range(65))), "holds 65 bytes"),
        (written(b"a" * 32), "can be guessed"),
    ],
)
def test_what_is_no_secret_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        secret(text)
