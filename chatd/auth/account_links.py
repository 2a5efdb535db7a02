"""One-time links for an account, made and looked up by the SHA-256 of their secret.

The secret travels in the fragment of a link (`/#reset=…`, `/#email=…`), which no browser sends and
no log sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from chatd.auth.credentials import digest_of, new_secret
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.account_links import CreateLink, LinkKind, LinkReads, LinkRow, UseLink
from chatd.engine.ports import Clock, Random, Writer
from chatd.engine.unit import Requirement, Unit

PREFIXES: Final[Mapping[LinkKind, str]] = {"reset": "chatd_r_", "email": "chatd_m_"}
HOUR_MS: Final = 3_600_000
#: A link of an administrator's is handed over in person; a mailed one lies in a mailbox.
BY_HAND_MS: Final = 24 * HOUR_MS
BY_MAIL_MS: Final = HOUR_MS
CONFIRM_MS: Final = 24 * HOUR_MS


class LinkStore(Writer, LinkReads, Protocol):
    """The part of the store that this module uses."""


@dataclass(frozen=True, slots=True)
class Link:
    """``secret`` is shown once; ``expires`` in Unix ms."""

    secret: str
    expires: int


class AccountLinks:
    def __init__(self, store: LinkStore, clock: Clock, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._random = random

    async def make(
        self,
        kind: LinkKind,
        user: str,
        lifetime_ms: int,
        detail: str = "",
        *,
        requires: tuple[Requirement, ...],
    ) -> Link:
        """A new link, which ends the account's previous one of that kind. ``requires``: what must
        hold of a person who asks for it by a session (`asking.still`)."""
        now = self._clock.wall()
        secret = new_secret(PREFIXES[kind], self._random)
        digest = digest_of(secret, PREFIXES[kind])
        assert digest is not None
        change = CreateLink(digest, kind, user, detail, now, now + lifetime_ms)
        await self._store.commit(Unit(user, requires, (change,)))
        return Link(secret, change.expires)

    async def check(self, secret: str, kind: LinkKind) -> tuple[LinkRow, UseLink]:
        """What a link is for, and the change that uses it; otherwise `gone`."""
        digest = digest_of(secret, PREFIXES[kind])
        row = None if digest is None else await self._store.account_link(digest)
        now = self._clock.wall()
        if digest is None or row is None or row.kind != kind or row.disabled or row.expires <= now:
            raise Refusal(
                Code.GONE,
                "This link was used already, is too old or not one of ours; ask for a new one.",
            )
        return row, UseLink(digest, kind, now)
