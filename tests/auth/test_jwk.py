"""Keys: bound to one algorithm, and refused where they are weak or for something else."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatd.auth.jwk import (
    ALGORITHMS,
    BadKey,
    base64url,
    from_jwk,
    from_pem,
    from_public,
    from_secret,
)
from tests.auth.keys import EC, ED, RSA, SECRET, b64, jwk

P = 2**255 - 19


def refused(key: dict[str, Any]) -> str:
    with pytest.raises(BadKey) as caught:
        from_jwk(key)
    return str(caught.value)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_jwk_is_bound_to_its_algorithm(alg: str) -> None:
    key = from_jwk(jwk(alg, kid="one", use="sig", key_ops=["verify"]))
    assert (key.alg, key.kid) == (alg, "one")
    assert SECRET.decode() not in repr(key)


def test_without_an_algorithm_its_kind_decides() -> None:
    kinds = {"RS256": "RS256", "PS256": "RS256", "ES256": "ES256", "EdDSA": "EdDSA"}
    for made, expected in kinds.items():
        said = jwk(made)
        del said["alg"]
        assert from_jwk(said).alg == expected


@pytest.mark.parametrize(
    ("alg", "said", "why"),
    [
        ("RS256", {"alg": "ES256"}, "it is for RS256 or PS256"),
        ("RS256", {"alg": "HS256"}, "it is for RS256 or PS256"),
        ("ES256", {"alg": "RS256"}, "it is for ES256"),
        ("HS256", {"alg": "RS256"}, "a secret is for HS256"),
        ("RS256", {"alg": "RS512"}, "its alg is none of"),
        ("RS256", {"alg": "none"}, "its alg is none of"),
        ("RS256", {"alg": 7}, "its alg is none of"),
        ("RS256", {"use": "enc"}, "its use is not sig"),
        ("RS256", {"use": None}, "its use is not sig"),
        ("RS256", {"key_ops": ["sign"]}, "do not name verify"),
        ("RS256", {"key_ops": "verify"}, "do not name verify"),
        ("RS256", {"key_ops": []}, "do not name verify"),
        ("RS256", {"kid": ""}, "its kid is not a text"),
        ("RS256", {"kid": 1}, "its kid is not a text"),
        ("RS256", {"kid": "x" * 201}, "its kid is not a text"),
        ("RS256", {"kid": "a\nb"}, "its kid is not a text"),
        ("RS256", {"d": "AQAB"}, "the signer's own part (d)"),
        ("RS256", {"kty": "oct"}, "a secret is for HS256"),
        ("RS256", {"kty": "XYZ"}, "its kty is none of"),
        ("RS256", {"kty": None}, "its kty is none of"),
        ("RS256", {"kty": ["RSA"]}, "its kty is none of"),
        ("RS256", {"e": "AQ"}, "its numbers make no such key"),
        ("RS256", {"e": "Aw"}, "its public exponent"),
        ("RS256", {"e": b64((65536).to_bytes(3, "big"))}, "its "),
        ("RS256", {"e": b64(bytes([1] * 9))}, "its "),
        ("RS256", {"e": ""}, "its e is not base64url"),
        ("RS256", {"e": "AQAB="}, "its e is not base64url"),
        ("RS256", {"n": 5}, "its n is not base64url"),
        ("RS256", {"n": b64(bytes([255] * 128))}, "from 2048 to 8192 bits, and this one has 1024"),
        ("RS256", {"n": b64(bytes([255] * 2048))}, "and this one has 16384"),
        ("ES256", {"crv": "P-384"}, "the curve P-256"),
        ("ES256", {"crv": "secp256k1"}, "the curve P-256"),
        ("ES256", {"x": b64(bytes(31))}, "does not have 32 bytes"),
        ("ES256", {"x": b64(bytes(32)), "y": b64(bytes(32))}, "make no such key"),
        ("ES256", {"x": b64(bytes([255] * 32))}, "make no such key"),
        ("EdDSA", {"crv": "Ed448"}, "the curve Ed25519"),
        ("EdDSA", {"crv": "X25519"}, "the curve Ed25519"),
        ("EdDSA", {"x": b64(bytes(33))}, "does not have 32 bytes"),
        ("HS256", {"k": b64(SECRET[:31])}, "it holds 31 bytes"),
        ("HS256", {"k": b64(bytes(32))}, "it can be guessed"),
        ("HS256", {"k": b64(SECRET * 40)}, "more than 1024 bytes"),
    ],
)
def test_a_key_that_is_weak_or_for_something_else_is_refused(
    alg: str, said: dict[str, Any], why: str
) -> None:
    assert why in refused({**jwk(alg), **said})


@pytest.mark.parametrize(
    "private",
    [
        rsa.generate_private_key(65537, 1024),
        rsa.generate_private_key(3, 2048),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ed448.Ed448PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
        dsa.generate_private_key(2048),
    ],
)
def test_a_pem_of_another_kind_is_refused(private: Any) -> None:
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(BadKey):
        from_pem(pem, None, None)


def test_a_pem_is_a_public_key_and_no_secret() -> None:
    for private, alg in ((RSA, "PS256"), (EC, "ES256"), (ED, "EdDSA")):
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        assert from_pem(pem, alg, "one").alg == alg
        with pytest.raises(BadKey, match="no secret"):
            from_secret(pem)
        with pytest.raises(BadKey, match="not for 'HS256'"):
            from_pem(pem, "HS256", "one")
    with pytest.raises(BadKey, match="no public key in PEM"):
        from_pem(b"what is this", None, None)


def _double(y: int, x: int) -> tuple[int, int]:
    """RFC 8032 §5.1.4, on affine coordinates."""
    d = -121665 * pow(121666, -1, P) % P
    both = d * x * x * y * y % P
    return (
        (y * y + x * x) * pow(1 - both, -1, P) % P,
        2 * x * y * pow(1 + both, -1, P) % P,
    )


def _points_of_small_order() -> list[int]:
    """The y of all points that come to the neutral one when doubled three times."""
    d = -121665 * pow(121666, -1, P) % P
    found = {0, 1, P - 1}
    # Of order 8: doubled, their y is 0, so y² = -x²; with the curve's equation y⁴ d + 2 y² = 1.
    root = pow((1 + d) % P, (P + 3) // 8, P)
    for sqrt in (root, root * pow(2, (P - 1) // 4, P) % P):
        for sign in (1, -1):
            square = (-1 + sign * sqrt) * pow(d, -1, P) % P
            y = pow(square, (P + 3) // 8, P)
            for each in (y, y * pow(2, (P - 1) // 4, P) % P):
                if each * each % P == square and (d * square * square + 2 * square - 1) % P == 0:
                    found |= {each, P - each}
    return sorted(found)


def test_points_of_small_order_are_refused_however_they_are_written() -> None:
    found = _points_of_small_order()
    assert len(found) == 5
    for y in found:
        for value in (y, y + P):
            for sign in (0, 2**255):
                if value < 2**255:
                    x = b64((value | sign).to_bytes(32, "little"))
                    assert "small order" in refused({**jwk("EdDSA"), "x": x})


def test_another_key_has_another_thumbprint_whatever_its_name() -> None:
    prints = {from_jwk(jwk(alg)).print for alg in ALGORITHMS if alg != "PS256"}
    assert len(prints) == 4
    assert from_jwk(jwk("RS256", kid="a")).print == from_jwk(jwk("RS256", kid="b")).print
    # RFC 7638 §3.1
    example = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6t"
        "Soc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65"
        "YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrd"
        "kt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnq"
        "DKgw",
        "e": "AQAB",
    }
    assert from_jwk(example).print == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_base64url_has_one_way_to_write_it() -> None:
    assert base64url("") == b""
    assert base64url("AA") == b"\0"
    for text in ("A", "AB", "AAB", "AA==", "A+", "A/", "A A", "AA\n", "é"):
        assert base64url(text) is None


def test_only_keys_that_verify_are_taken() -> None:
    with pytest.raises(BadKey, match="not a key of"):
        from_public(RSA)
