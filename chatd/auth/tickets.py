"""Tickets: a way through the WebSocket handshake when neither cookie nor header can be sent.

A browser page on another site (an embedded chat, say) can set no header on a WebSocket and sends no
cookie of ours. It brings a ticket in Sec-WebSocket-Protocol, never in a URL: those are logged.
"""

from dataclasses import dataclass
from typing import Final

from chatd.auth.credentials import AccountStore, digest_of, new_secret, unauthorized
from chatd.core.principal import Principal
from chatd.engine.accounts import CreateTicket, TicketRow, UseTicket
from chatd.engine.asking import asked
from chatd.engine.ports import Clock, Random
from chatd.engine.unit import Unit

TICKET_PREFIX: Final = "chatd.ticket."
LIFETIME_MS: Final = 30_000


@dataclass(frozen=True, slots=True)
class Ticket:
    """``protocol`` is the whole text to offer beside "chatd.v1"; ``expires`` in Unix ms."""

    protocol: str
    expires: int


class Tickets:
    def __init__(self, store: AccountStore, clock: Clock, random: Random) -> None:
        self._store = store
        self._clock = clock
        self._random = random

    async def issue(self, asker: Principal, user: str, session: str, origin: str) -> Ticket:
        """Good once, for 30 seconds, from a page of ``origin`` ("" = from no page at all). For
        ``user`` by their ``session``, both ``asker``'s own unless that is an administrator."""
        now = self._clock.wall()
        secret = new_secret(TICKET_PREFIX, self._random)
        digest = digest_of(secret, TICKET_PREFIX)
        assert digest is not None
        change = CreateTicket(
            digest=digest,
            user=user,
            session=session,
            origin=origin,
            at=now,
            expires=now + LIFETIME_MS,
        )
        await self._store.commit(asked(asker, now, change, admin=asker.user != user))
        return Ticket(secret, change.expires)

    async def redeem(self, protocol: str, origin: str) -> TicketRow:
        """The ticket's row; it is used up, even if it turns out to be for another Origin."""
        digest = digest_of(protocol, TICKET_PREFIX)
        row = None if digest is None else await self._store.ticket(digest)
        if digest is None or row is None:
            raise unauthorized()
        use = UseTicket(digest=digest, now=self._clock.wall())
        # The writer decides if two come with the same ticket at the same time.
        await self._store.commit(Unit(actor=row.user, changes=(use,)))
        if row.origin != origin:
            raise unauthorized()
        return row
