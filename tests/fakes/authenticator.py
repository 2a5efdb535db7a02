"""An authenticator in software: makes passkeys and signs with them, rightly or as it is told.

The bytes are put together here by WebAuthn §6.1 and RFC 9053, so that what the server reads was not
written by the library it reads with.
"""

import hashlib
import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey. ``counts``: whether it counts its signatures."""

    def __init__(
        self, origin: str, id: bytes = b"passkey-1", *, counts: bool = True, alg: int = -7
    ) -> None:
        self.origin = origin
        self.id = id
        self.handle = b""
        self.count = 1 if counts else 0
        self._counts = counts
        self._alg = alg
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """RegistrationResponseJSON. ``wrong``: see `_client` and `_data`."""
        self.handle = decoded(options["user"]["id"])
        client = self._client("webauthn.create", options["challenge"], wrong)
        data = self._data(wrong.get("rp", options["rp"]["id"]), True, wrong)
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._credential(
            {
                "clientDataJSON": encoded(client),
                "attestationObject": encoded(cbor2.dumps(attestation)),
            }
        )

    def sign(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """AuthenticationResponseJSON."""
        if self._counts and "count" not in wrong:
            self.count += 1
        client = self._client("webauthn.get", options["challenge"], wrong)
        data = self._data(wrong.get("rp", options["rpId"]), False, wrong)
        signed = data + hashlib.sha256(client).digest()
        signature = self._key.sign(signed, ec.ECDSA(SHA256()))
        if wrong.get("signature") == "forged":
            signature = ec.generate_private_key(ec.SECP256R1()).sign(signed, ec.ECDSA(SHA256()))
        return self._credential(
            {
                "clientDataJSON": encoded(client),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
                "userHandle": encoded(wrong.get("handle", self.handle)),
            }
        )

    def _client(self, type: str, challenge: str, wrong: dict[str, Any]) -> bytes:
        """``origin``, ``challenge``, ``type`` and ``cross`` (crossOrigin) as given in ``wrong``."""
        return json.dumps(
            {
                "type": wrong.get("type", type),
                "challenge": wrong.get("challenge", challenge),
                "origin": wrong.get("origin", self.origin),
                "crossOrigin": wrong.get("cross", False),
            }
        ).encode()

    def _data(self, rp: str, attested: bool, wrong: dict[str, Any]) -> bytes:
        """``rp``, ``present``, ``verified`` and ``count`` as given in ``wrong``."""
        flags = 0x01 * wrong.get("present", True) | 0x04 * wrong.get("verified", True)
        flags |= 0x40 * attested
        data = hashlib.sha256(rp.encode()).digest()
        data += struct.pack(">BI", flags, wrong.get("count", self.count))
        if attested:
            point = self._key.public_key().public_numbers()
            key = {
                1: 2,
                3: self._alg,
                -1: 1,
                -2: point.x.to_bytes(32, "big"),
                -3: point.y.to_bytes(32, "big"),
            }
            data += bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(key)
        return data

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        id = encoded(self.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}
