"""The browser's end of Web Push, written from the RFCs and with nothing of chatd in it."""

import hmac
import os
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Subscribed:
    """The keys of one subscription."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey | None = None, auth: bytes | None = None
    ) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.auth = auth or os.urandom(16)
        self.point = self.key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    @property
    def told(self) -> dict[str, str]:
        """As `PushSubscription.toJSON().keys` has them."""
        return {"p256dh": url64(self.point), "auth": url64(self.auth)}

    def opened(self, body: bytes) -> bytes:
        """The text in a body; AssertionError or InvalidTag where it is not as RFC 8291 has it."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        assert length == 65, "the key's id is the sender's point"
        theirs, sealed = body[21:86], body[86:]
        assert 18 <= len(sealed) <= size <= 4096, "one record, of at most 4096 bytes"
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self.key.exchange(ec.ECDH(), point)
        first = _extract(self.auth, shared)
        material = _expand(first, b"WebPush: info\x00" + self.point + theirs, 32)
        second = _extract(salt, material)
        key = _expand(second, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _expand(second, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None)
        text = padded.rstrip(b"\x00")
        assert text.endswith(b"\x02"), "the last record ends with 2"
        return text[:-1]


def url64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _extract(salt: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, material, sha256)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return hmac.digest(key, info + b"\x01", sha256)[:length]
