"""A key that tokens are verified with (RFC 7517), bound to one algorithm (RFC 8725 §3.1, §3.2).

A key is checked for being too weak, or meant for something else, once, when it is read, and not
when a token comes.
"""

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

ALGORITHMS: Final = ("HS256", "RS256", "PS256", "ES256", "EdDSA")
#: Bytes of a secret: the fewest (RFC 7518 §3.2), and more than anybody needs.
SHORTEST_SECRET: Final = 32
LONGEST_SECRET: Final = 1024
#: Bits of an RSA modulus: RFC 7518 §3.3, and what would take too long to compute with.
RSA_BITS: Final = range(2048, 8193)
#: Most code points of a key's name.
KID: Final = 200
#: The y of Ed25519's points of small order: with such a key one signature fits every message.
_ORDER: Final = 2**255 - 19
_Y8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL: Final = frozenset((0, 1, _ORDER - 1, _Y8, _ORDER - _Y8))

Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class BadKey(ValueError):
    """A key that cannot be had, is too weak, or is for something else; a sentence says which."""


@dataclass(frozen=True, slots=True)
class Key:
    """``material`` is a secret for HS256, otherwise the public key. ``kid`` None: it has no name.
    ``print`` is its thumbprint (RFC 7638): another key has another. ``issuer``: the only one whose
    tokens it may sign; None if that is said elsewhere."""

    alg: str
    material: bytes | Public = field(repr=False)
    kid: str | None
    print: str
    issuer: str | None = None


def from_secret(secret: bytes, kid: str | None = None, issuer: str | None = None) -> Key:
    """A key for HS256. `BadKey`."""
    if len(secret) < SHORTEST_SECRET:
        raise BadKey(
            f"it holds {len(secret)} bytes, and HS256 takes at least {SHORTEST_SECRET}"
            " (RFC 7518 §3.2)"
        )
    if len(secret) > LONGEST_SECRET:
        raise BadKey(f"it holds more than {LONGEST_SECRET} bytes")
    if b"-----BEGIN" in secret or secret.startswith((b"ssh-", b"ecdsa-")):
        raise BadKey("it is a public or private key in a file, and no secret for HS256")
    if len(set(secret)) < 10:
        raise BadKey("it can be guessed")
    return Key("HS256", secret, kid, _thumbprint({"k": _base64(secret), "kty": "oct"}), issuer)


def from_public(
    key: object, alg: str | None = None, kid: str | None = None, issuer: str | None = None
) -> Key:
    """A public key for ``alg``; None: RS256, ES256 or EdDSA, depending on its kind. `BadKey`."""
    fits: tuple[str, ...]
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        if key.key_size not in RSA_BITS:
            raise BadKey(
                f"an RSA key has from {RSA_BITS.start} to {RSA_BITS.stop - 1} bits, and this one"
                f" has {key.key_size}"
            )
        if not 2**16 < numbers.e < 2**32 or not numbers.e & 1 or not numbers.n & 1:
            raise BadKey("its public exponent is not 65537 or an odd one somewhat larger")
        fits = ("RS256", "PS256")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name != "secp256r1":
            raise BadKey(f"ES256 takes the curve P-256, and this key is of {key.curve.name}")
        fits = ("ES256",)
    elif isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        if (int.from_bytes(raw, "little") & (2**255 - 1)) % _ORDER in _SMALL:
            raise BadKey("its point is of small order: anybody could sign for it")
        fits = ("EdDSA",)
    else:
        raise BadKey("it is not a key of RSA, P-256 or Ed25519")
    if alg is not None and alg not in fits:
        raise BadKey(f"it is for {' or '.join(fits)}, and not for {alg[:20]!r}")
    return Key(alg or fits[0], key, kid, _thumbprint(_members(key)), issuer)


def public_jwk(key: object, alg: str | None, kid: str) -> dict[str, str]:
    """A public key as a JWK for verifying with ``alg``, as in `from_public`. `BadKey`."""
    made = from_public(key, alg)
    return {**_members(key), "alg": made.alg, "use": "sig", "kid": kid}


def from_pem(text: bytes, alg: str | None, kid: str | None, issuer: str | None = None) -> Key:
    """A public key from a PEM file. `BadKey`."""
    try:
        return from_public(load_pem_public_key(text), alg, kid, issuer)
    except BadKey:
        raise
    except Exception:
        # cryptography names its errors after what it tripped over.
        raise BadKey("it holds no public key in PEM (-----BEGIN PUBLIC KEY-----)") from None


def from_jwk(jwk: Mapping[str, Any], issuer: str | None = None) -> Key:
    """The key that a JWK holds for verifying. If it says what it is for, it must say that it is for
    this (``use``, ``key_ops``); if it holds what only the signer may have, it is refused: that is
    no longer a secret. `BadKey`."""
    kid, alg = jwk.get("kid"), jwk.get("alg")
    if kid is not None and not is_kid(kid):
        raise BadKey(f"its kid is not a text of 1 to {KID} characters")
    if alg is not None and alg not in ALGORITHMS:
        raise BadKey(f"its alg is none of {', '.join(ALGORITHMS)}")
    if jwk.get("use", "sig") != "sig":
        raise BadKey("its use is not sig")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise BadKey("its key_ops do not name verify")
    kind = jwk.get("kty")
    if kind == "oct":
        if alg not in (None, "HS256"):
            raise BadKey(f"a secret is for HS256, and not for {alg}")
        return from_secret(_bytes(jwk, "k"), kid, issuer)
    if private := sorted({"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & jwk.keys()):
        raise BadKey(f"it holds the signer's own part ({', '.join(private)})")
    build = _KINDS.get(kind) if isinstance(kind, str) else None
    if build is None:
        raise BadKey("its kty is none of oct, RSA, EC and OKP")
    return from_public(build(jwk), alg, kid, issuer)


def is_kid(value: object) -> bool:
    """Whether it can be a key's name. It is compared with names, and used for nothing else."""
    return isinstance(value, str) and 1 <= len(value) <= KID and value.isprintable()


def base64url(text: str) -> bytes | None:
    """What ``text`` stands for, without padding (RFC 7515 §2); None unless it is written in the
    only valid way (RFC 4648 §3.5)."""
    if re.fullmatch("[A-Za-z0-9_-]*", text) is None or len(text) % 4 == 1:
        return None
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return data if _base64(data) == text else None


def _built_rsa(jwk: Mapping[str, Any]) -> object:
    n, e = (int.from_bytes(_bytes(jwk, name), "big") for name in ("n", "e"))
    if n.bit_length() not in RSA_BITS:
        raise BadKey(
            f"an RSA key has from {RSA_BITS.start} to {RSA_BITS.stop - 1} bits, and this one has"
            f" {n.bit_length()}"
        )
    return _tried(lambda: rsa.RSAPublicNumbers(e, n).public_key())


def _built_ec(jwk: Mapping[str, Any]) -> object:
    if jwk.get("crv") != "P-256":
        raise BadKey("ES256 takes the curve P-256")
    x, y = (_whole(jwk, name, 32) for name in ("x", "y"))
    curve = ec.SECP256R1()
    return _tried(
        lambda: ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve
        ).public_key()
    )


def _built_okp(jwk: Mapping[str, Any]) -> object:
    if jwk.get("crv") != "Ed25519":
        raise BadKey("EdDSA takes the curve Ed25519")
    x = _whole(jwk, "x", 32)
    return _tried(lambda: ed25519.Ed25519PublicKey.from_public_bytes(x))


_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], object]]] = {
    "RSA": _built_rsa,
    "EC": _built_ec,
    "OKP": _built_okp,
}


def _tried(build: Callable[[], object]) -> object:
    try:
        return build()
    except Exception:
        raise BadKey("its numbers make no such key") from None


def _bytes(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk.get(name)
    data = base64url(value) if isinstance(value, str) else None
    if not data:
        raise BadKey(f"its {name} is not base64url")
    return data


def _whole(jwk: Mapping[str, Any], name: str, size: int) -> bytes:
    """A coordinate, written in full (RFC 7518 §6.2.1.2, RFC 8037 §2)."""
    data = _bytes(jwk, name)
    if len(data) != size:
        raise BadKey(f"its {name} does not have {size} bytes")
    return data


def _members(key: object) -> dict[str, str]:
    """The members that make a key that `from_public` accepts, in the order of their names."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    if isinstance(key, ec.EllipticCurvePublicKey):
        point = key.public_numbers()
        x, y = (_base64(each.to_bytes(32, "big")) for each in (point.x, point.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}
    assert isinstance(key, ed25519.Ed25519PublicKey)
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64(raw)}


def _number(value: int) -> str:
    return _base64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638 §3: of the members that make the key, in the order of their names."""
    return _base64(hashlib.sha256(msgspec.json.encode(jwk)).digest())
