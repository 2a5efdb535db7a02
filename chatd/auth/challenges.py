"""Challenges for passkeys: good once, for a few minutes, and for one purpose of one person.

A challenge carries its end and a MAC over what it is for, so asking for many takes no memory. Each
start makes a new key, so no challenge outlives the process that could remember it was used. One is
marked as used only after a signature over it was found good: until then whoever shows it has proved
nothing, and could fill the memory with them for free.
"""

import hashlib
import hmac
from typing import Final

from chatd.core.codes import Code
from chatd.core.expiring import ExpiringSet
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock, Random

LIFETIME_MS: Final = 300_000
NONCE_BYTES: Final = 16
END_BYTES: Final = 8
MOST_USED: Final = 100_000


class Challenges:
    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._key = random(32)
        self._used: ExpiringSet[bytes] = ExpiringSet(MOST_USED)

    def issue(self, purpose: str, subject: str) -> bytes:
        """For ``purpose``, such as "login", of ``subject``: a session, a step, "" for anybody."""
        end = self._clock.wall() + LIFETIME_MS
        head = self._random(NONCE_BYTES) + end.to_bytes(END_BYTES, "big")
        return head + self._mac(head, purpose, subject)

    def check(self, challenge: bytes, purpose: str, subject: str) -> None:
        """`unauthorized` if it is not one of ours for this, is too old, or was used."""
        head, mac = challenge[: NONCE_BYTES + END_BYTES], challenge[NONCE_BYTES + END_BYTES :]
        good = hmac.compare_digest(mac, self._mac(head, purpose, subject))
        late = int.from_bytes(head[NONCE_BYTES:], "big") <= self._clock.wall()
        if not good or late or self._used.contains(challenge, self._clock.now()):
            raise Refusal(
                Code.UNAUTHORIZED, "This took too long or was answered already; try again."
            )

    def use(self, challenge: bytes) -> None:
        """It was answered correctly, and cannot be used again. `busy` if too many were used."""
        now = self._clock.now()
        self._used.expire(now)
        self._used.add(challenge, now + LIFETIME_MS / 1000, now)

    def _mac(self, head: bytes, purpose: str, subject: str) -> bytes:
        content = head + purpose.encode() + b"\0" + subject.encode()
        return hmac.digest(self._key, content, hashlib.sha256)
