"""What this server gives a browser to keep for a while: nobody else can read, change or make it."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chatd.engine.ports import Clock, Random

NONCE = 12

T = TypeVar("T", bound=msgspec.Struct)


class Sealed(Generic[T]):
    """Seals values of one ``kind`` with AES-GCM, under a key of the server's that serves this
    ``purpose`` alone. Random nonces are good for 2^32 values (NIST SP 800-38D §8.3)."""

    def __init__(
        self, key: bytes, purpose: str, kind: type[T], clock: Clock, random: Random
    ) -> None:
        derived = hmac.digest(key, b"chatd sealed 1\0" + purpose.encode("ascii"), hashlib.sha256)
        self._cipher = AESGCM(derived)
        self._purpose = purpose.encode("ascii")
        self._clock = clock
        self._random = random
        self._decoder = msgspec.json.Decoder(tuple[int, kind])  # type: ignore[valid-type]

    def seal(self, value: T, seconds: int) -> str:
        """Text for a cookie, good for ``seconds``."""
        ends = self._clock.wall() + seconds * 1000
        nonce = self._random(NONCE)
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode((ends, value)), self._purpose)
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode("ascii")

    def open(self, text: str) -> T | None:
        """None if it was not sealed here and for this, or is too old."""
        try:
            data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            opened = self._cipher.decrypt(data[:NONCE], data[NONCE:], self._purpose)
            # If it was sealed before an upgrade, it may have another form.
            ends, value = self._decoder.decode(opened)
        except (ValueError, InvalidTag):
            return None
        return value if self._clock.wall() < ends else None
