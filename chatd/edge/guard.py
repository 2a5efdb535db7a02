"""Who asks, and whether our own page composed the request: the checks before every handler.

Browsers send cookies on their own, so a change that rests on one must also show the CSRF token, a
matching Origin and, if the browser tells, that it came from the same origin. A bearer token is
attached on purpose and proves all that by itself.
"""

from msgspec.structs import replace

from chatd.auth.csrf import csrf_holds, csrf_token
from chatd.auth.door import Admitted, Door, Presented
from chatd.auth.origins import OriginPolicy
from chatd.core.codes import Code
from chatd.core.principal import Credential
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined
from chatd.edge.cookies import SESSION, Cookies

#: In place of a scope: the token will do, whatever its scopes.
ANY_SCOPE = "*"


class Guard:
    """``cookies``: this server's, for all that set or read one."""

    def __init__(self, door: Door, origins: OriginPolicy, key: bytes, cookies: Cookies) -> None:
        if len(key) < 32:
            raise ValueError("the server's key has at least 32 bytes")
        self._door = door
        self._origins = origins
        self._key = key
        self.cookies = cookies

    def origin(self, ask: Ask, credential: Credential | None) -> str:
        """The Origin of the page behind the request, "" if none was sent and none is needed."""
        values = [value.encode("latin-1") for value in ask.all("origin")]
        return str(self._origins.check(values, credential) or "")

    def presented(self, ask: Ask, tickets: tuple[str, ...] = (), origin: str = "") -> Presented:
        shown = self.cookies.all(ask, SESSION)
        return Presented(shown, tuple(ask.all("authorization")), tickets, origin)

    async def who(self, ask: Ask, scope: str | None = None) -> Admitted:
        """Who asks. Enough for what changes nothing.

        ``scope`` is what a token limited to scopes must have. Without one no such token will do:
        whoever handed it out did not think of this.
        """
        admitted = await self._admit(ask, self.presented(ask))
        require_scope(admitted, scope)
        return admitted

    async def acting(self, ask: Ask, scope: str | None = None) -> Admitted:
        """Who asks, when something is about to change; ``scope`` as in `who`."""
        admitted = await self.who(ask, scope)
        if admitted.principal.credential == "cookie":
            self.origin(ask, "cookie")
            self._same_site(ask)
            if not csrf_holds(self._key, admitted.secret, ask.one("x-csrf-token") or ""):
                raise _cross_site("The X-CSRF-Token header is missing or wrong; reload the page.")
        return admitted

    async def connecting(self, ask: Ask, tickets: tuple[str, ...]) -> Admitted:
        """Who opens a WebSocket, once its Origin has been found good.

        A browser sends a cookie along whether the page wants it or not: beside a ticket, which the
        page chose, it is ignored.
        """
        presented = self.presented(ask, tickets)
        if tickets:
            presented = replace(presented, cookies=())
        origin = self.origin(ask, presented.kind)
        if presented.cookies:
            self._same_site(ask)
        presented = replace(presented, origin=origin)
        admitted = await self._admit(ask, presented, arriving=True)
        require_scope(admitted, "chat")
        return admitted

    def nobody_yet(self, ask: Ask) -> None:
        """For signing in: another site must not sign its visitors in as somebody else. Programs
        send neither header, and no browser leaves the Origin out."""
        self.origin(ask, "bearer")
        self._same_site(ask)

    def csrf(self, admitted: Admitted) -> str | None:
        """The token to send along, None if none is needed."""
        return csrf_token(self._key, admitted.secret) if admitted.secret else None

    def csrf_of(self, secret: str) -> str:
        return csrf_token(self._key, secret)

    async def _admit(self, ask: Ask, presented: Presented, *, arriving: bool = False) -> Admitted:
        admitted = await self._door.admit(presented, arriving=arriving)
        ask.known()
        return admitted

    def _same_site(self, ask: Ask) -> None:
        sites = ask.all("sec-fetch-site")
        if sites and list(sites) != ["same-origin"]:
            raise _cross_site("The request was made by a page of another site.")


def require_scope(admitted: Admitted, scope: str | None) -> None:
    """Declined 403, as in RFC 6750 §3.1, if the token does not reach this far."""
    principal = admitted.principal
    if principal.scopes is None or scope == ANY_SCOPE or (scope and principal.has(scope)):
        return
    words = f"the scope {scope}" if scope else "a token that is not limited to scopes"
    named = f', scope="{scope}"' if scope else ""
    raise Declined(
        403,
        "insufficient-scope",
        f"This takes {words}; yours has {' '.join(sorted(principal.scopes)) or 'none'}.",
        headers=(("WWW-Authenticate", f'Bearer realm="chatd", error="insufficient_scope"{named}'),),
    )


def _cross_site(message: str) -> Refusal:
    return Refusal(Code.FORBIDDEN, message)
