"""Signed tokens: each algorithm taken, and every way round the signature that RFC 8725 names."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from chatd.auth.jwk import ALGORITHMS, from_public, from_secret
from chatd.auth.jws import LONGEST, MOST_TRIED, BadToken, Keys
from tests.auth.keys import EC, ED, RSA, SIGNERS, b64, jwk, key, raw, sign, token, verify_signature

CLAIMS = {"sub": "42"}
ALL = Keys(key(alg, alg.lower()) for alg in ALGORITHMS)


def refused(text: str, keys: Keys = ALL, algorithms: tuple[str, ...] = ALGORITHMS) -> str:
    with pytest.raises(BadToken) as caught:
        verify_signature(text, keys, algorithms)
    return caught.value.about


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_each_algorithm_is_taken_with_its_own_key(alg: str) -> None:
    made = token(alg, CLAIMS)
    assert json.loads(verify_signature(made, Keys([key(alg)]), [alg])) == CLAIMS
    assert refused(made, ALL, tuple(set(ALGORITHMS) - {alg})) == "alg"
    others = Keys(key(other) for other in ALGORITHMS if other != alg)
    assert refused(made, others) == "kid"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_changed_byte_anywhere_is_refused(alg: str) -> None:
    made = token(alg, CLAIMS)
    keys = Keys([key(alg)])
    for at in range(0, len(made), 7):
        if made[at] != ".":
            other = made[:at] + ("A" if made[at] != "A" else "B") + made[at + 1 :]
            refused(other, keys)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 1, ["RS256"], {}])
def test_no_algorithm_is_none(alg: Any) -> None:
    head = b64(json.dumps({"alg": alg}).encode())
    assert refused(f"{head}.{b64(b'{}')}.") == "alg"
    assert refused(f"{head}.{b64(b'{}')}.{b64(b'x' * 32)}") == "alg"
    without = b64(b'{"typ":"JWT"}')
    assert refused(f"{without}.{b64(b'{}')}.") == "alg"


@pytest.mark.parametrize(
    "said",
    ["hs256", "Hs256", "HS256 ", " HS256", "HS256\0", "ＨＳ256", "HS384", "ES256K", "ED25519"],
)
def test_an_algorithm_is_taken_to_the_letter(said: str) -> None:
    head = json.dumps({"alg": said}).encode()
    assert refused(raw("HS256", head, b"{}")) == "alg"


def _public_texts() -> list[bytes]:
    found = []
    for private in (RSA, EC, ED):
        public = private.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        found += [pem, pem.strip(), der]
    return [*found, *(json.dumps(jwk(alg)).encode() for alg in ("RS256", "ES256", "EdDSA"))]


@pytest.mark.parametrize("secret", _public_texts(), ids=range(12))
@pytest.mark.parametrize("kid", [None, "rs256", "es256", "eddsa"])
def test_a_public_key_is_no_secret_to_sign_with(secret: bytes, kid: str | None) -> None:
    head = {"alg": "HS256"} if kid is None else {"alg": "HS256", "kid": kid}
    forged = raw("HS256", json.dumps(head).encode(), b"{}", secret)
    assert refused(forged) in ("signature", "kid")
    assert refused(forged, Keys([key("RS256", "rs256"), key("ES256"), key("EdDSA")])) == "kid"


@pytest.mark.parametrize(
    ("made_with", "said"), [("RS256", "PS256"), ("PS256", "RS256"), ("ES256", "EdDSA")]
)
def test_a_signature_of_one_algorithm_is_none_of_another(made_with: str, said: str) -> None:
    head = json.dumps({"alg": said}).encode()
    assert refused(raw(made_with, head, b"{}")) == "signature"


def test_a_key_that_the_token_brings_along_is_not_looked_at() -> None:
    own = rsa.generate_private_key(65537, 2048)
    mine = from_public(own.public_key(), "RS256")
    as_jwk = {**jwk("RS256"), "n": b64(own.public_key().public_numbers().n.to_bytes(256, "big"))}
    for brought in (
        {"jwk": as_jwk},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["MIIB"]},
        {"jwk": as_jwk, "kid": "rs256"},
    ):
        head = json.dumps({"alg": "RS256", **brought}).encode()
        forged = raw("RS256", head, b"{}", own)
        assert refused(forged) == "signature"
        # It is the key that is wrong, and nothing else of the token.
        assert verify_signature(forged, Keys([mine]), ["RS256"]) == b"{}"


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/dev/null",
        "x' UNION SELECT 'key' --",
        "rs256\0",
        "RS256",
        "rs256 ",
        "ｒs256",
        "x" * 5000,
        "",
        7,
        None,
        ["rs256"],
        {"kid": "rs256"},
        True,
    ],
)
def test_the_name_of_a_key_is_compared_and_nothing_else(kid: Any) -> None:
    made = token("RS256", CLAIMS, kid=kid)
    if kid is None:  # the same as none: all keys of the algorithm
        assert verify_signature(made, ALL, ALGORITHMS)
    else:
        assert refused(made) == "kid"


def test_of_two_keys_the_named_one_is_taken_and_without_a_name_any() -> None:
    other = from_secret(b"another secret of thirty-two bytes or more", "new")
    keys = Keys([key("HS256", "old"), other])
    for kid, fits in (("old", True), ("new", False), ("neither", False)):
        made = token("HS256", CLAIMS, kid=kid)
        if fits:
            assert verify_signature(made, keys, ["HS256"])
        else:
            refused(made, keys)
    assert verify_signature(token("HS256", CLAIMS), keys, ["HS256"])
    assert refused(token("HS256", CLAIMS), Keys([other])) == "signature"


def test_a_token_is_tried_with_so_many_keys_and_no_more() -> None:
    others = [from_secret(f"{number:02}".encode() * 8 + SIGNERS["HS256"]) for number in range(9)]
    made = token("HS256", CLAIMS)
    assert verify_signature(made, Keys([*others[: MOST_TRIED - 1], key("HS256")]), ["HS256"])
    assert refused(made, Keys([*others[:MOST_TRIED], key("HS256")])) == "signature"


@pytest.mark.parametrize(
    "more",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": None},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
    ],
)
def test_what_asks_for_rules_of_its_own_is_refused(more: dict[str, Any]) -> None:
    assert refused(token("HS256", CLAIMS, **more)) == "crit"


@pytest.mark.parametrize(
    "head",
    [
        b'{"alg":"none","alg":"HS256"}',
        b'{"alg":"HS256","alg":"HS256"}',
        b'{"alg":"HS256","a\\u006cg":"none"}',
        b'{"alg":"HS256","x":{"y":1,"y":2}}',
        b'{"alg":"HS256","x":NaN}',
        b'{"alg":"HS256","x":Infinity}',
        b'{"alg":"HS256","x":1e999}',
        b'{"alg":"HS256","x":' + b"9" * 5000 + b"}",
        b'{"alg":"HS256","x":"\\ud800"}',
        b'{"alg":"HS256","x":"\xff"}',
        b'{"alg":"HS256","x":' + b"[" * 3000 + b"]" * 3000 + b"}",
        b'{"alg":"HS256","x":' + b'{"a":' * 17 + b"1" + b"}" * 17 + b"}",
        b'\xef\xbb\xbf{"alg":"HS256"}',
        b'{"alg":"HS256"}{}',
        b'{"alg":"HS256"} x',
        b"{'alg':'HS256'}",
        b'["HS256"]',
        b'"HS256"',
        b"null",
        b"",
        b'{"alg":"HS256"}'.decode().encode("utf-16"),
    ],
)
def test_a_header_on_which_readers_might_disagree_is_refused(head: bytes) -> None:
    assert refused(raw("HS256", head, b"{}")) == "token"


def _spoilt(made: str) -> list[str]:
    head, payload, signature = made.split(".")
    last = signature[-1]
    # The last letter of 32 bytes carries two bits that mean nothing.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = letters[letters.index(last) ^ 1]
    return [
        f" {made}",
        f"{made}\n",
        f"{made}=",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload[:4]}\n{payload[4:]}.{signature}",
        f"{head}.{payload[:4]} {payload[4:]}.{signature}",
        f"{head}.{payload}.{signature[:-1]}{twin}",
        f"{head}.{payload}.{signature}A",
        f"{head}.{payload}.{signature.replace('-', '+').replace('_', '/')}+",
        f"{head}..{signature}",
        f"{head}.{payload}",
        f"{head}.{payload}.",
        f"{made}.",
        f".{made}",
        f"{made}.{signature}",
        made.replace(".", "．"),
        json.dumps({"protected": head, "payload": payload, "signature": signature}),
        "",
        ".",
        "..",
        "...",
    ]


@pytest.mark.parametrize("number", range(21))
def test_a_token_is_written_in_the_one_way_that_there_is(number: int) -> None:
    made = token("HS256", CLAIMS)
    assert verify_signature(made, ALL, ALGORITHMS)
    assert refused(_spoilt(made)[number]) in ("token", "signature")


def test_the_length_is_looked_at_before_anything_else() -> None:
    fits = token("HS256", {"x": "y" * 9000})
    assert verify_signature(fits, ALL, ALGORITHMS)
    with pytest.raises(BadToken, match="more than 8192 bytes"):
        verify_signature(fits, ALL, ALGORITHMS, 8192)
    assert refused("x" * (LONGEST + 1)) == "token"


@pytest.mark.parametrize("length", [0, 1, 63, 65, 70, 71, 72])
def test_a_signature_of_p256_has_64_bytes(length: int) -> None:
    head, payload, _ = token("ES256", CLAIMS).split(".")
    good = sign("ES256", f"{head}.{payload}".encode())
    refused(f"{head}.{payload}.{b64((good * 2)[:length])}")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for r in (0, 1, order - 1, order):
        for s in (0, 1, order - 1, order):
            forged = b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
            assert refused(f"{head}.{payload}.{forged}") == "signature"


@given(st.one_of(st.text(), st.binary().map(lambda data: base64.b64encode(data).decode())))
def test_nothing_that_is_sent_is_taken_or_raises_anything_else(text: str) -> None:
    for made in (text, f"{text}.{text}.{text}", token("HS256", CLAIMS) + text[:1] + "x"):
        refused(made)
