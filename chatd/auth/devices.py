"""A program without a browser of its own is let in by somebody who is signed in (RFC 8628).

The program gets two secrets: a long one it polls with, and a short one that its user types, or
follows as a link, into a page where they are signed in. Both are stored as SHA-256. In the end it
gets a bearer token for talking, listed and ended like any other.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from chatd.auth.credentials import AccountStore, Credentials, Issued, digest_of, new_secret
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.expiring import ExpiringMap
from chatd.core.names import title
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import UserRow
from chatd.engine.asking import asked
from chatd.engine.devices import AnswerDevice, CreateDevice, DeviceReads, DeviceRow, TakeDevice
from chatd.engine.ports import Clock, Random
from chatd.engine.unit import Unit

DEVICE_PREFIX: Final = "chatd_d_"
#: No vowels, so no words, and nothing to misread (RFC 8628 §6.1).
ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
LIFETIME_MS: Final = 600_000
#: Seconds between two polls, and what each that comes too early adds to them (§3.5).
INTERVAL: Final = 5
#: How many may wait, in all and of one group of addresses. If too many wait in all, each newcomer
#: takes the place of one of those who take up the most room.
MOST: Final = 1_000
MOST_HERE: Final = 10
#: What a program that was let in may do: talk. Somebody may be talked into following a stranger's
#: link (§5.4): then they lend no administrator's rights, no other tokens and no others' tickets.
SCOPES: Final = frozenset(
    (
        "chat",
        "messages:read",
        "messages:write",
        "rooms:read",
        "rooms:write",
        "presence:read",
    )
)
#: How often one person may look at codes: at this rate nobody guesses one of 20^8 (§5.1).
GUESSES: Final = Rate(1 / 6, 20)


class DeviceStore(AccountStore, DeviceReads, Protocol):
    """The part of the store that this module uses."""


class NotYet(Exception):
    """No token, for the reason that RFC 8628 §3.5 calls ``error``."""

    def __init__(self, error: str, words: str) -> None:
        super().__init__(words)
        self.error = error
        self.words = words


@dataclass(frozen=True, slots=True)
class Started:
    """``user_code`` is as people see it, XXXX-XXXX; times in seconds."""

    device_code: str
    user_code: str
    expires_in: int
    interval: int


class Devices:
    def __init__(
        self, store: DeviceStore, credentials: Credentials, clock: Clock, random: Random
    ) -> None:
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._random = random
        self._guesses: Buckets[str] = Buckets(GUESSES)
        #: by digest: the seconds to leave between polls, and when the last one came
        self._polls: ExpiringMap[bytes, tuple[float, float]] = ExpiringMap(MOST)

    async def start(self, label: str, address: str, group: str, network: str) -> Started:
        """A program called ``label`` asks to be let in from ``address``, which is counted with
        ``group`` and with ``network``: as many addresses as one person may have."""
        label = title(label, field="label")
        secret = new_secret(DEVICE_PREFIX, self._random)
        digest = digest_of(secret, DEVICE_PREFIX)
        assert digest is not None
        code = self._code()
        now = self._clock.wall()
        change = CreateDevice(
            digest=digest,
            user_digest=_digest(code),
            label=label,
            address=address,
            group=group,
            network=network,
            at=now,
            expires=now + LIFETIME_MS,
            most=MOST,
            most_here=MOST_HERE,
        )
        await self._store.commit(Unit(actor="", changes=(change,)))
        return Started(secret, f"{code[:4]}-{code[4:]}", LIFETIME_MS // 1000, INTERVAL)

    async def check(self, person: str, user_code: str) -> DeviceRow:
        """Who is asking with this code, for the person who is to decide; otherwise `gone`."""
        digest = self._charged(person, user_code)
        row = await self._store.device_asked(digest)
        if row is None or row.expires <= self._clock.wall() or row.person is not None:
            raise _gone()
        return row

    async def answer(self, who: Principal, user_code: str, allow: bool) -> None:
        """They let the program in as themselves, or refuse."""
        digest, now = self._charged(who.user, user_code), self._clock.wall()
        change = AnswerDevice(user_digest=digest, person=who.user, allow=allow, now=now)
        await self._store.commit(asked(who, now, change))

    async def token(self, device_code: str) -> tuple[UserRow, Issued]:
        """The token, once, of whoever let the program in; `NotYet` as long as there is none."""
        digest = digest_of(device_code, DEVICE_PREFIX)
        row = None if digest is None else await self._store.device(digest)
        if row is None or row.expires <= self._clock.wall():
            raise NotYet("expired_token", "The code is too old or was used already; start again.")
        self._pace(row)
        if row.refused:
            raise NotYet("access_denied", "It was not allowed.")
        if row.person is None:
            raise NotYet("authorization_pending", "Nobody has answered yet.")
        user = await self._store.user(row.person)
        if user is None or user.disabled:
            raise NotYet("access_denied", "The account of the one who allowed it is disabled.")
        take = TakeDevice(digest=row.digest, now=self._clock.wall())
        try:
            issued = await self._credentials.new_token(
                user.id, row.label, None, SCOPES, taking=(take,), asker=None
            )
        except Refusal as why:
            if why.code is not Code.GONE:
                raise
            raise NotYet("expired_token", why.message) from None
        return user, issued

    def _pace(self, row: DeviceRow) -> None:
        now = self._clock.now()
        interval, last = self._polls.get(row.digest, now) or (float(INTERVAL), -INTERVAL)
        # A second of grace: networks do not keep the beat.
        early = now - last < interval - 1
        self._polls.expire(now)
        paced = (interval + 5 if early else interval, now)
        with suppress(Refusal):  # no room: then nobody waits any longer than usual
            self._polls.put(row.digest, paced, now + LIFETIME_MS / 1000, now)
        if early:
            raise NotYet("slow_down", "Asked too often; leave five seconds more in between.")

    def _charged(self, person: str, user_code: str) -> bytes:
        if wait := self._guesses.take(person, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED, "Too many codes tried; wait a moment.", retry_after=wait
            )
        code = user_code.upper().replace("-", "").replace(" ", "")
        if len(code) != LENGTH or not set(code) <= set(ALPHABET):
            raise _gone()
        return _digest(code)

    def _code(self) -> str:
        """Unbiased: bytes that would make some letters likelier are thrown away."""
        letters = ""
        while len(letters) < LENGTH:
            letters += "".join(
                ALPHABET[byte % len(ALPHABET)] for byte in self._random(LENGTH) if byte < 240
            )
        return letters[:LENGTH]


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode("ascii")).digest()


def _gone() -> Refusal:
    return Refusal(
        Code.GONE, "No program waits with this code (any more); have it show you a new one."
    )
