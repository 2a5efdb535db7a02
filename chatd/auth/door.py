"""The door: from what a request presents to the one Principal it speaks for.

Exactly one proof is looked at. A request that brings two is refused rather than resolved: whichever
rule picked one of them could be used to make somebody act as somebody else.
"""

import msgspec

from chatd.auth.credentials import Credentials, Recognised, unauthorized
from chatd.auth.pulse import NOBODY, Pulse
from chatd.auth.tickets import Tickets
from chatd.core.codes import Code
from chatd.core.principal import Credential, Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CredentialRow


class Presented(msgspec.Struct, frozen=True, gc=False):
    """The proofs in a request, each as often as it occurs. ``origin`` is normalised, "" = none."""

    cookies: tuple[str, ...] = ()
    authorizations: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    origin: str = ""

    @property
    def kind(self) -> Credential | None:
        """What is shown; of several (they will be refused), the one browsers send unasked."""
        if self.cookies:
            return "cookie"
        if self.authorizations:
            return "bearer"
        return "ticket" if self.tickets else None

    def __len__(self) -> int:
        return len(self.cookies) + len(self.authorizations) + len(self.tickets)


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """Who it is; ``secret`` is the session's for CSRF, "" unless a cookie was the proof."""

    principal: Principal
    secret: str = ""
    expires: int | None = None
    renewed: bool = False


class Door:
    """``pulse``: how the daemon itself comes in, if it does."""

    def __init__(
        self, credentials: Credentials, tickets: Tickets, pulse: Pulse | None = None
    ) -> None:
        self._credentials = credentials
        self._tickets = tickets
        self._pulse = pulse

    async def admit(self, presented: Presented, *, arriving: bool = False) -> Admitted:
        """Refusal `unauthorized` if nothing, or nothing valid, is presented. ``arriving``: for a
        connection, see `Accounts.credential`."""
        if len(presented) > 1:
            raise Refusal(
                Code.UNAUTHORIZED,
                "More than one proof of identity was sent; send only a cookie, a bearer token "
                "or a ticket.",
            )
        if presented.cookies:
            secret = presented.cookies[0]
            known = await self._credentials.session(secret, arriving=arriving)
            return _by_cookie(known, secret)
        if presented.authorizations:
            secret = _bearer(presented.authorizations[0])
            return _by_bearer(await self._credentials.token(secret, arriving=arriving))
        if presented.tickets:
            if self._pulse is not None and self._pulse.fits(presented.tickets[0]):
                return Admitted(NOBODY)
            ticket = await self._tickets.redeem(presented.tickets[0], presented.origin)
            row = await self._credentials.by_id(ticket.user, ticket.session)
            return Admitted(_principal(row, "ticket"), expires=row.expires)
        raise Refusal(Code.UNAUTHORIZED, "Nobody is signed in; sign in or send a bearer token.")

    async def principal(self, presented: Presented) -> Principal:
        return (await self.admit(presented)).principal


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or len(token) > 200:
        raise unauthorized()
    return token.strip(" ")


def _by_cookie(known: Recognised, secret: str) -> Admitted:
    return Admitted(_principal(known.row, "cookie"), secret, known.row.expires, known.renewed)


def _by_bearer(known: Recognised) -> Admitted:
    return Admitted(_principal(known.row, "bearer"), expires=known.row.expires)


def _principal(row: CredentialRow, how: Credential) -> Principal:
    """A login session has no end while it is used, and an open connection is use."""
    ends = row.kind != "session" and row.expires is not None
    return Principal(
        user=row.user,
        name=row.user_name,
        # A holder of a site's key speaks for its people, and must not administer with it.
        admin=row.admin and row.kind != "site",
        credential=how,
        session=row.id,
        expires=row.expires / 1000 if ends and row.expires is not None else None,
        scopes=row.scopes,
        guest=row.guest,
    )
