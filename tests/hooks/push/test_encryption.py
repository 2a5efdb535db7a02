"""What is pushed is encrypted byte for byte as in RFC 8291, and tells nothing by its length."""

from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatd.hooks.push.encryption import FILLED, RECORD, ROOM, encrypted, fresh_key
from tests.hooks.push.browser import Subscribed

#: RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
OWN_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
OWN_PUBLIC = (
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
)
THEIR_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
THEIR_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
SEALED = "8pfeW0KbunFT06SuDKoJH9Ql87S1QUrdirN6GcG7sFz1y1sqLgVi1VhjVkHsUoEsbI_0LpXMuGvnzQ"


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(raw(text), "big"), ec.SECP256R1())


def test_the_example_of_the_rfc_comes_out_to_the_byte() -> None:
    own = key(OWN_PRIVATE)
    assert own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == raw(
        OWN_PUBLIC
    )
    made = encrypted(PLAIN, raw(THEIR_PUBLIC), raw(AUTH), own, raw(SALT), filled=0)
    header = raw(SALT) + (4096).to_bytes(4, "big") + b"\x41" + raw(OWN_PUBLIC)
    assert made == header + raw(SEALED)


def test_the_browser_of_the_tests_reads_the_example_too() -> None:
    """What the tests decrypt with is held to the same vector."""
    browser = Subscribed(key(THEIR_PRIVATE), raw(AUTH))
    header = raw(SALT) + (4096).to_bytes(4, "big") + b"\x41" + raw(OWN_PUBLIC)
    assert browser.opened(header + raw(SEALED)) == PLAIN


@pytest.mark.parametrize("length", [0, 1, 510, 511, 512, 513, ROOM - 1, ROOM])
def test_a_text_of_any_length_comes_back_and_fits_into_one_record(length: int) -> None:
    browser = Subscribed()
    made = encrypted(b"x" * length, browser.point, browser.auth, fresh_key(), bytes(16))
    assert browser.opened(made) == b"x" * length
    assert len(made) <= RECORD


def test_texts_of_nearly_the_same_length_have_the_same_one_outside() -> None:
    browser = Subscribed()
    lengths = {
        len(encrypted(b"x" * n, browser.point, browser.auth, fresh_key(), bytes(16)))
        for n in range(0, FILLED, 37)
    }
    assert len(lengths) == 1


def test_what_does_not_fit_and_what_is_no_point_is_refused() -> None:
    browser = Subscribed()
    with pytest.raises(ValueError, match="holds"):
        encrypted(b"x" * (ROOM + 1), browser.point, browser.auth, fresh_key(), bytes(16))
    with pytest.raises(ValueError, match="."):
        encrypted(b"x", b"\x04" + bytes(64), browser.auth, fresh_key(), bytes(16))
