"""The keys that a signer publishes (a JWK Set, RFC 7517 §5): fetched when they are needed, kept,
and fetched again when they are old or when a token names one that is not among them."""

from collections.abc import Awaitable, Callable
from typing import Final

from twisted.internet.defer import Deferred

from chatd.auth.jwk import BadKey, Key, from_jwk
from chatd.auth.jws import Keys
from chatd.auth.strict_json import read_object
from chatd.engine.ports import Clock

#: Most bytes of a set, and most keys that are read from it.
LONGEST: Final = 65536
MOST: Final = 32
#: Seconds for which a set is used without checking for changes: a key that its signer takes out
#: is believed for no longer.
FRESH: Final = 600.0
#: Seconds for which it is used while no newer one can be had.
KEPT: Final = 24 * 3600.0
#: Seconds between two fetches: whatever names tokens make up, the signer is asked no more often.
#: And after one that failed.
PAUSE: Final = 60.0
AGAIN: Final = 10.0


class Unavailable(Exception):
    """The keys cannot be had now; the text says why, and tells no secret."""


#: Brings the bytes of the set, at most `LONGEST` of them; `Unavailable`.
Fetch = Callable[[], Awaitable[bytes]]


def read_jwks(body: bytes, issuer: str | None = None) -> tuple[Key, ...]:
    """The keys of a set that tokens can be verified with; others in it are ignored, as RFC 7517 §5
    says. `Unavailable` if it is no such set, or has no such key."""
    found = read_object(body) if len(body) <= LONGEST else None
    entries = found.get("keys") if found is not None else None
    if not isinstance(entries, list):
        raise Unavailable("what came is no JWK Set")
    keys = []
    for entry in entries[:MOST]:
        # A secret that is published is no secret.
        if isinstance(entry, dict) and entry.get("kty") != "oct":
            try:
                keys.append(from_jwk(entry, issuer))
            except BadKey:
                continue
    if not keys:
        raise Unavailable("the JWK Set has no key for RS256, PS256, ES256 or EdDSA")
    return tuple(keys)


class PublishedKeys:
    """The keys of one signer. ``note`` is told in a sentence when they cannot be had, and when they
    can again; ``changed`` is called when some are no longer among them, and when they are first
    had: nobody knows what was among them before."""

    def __init__(
        self,
        fetch: Fetch,
        clock: Clock,
        note: Callable[[str], None],
        issuer: str | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._changed = changed
        self._fetch = fetch
        self._clock = clock
        self._note = note
        self._issuer = issuer
        self._keys = Keys()
        self._got: float | None = None
        self._asked: float | None = None
        self._trouble: str | None = None
        self._waiting: list[Deferred[None]] | None = None

    @property
    def looked(self) -> bool:
        """Whether they were ever had."""
        return self._got is not None

    @property
    def known(self) -> Keys:
        """The keys at hand, without asking anybody."""
        return self._keys

    async def keys(self, kid: str | None, alg: str) -> Keys:
        """The keys in which to look for one of that name. `Unavailable` if none can be had and the
        ones at hand are too old."""
        now = self._clock.now()
        age = None if self._got is None else now - self._got
        if age is None or age > FRESH or not self._keys.find(kid, alg):
            await self._refreshed(now)
            age = None if self._got is None else self._clock.now() - self._got
        if age is None or age > KEPT:
            raise Unavailable(self._trouble or "they were not to be had")
        return self._keys

    async def _refreshed(self, now: float) -> None:
        """Asks the signer, unless that was done a moment ago; all who wait share one request, which
        goes on when one of them leaves."""
        if self._waiting is None:
            pause = PAUSE if self._trouble is None else AGAIN
            if self._asked is not None and now - self._asked < pause:
                return
            self._asked, self._waiting = now, []
            Deferred.fromCoroutine(self._ask()).addBoth(self._asked_them)
            if self._waiting is None:
                return
        waiting: Deferred[None] = Deferred()
        self._waiting.append(waiting)
        await waiting

    def _asked_them(self, outcome: object) -> object:
        waiters, self._waiting = self._waiting or [], None
        for each in waiters:
            if not each.called:  # otherwise the one who waited has gone
                each.callback(None)
        return outcome

    async def _ask(self) -> None:
        try:
            keys = read_jwks(await self._fetch(), self._issuer)
        except Unavailable as why:
            if self._trouble is None:
                self._note(f"cannot be had: {why}")
            self._trouble = str(why)
            return
        if self._trouble is not None:
            self._note("can be had again")
        self._trouble = None
        gone = {key.print for key in self._keys.all} - {key.print for key in keys}
        first = self._got is None
        self._keys, self._got = Keys(keys), self._clock.now()
        if gone or first:
            self._changed()
