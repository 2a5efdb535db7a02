"""The second step of signing in: who has taken the first, and what they may show next.

The first is the password, or a provider's word. The step is kept in memory for ten minutes, under a
secret of 256 bits that was given only to whoever took the first; a restart forgets it, and they
begin again. It is of no use once the password, or anything else about how the account is entered,
has changed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from chatd.auth.credentials import Along, Whence, new_secret
from chatd.core.codes import Code
from chatd.core.expiring import ExpiringMap
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock, Random

STEP_PREFIX: Final = "chatd_l_"
LIFETIME_MS: Final = 600_000
MOST: Final = 10_000
#: For one account: each of several tabs can go on; the oldest gives way.
MOST_EACH: Final = 5
#: Wrong answers until one has to begin again, with the first step.
TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """What the page is told: the ``secret``, what is accepted (`code`, `passkey`, `recovery`), and
    the end in Unix ms."""

    secret: str
    ways: tuple[str, ...]
    expires: int


@dataclass(frozen=True, slots=True)
class Word:
    """A provider's word as the first step. ``along``: what is stored together with the session;
    ``arrived`` is awaited once there is one."""

    issuer: str
    subject: str
    sid: str
    along: Along
    arrived: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Begun:
    """``password`` is the account's PHC string when the step began; ``device`` the known device
    that showed it, None for a stranger's. ``word``: a provider's, if that was the first step.
    ``ends`` in Unix ms."""

    user: str
    password: str | None
    whence: Whence
    device: str | None
    word: Word | None = None
    ends: int = 0
    wrong: int = 0


class Steps:
    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._begun: ExpiringMap[str, Begun] = ExpiringMap(MOST)
        #: by account, in the order in which they began
        self._of: dict[str, list[str]] = {}

    def begin(self, begun: Begun, ways: tuple[str, ...]) -> Step:
        now = self._clock.now()
        self._forget_ended(now)
        secret = new_secret(STEP_PREFIX, self._random)
        begun.ends = self._clock.wall() + LIFETIME_MS
        self._begun.put(secret, begun, now + LIFETIME_MS / 1000, now)
        held = self._of.setdefault(begun.user, [])
        held.append(secret)
        if len(held) > MOST_EACH:
            self.end(held[0])
        return Step(secret, ways, begun.ends)

    def find(self, secret: str) -> Begun:
        """`unauthorized` if nobody with this secret has taken the first step lately."""
        begun = self._begun.get(secret, self._clock.now())
        if begun is None:
            raise over()
        return begun

    def wrong(self, secret: str) -> None:
        """One more wrong answer; after a few, it is over."""
        begun = self._begun.get(secret, self._clock.now())
        if begun is not None:
            begun.wrong += 1
            if begun.wrong >= TRIES:
                self.end(secret)

    def end(self, secret: str) -> bool:
        """Whether there was one: if two complete it, one of them does."""
        now = self._clock.now()
        self._forget_ended(now)
        begun = self._begun.pop(secret, now)
        if begun is not None:
            self._drop(begun.user, secret)
        return begun is not None

    def end_all(self, user: str) -> None:
        """For one account: how it is entered has changed."""
        for secret in tuple(self._of.get(user, ())):
            self.end(secret)

    def end_vouched(self, issuer: str, subject: str | None, sid: str | None) -> None:
        """Those that rest on a provider's word about a subject, a session of its own, or both: it
        no longer holds."""
        for secret, begun in self._begun.live(self._clock.now()):
            word = begun.word
            if word is None or word.issuer != issuer:
                continue
            if subject in (None, word.subject) and sid in (None, word.sid):
                self.end(secret)

    def _forget_ended(self, now: float) -> None:
        for secret, begun in self._begun.expire(now):
            self._drop(begun.user, secret)

    def _drop(self, user: str, secret: str) -> None:
        held = self._of[user]
        held.remove(secret)
        if not held:
            del self._of[user]


def over() -> Refusal:
    return Refusal(Code.UNAUTHORIZED, "Signing in took too long or was ended; begin again.")
