"""/api/session: signing in and out, and the page's oracle of who it is."""

from chatd.auth.agents import browser_name
from chatd.auth.credentials import Credentials, Issued, Whence
from chatd.auth.login import Login
from chatd.auth.oidc.sign_outs import SignOuts
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.connections import Ended
from chatd.edge.guard import ANY_SCOPE, COOKIE, Guard, cookies
from chatd.edge.headers import Header
from chatd.edge.router import Route
from chatd.edge.site import address_key_of

BODY = 65_536
_SIGNED_OUT = {"signed_in": False}
_FORGET: Header = ("Set-Cookie", f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")


def session_cookie(secret: str, idle_ms: int) -> Header:
    """`__Host-`: this host alone, over TLS alone, whatever a sibling domain tries to set."""
    return (
        "Set-Cookie",
        f"{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={idle_ms // 1000}",
    )


def whence(ask: Ask) -> Whence:
    """What the owner of a session will read of how it was made."""
    return Whence(browser_name(ask.one("user-agent") or ""), ask.address)


def signed_out(go_on: str | None = None) -> Response:
    """The answer where what asked has just been ended; ``go_on``: where to sign out besides."""
    return done({**_SIGNED_OUT, **({"go_on": go_on} if go_on else {})}, headers=(_FORGET,))


class SessionApi:
    def __init__(
        self,
        guard: Guard,
        login: Login,
        credentials: Credentials,
        ended: Ended,
        sign_outs: SignOuts,
        *,
        members_invite: bool,
    ) -> None:
        self._guard = guard
        self._login = login
        self._credentials = credentials
        self._ended = ended
        self._sign_outs = sign_outs
        self._members_invite = members_invite

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/api/session", self.state),
            Route("POST", "/api/session", self.sign_in, BODY),
            Route("DELETE", "/api/session", self.sign_out),
        )

    def signed_in(
        self, user: str, name: str, admin: bool, session: Issued, status: int = 200
    ) -> Response:
        """The oracle's answer for a session that has just been made, and its cookie."""
        state = {
            "signed_in": True,
            "user": user,
            "name": name,
            "admin": admin,
            "may_invite": admin or self._members_invite,
            "csrf": self._guard.csrf_of(session.secret),
            "expires": session.expires,
        }
        return done(state, status, (session_cookie(session.secret, self._credentials.idle_ms),))

    async def state(self, ask: Ask) -> Response:
        """Always 200: a page that asks who it is has done nothing wrong."""
        try:
            admitted = await self._guard.who(ask, ANY_SCOPE)
        except Refusal as why:
            if why.code is not Code.UNAUTHORIZED:
                raise
            return done(_SIGNED_OUT, headers=(_FORGET,) if cookies(ask) else ())
        who = admitted.principal
        state = {
            "signed_in": True,
            "user": who.user,
            "name": who.name,
            "admin": who.admin,
            "may_invite": who.admin or self._members_invite,
            "csrf": self._guard.csrf(admitted),
            "expires": admitted.expires,
        }
        renewed = admitted.renewed and admitted.secret
        cookie = session_cookie(admitted.secret, self._credentials.idle_ms)
        return done(state, headers=(cookie,) if renewed else ())

    async def sign_in(self, ask: Ask) -> Response:
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, bodies.SignIn)
        user, session = await self._login.login(
            body.name, body.password, address_key_of(ask.address), whence(ask)
        )
        return self.signed_in(user.id, user.name, user.admin, session)

    async def sign_out(self, ask: Ask) -> Response:
        """Ends the session or token that asks, and every WebSocket opened with it."""
        who = (await self._guard.acting(ask, ANY_SCOPE)).principal
        party = await self._sign_outs.begun_at(who.session)
        await self._credentials.end(who.user, who.session)
        self._ended(who.user, only=who.session)
        return signed_out(None if party is None else await self._sign_outs.way_out(party))
