"""Seeds of one-time codes, sealed before they are stored: the database alone gives nobody any.

The key is derived from the server's own (`accounts.secret_file`) by HKDF-SHA256 (RFC 5869), so
there is no second secret to keep. AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits; the
account's id goes in as associated data, so that a sealed seed is of no use in another row.

    sealed = version (1 byte) | which key (4 bytes) | nonce (12) | ciphertext and tag
"""

import hashlib
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chatd.engine.ports import Random

VERSION: Final = b"\1"
NAME_BYTES: Final = 4
NONCE_BYTES: Final = 12


class WrongKey(Exception):
    """It was sealed with a key that is not here, or is not what was sealed."""


def derived(server_key: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose, which give away neither the server's key nor other purposes'."""
    return HKDF(SHA256(), 32, salt=None, info=b"chatd " + purpose).derive(server_key)


class Sealer:
    """Seals with the first of ``server_keys``; opens with any of them."""

    def __init__(self, *server_keys: bytes, random: Random = secrets.token_bytes) -> None:
        keys = [derived(key, b"totp seed 1") for key in server_keys]
        self._random = random
        self._keys = {_name(key): AESGCM(key) for key in reversed(keys)}
        self._present = _name(keys[0])

    def seal(self, content: bytes, owner: str) -> bytes:
        nonce = self._random(NONCE_BYTES)
        sealed = self._keys[self._present].encrypt(nonce, content, owner.encode())
        return VERSION + self._present + nonce + sealed

    def open(self, sealed: bytes, owner: str) -> bytes:
        """What was sealed for ``owner``, otherwise `WrongKey`."""
        name, nonce, rest = sealed[1:5], sealed[5:17], sealed[17:]
        key = self._keys.get(name)
        if sealed[:1] != VERSION or key is None:
            raise WrongKey("sealed with another key than accounts.secret_file and the old one")
        try:
            return key.decrypt(nonce, rest, owner.encode())
        except InvalidTag:
            raise WrongKey("not what was sealed for this account") from None

    def is_old(self, sealed: bytes) -> bool:
        """Whether it was sealed with a key other than today's."""
        return sealed[1 : 1 + NAME_BYTES] != self._present


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"chatd name of a key\0" + key).digest()[:NAME_BYTES]
