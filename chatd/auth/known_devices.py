"""Devices that somebody signed in from before: their tries are counted apart from strangers'.

OWASP's "device cookies": whoever signs in gets a token for that account, which proves only that
this browser was let in once. Somebody who guesses from elsewhere uses up the tries of strangers,
and the owner's browser still has its own. The token says no name: a MAC ties it to one, and nothing
is stored. A stolen one is worth a few tries of its own.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from typing import Final

from chatd.engine.ports import Clock, Random

#: Accounts that one browser is remembered for, the latest first.
MOST: Final = 4
DAYS: Final = 180
DAY_MS: Final = 24 * 3_600_000
_TOKEN = re.compile(r"([0-9a-f]{16})\.([0-9]{13,14})\.([A-Za-z0-9_-]{43})(?![\s\S])")


class KnownDevices:
    def __init__(self, key: bytes, clock: Clock, random: Random) -> None:
        """``key``: 32 bytes of the server's for this purpose alone."""
        self._key = key
        self._clock = clock
        self._random = random

    def known_as(self, held: str, account: str) -> str | None:
        """The name of this device if it is known to ``account``; ``held`` is what it was given, at
        any time and for any account."""
        found = [self._device(token, account) for token in held.split("~")[:MOST]]
        return next((device for device in found if device), None)

    def remembered(self, held: str, account: str) -> str:
        """What the device is to hold from now on: known to ``account``, and to the last few others
        that it was known to."""
        others = [
            token
            for token in held.split("~")[:MOST]
            if _TOKEN.match(token) and not self._device(token, account)
        ]
        return "~".join([self._new(account), *others][:MOST])

    def _new(self, account: str) -> str:
        nonce = self._random(8).hex()
        end = self._clock.wall() + DAYS * DAY_MS
        return f"{nonce}.{end:013d}.{self._mac(nonce, end, account)}"

    def _device(self, token: str, account: str) -> str | None:
        parts = _TOKEN.match(token)
        if parts is None:
            return None
        nonce, end, mac = parts[1], int(parts[2]), parts[3]
        good = hmac.compare_digest(mac, self._mac(nonce, end, account))
        return nonce if good and end > self._clock.wall() else None

    def _mac(self, nonce: str, end: int, account: str) -> str:
        content = f"{nonce}.{end}.{account}".encode("utf-8", "surrogatepass")
        made = hmac.digest(self._key, content, hashlib.sha256)
        return urlsafe_b64encode(made).rstrip(b"=").decode("ascii")
