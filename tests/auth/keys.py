"""Keys of every kind that tokens are signed with, made once, and tokens put together by hand."""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from chatd.auth.jwk import Key, from_public, from_secret
from chatd.auth.jws import LONGEST, Keys, signer, split

SECRET = b"0123456789abcdefghijklmnopqrstuvwxyz"
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()

#: By algorithm: what signs with it.
SIGNERS: dict[str, Any] = {"HS256": SECRET, "RS256": RSA, "PS256": RSA, "ES256": EC, "EdDSA": ED}


def key(alg: str, kid: str | None = None) -> Key:
    """What verifies with the algorithm."""
    if alg == "HS256":
        return from_secret(SECRET, kid)
    return from_public(SIGNERS[alg].public_key(), alg, kid)


def jwk(alg: str, **more: Any) -> dict[str, Any]:
    """The public key as a JWK."""
    made: dict[str, Any] = jwt.algorithms.get_default_algorithms()[alg].to_jwk(
        SIGNERS[alg] if alg == "HS256" else SIGNERS[alg].public_key(), as_dict=True
    )
    made.pop("key_ops", None)
    return {**made, "alg": alg, **more}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(alg: str, header: bytes, payload: bytes, signer: Any = None) -> str:
    """A token of these very bytes, signed with ``alg`` whatever the header says."""
    content = f"{b64(header)}.{b64(payload)}"
    return f"{content}.{b64(sign(alg, content.encode(), signer))}"


def sign(alg: str, content: bytes, signer: Any = None) -> bytes:
    using = SIGNERS[alg] if signer is None else signer
    if alg == "HS256":
        return hmac.digest(using, content, hashlib.sha256)
    signed: bytes = jwt.algorithms.get_default_algorithms()[alg].sign(content, using)
    return signed


def token(alg: str, claims: dict[str, Any], **header: Any) -> str:
    said = {"alg": alg, "typ": "JWT", **header}
    return raw(alg, json.dumps(said).encode(), json.dumps(claims).encode())


def verify_signature(
    token: str, keys: Keys, algorithms: Collection[str], longest: int = LONGEST
) -> bytes:
    """The payload of a token that one of ``keys`` signed. `BadToken`."""
    taken = split(token, longest)
    signer(taken, keys, algorithms)
    return taken.payload
