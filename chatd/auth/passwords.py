"""Passwords: which are accepted, and how they are kept (Argon2id, RFC 9106) and checked."""

import secrets
from base64 import b64encode
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from precis_i18n import get_profile

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

MIN_CHARACTERS = 8
MAX_BYTES = 1024
SALT_BYTES = 16
HASH_BYTES = 32
#: Places in the queue that strangers do not get.
RESERVED = 16

T = TypeVar("T")

_OPAQUE = get_profile("OpaqueString")
_COMMON = frozenset(
    line.strip()
    for line in (files("chatd.auth") / "common_passwords.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
)


class RunInThread(Protocol):
    """Runs a function in a thread of a small pool of its own and returns its result.

    It starts the functions in the order of the calls, at most two at a time: that bounds memory.
    """

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs; OWASP's choice with 19 MiB takes about 26 ms of one core."""

    memory_kib: int = 19 * 1024
    passes: int = 2
    lanes: int = 1

    @property
    def prefix(self) -> str:
        """How a PHC string of this cost begins."""
        return f"$argon2id$v=19$m={self.memory_kib},t={self.passes},p={self.lanes}$"

    def phc(self, salt: bytes, hash: bytes) -> str:
        """The PHC string of ``hash``, whatever it was made from."""
        return self.prefix + "$".join(_unpadded(part) for part in (salt, hash))

    def derive(self, password: bytes, salt: bytes) -> str:
        return Argon2id(
            salt=salt,
            length=HASH_BYTES,
            iterations=self.passes,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        ).derive_phc_encoded(password)


class Passwords:
    """Hashes and checks in threads, at most `most` at once, waiting ones included.

    The last places (`RESERVED`) are for people known here. A stranger, an address say, gets one of
    the others as long as more are free than it holds: alone it gets half of them, and the next one
    that becomes free goes to a stranger that holds none.
    """

    def __init__(
        self,
        run_in_thread: RunInThread,
        *,
        cost: Cost | None = None,
        most: int = 2 + 64,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._run = run_in_thread
        self._cost = cost or Cost()
        self._most = most
        self._random = random
        self._running = 0
        self._held: Counter[Hashable] = Counter()
        # Random bytes in place of a hash: checking against it costs the same and never succeeds.
        self._dummy = self._cost.phc(random(SALT_BYTES), random(HASH_BYTES))

    async def hash(self, password: str, name: str = "", stranger: Hashable = None) -> str:
        """The PHC string of a new password of user `name`. Refusals: `busy`, and `new_password`'s.
        ``stranger``: whose place it takes, None for somebody known."""
        raw = new_password(password, name)
        salt = self._random(SALT_BYTES)
        return await self._queued(lambda: self._cost.derive(raw, salt), stranger)

    async def verify(self, password: str, phc: str | None, stranger: Hashable = None) -> bool:
        """Whether the password is that of the PHC string. Refusal `busy`. ``stranger``: as in
        `hash`.

        None for a user that does not exist, or has no password: the same work, then False. A
        password that breaks the rules for new ones costs that work, too.
        """
        try:
            raw = _prepare(password)
        except Refusal:
            raw, phc = b"", None
        against = self._dummy if phc is None else phc
        return await self._queued(lambda: _matches(raw, against), stranger) and phc is not None

    def outdated(self, phc: str) -> bool:
        """Whether a hash was made at a cost other than today's."""
        return not phc.startswith(self._cost.prefix)

    async def _queued(self, function: Callable[[], T], stranger: Hashable) -> T:
        free = self._most - self._running
        if stranger is not None:
            free -= RESERVED + self._held[stranger]
        if free <= 0:
            raise Refusal(
                Code.BUSY, "Too many are signing in at this moment; try again.", retry_after=2.0
            )
        self._running += 1
        self._held[stranger] += 1
        try:
            return await self._run(function)
        finally:
            self._running -= 1
            self._held[stranger] -= 1
            if not self._held[stranger]:
                del self._held[stranger]


def new_password(password: str, name: str = "") -> bytes:
    """The bytes to hash of a password that someone chooses, or a Refusal that says what is wrong.

    At least 8 characters and at most 1024 bytes of UTF-8, by PRECIS OpaqueString (RFC 8265 §4.2),
    nothing cut off; not among the most common ones, nor the user's own name.
    """
    raw = _prepare(password)
    text = raw.decode("utf-8")
    if len(text) < MIN_CHARACTERS:
        raise _refusal(f"A password has at least {MIN_CHARACTERS} characters; a sentence is best.")
    plain = text.casefold()
    if plain in _COMMON or len(set(plain)) < 4:
        raise _refusal("This password is among the first that anybody would try; take another.")
    if name and plain.strip(" 0123456789.,_-!?@#*+") in ("", name.casefold()):
        raise _refusal("This password is your name or only digits; take another.")
    return raw


def _prepare(password: str) -> bytes:
    if len(password) > MAX_BYTES:
        raise _too_long()
    try:
        raw = _OPAQUE.enforce(password).encode("utf-8")
    except UnicodeEncodeError:
        # The error quotes the password: it must not travel on into a log.
        raise _refusal("A password holds no control characters and is not empty.") from None
    if len(raw) > MAX_BYTES:
        raise _too_long()
    return raw


def _too_long() -> Refusal:
    return Refusal(
        Code.TOO_LONG, f"A password has at most {MAX_BYTES} bytes in UTF-8.", field="password"
    )


def _refusal(message: str) -> Refusal:
    return Refusal(Code.BAD_FIELD, message, field="password")


def _unpadded(value: bytes) -> str:
    """Base64 as in PHC strings."""
    return b64encode(value).decode("ascii").rstrip("=")


def _matches(raw: bytes, phc: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(raw, phc)
    except InvalidKey:
        return False
    return True
