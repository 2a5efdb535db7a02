"""/api/session: signing in and out, and telling the page who it is."""

from typing import Any

from msgspec import to_builtins

from chatd.auth.agents import browser_name
from chatd.auth.credentials import Credentials, Issued, Whence
from chatd.auth.entrance import Entrance
from chatd.auth.known_devices import DAYS
from chatd.auth.login import account_of
from chatd.auth.oidc.sign_outs import SignOuts
from chatd.auth.steps import Step, over
from chatd.core.codes import Code
from chatd.core.languages import wanted
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.connections import Ended
from chatd.edge.cookies import DEVICE, SESSION, STEP, Cookies
from chatd.edge.door_budget import address_key
from chatd.edge.guard import ANY_SCOPE, Guard
from chatd.edge.headers import Header
from chatd.edge.router import Route
from chatd.engine.accounts import UserRow

BODY = 65_536
_SIGNED_OUT = {"signed_in": False}
DEVICE_SECONDS = DAYS * 86_400


def whence(ask: Ask) -> Whence:
    """What the owner of a session will read about how it was made."""
    return Whence(
        browser_name(ask.one("user-agent") or ""),
        ask.address,
        wanted(ask.one("accept-language") or ""),
    )


def signed_out(cookies: Cookies, go_on: str | None = None) -> Response:
    """The answer when the asking session has just been ended; ``go_on``: where else to sign out."""
    told = {**_SIGNED_OUT, **({"go_on": go_on} if go_on else {})}
    return done(told, headers=(cookies.forget(SESSION),))


class SessionApi:
    def __init__(
        self,
        guard: Guard,
        entrance: Entrance,
        credentials: Credentials,
        ended: Ended,
        sign_outs: SignOuts,
        *,
        members_invite: bool,
    ) -> None:
        self._guard = guard
        self._entrance = entrance
        self._credentials = credentials
        self._ended = ended
        self._sign_outs = sign_outs
        self._members_invite = members_invite

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/api/session", self.state),
            Route("POST", "/api/session", self.sign_in, BODY),
            Route("GET", "/api/session/second", self.begun_step),
            Route("POST", "/api/session/second", self.second_step, BODY),
            Route("POST", "/api/session/passkey/ask", self.ask_passkey, BODY),
            Route("POST", "/api/session/passkey", self.by_passkey, BODY),
            Route("DELETE", "/api/session", self.sign_out),
        )

    def signed_in(
        self,
        user: str,
        name: str,
        admin: bool,
        session: Issued,
        status: int = 200,
        ask: Ask | None = None,
        *,
        guest: bool = False,
    ) -> Response:
        """What `state` answers, for a session that has just been made, and its cookie; with ``ask``
        also that of a device known from now on."""
        state = {
            "signed_in": True,
            "user": user,
            "name": name,
            "admin": admin,
            "may_invite": admin or (self._members_invite and not guest),
            "csrf": self._guard.csrf_of(session.secret),
            "expires": session.expires,
        }
        if guest:
            state["guest"] = True
        headers: tuple[Header, ...] = (self._cookie(session.secret),)
        if ask is not None:
            held = self._entrance.devices.remembered(self._devices(ask), account_of(name))
            headers += (self._guard.cookies.keep(DEVICE, held, DEVICE_SECONDS),)
        return done(state, status, headers)

    def entered(self, user: UserRow, entered: Issued | Step, ask: Ask) -> Response:
        """What a correct password leads to: a session, or the next thing asked for."""
        if isinstance(entered, Issued):
            return self.signed_in(user.id, user.name, user.admin, entered, ask=ask)
        return done({"signed_in": False, "second": _shown(entered)})

    async def state(self, ask: Ask) -> Response:
        """Always 200: a page that asks who it is has done nothing wrong."""
        try:
            admitted = await self._guard.who(ask, ANY_SCOPE)
        except Refusal as why:
            if why.code is not Code.UNAUTHORIZED:
                raise
            cookies = self._guard.cookies
            shown = cookies.all(ask, SESSION)
            return done(_SIGNED_OUT, headers=(cookies.forget(SESSION),) if shown else ())
        who = admitted.principal
        state = {
            "signed_in": True,
            "user": who.user,
            "name": who.name,
            "admin": who.admin,
            "may_invite": who.admin or (self._members_invite and not who.guest),
            "csrf": self._guard.csrf(admitted),
            "expires": admitted.expires,
        }
        if who.guest:
            state["guest"] = True
        renewed = admitted.renewed and admitted.secret
        return done(state, headers=(self._cookie(admitted.secret),) if renewed else ())

    async def sign_in(self, ask: Ask) -> Response:
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, bodies.SignIn)
        login = self._entrance.login
        try:
            user, entered = await login.login(
                body.name,
                body.password,
                address_key(ask.address),
                whence(ask),
                self._devices(ask),
            )
        except Refusal as why:
            if why.code is Code.RATE_LIMITED:
                await login.pause()
            raise
        return self.entered(user, entered, ask)

    async def begun_step(self, ask: Ask) -> Response:
        """The step of somebody back from a provider: its secret is in a cookie, which the page
        cannot read, and in no address."""
        secret = self._guard.cookies.one(ask, STEP)
        if secret is None:
            raise over()
        step = await self._entrance.second.begun(secret)
        forgotten = self._guard.cookies.forget(STEP)
        return done({"signed_in": False, "second": _shown(step)}, headers=(forgotten,))

    async def second_step(self, ask: Ask) -> Response:
        """A code, a recovery code or a passkey, from somebody who has taken the first step."""
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, bodies.SecondStep)
        shown = (bool(body.code), bool(body.recovery), body.credential is not None)
        if sum(shown) != 1:
            raise Refusal(
                Code.BAD_FIELD, "Give one of `code`, `recovery` and `credential`.", field="code"
            )
        second = self._entrance.second
        if body.credential is not None:
            answer = to_builtins(body.credential)
            user, session = await second.by_passkey(body.step, answer)
        elif body.code:
            user, session = await second.by_code(body.step, body.code)
        else:
            user, session = await second.by_recovery_code(body.step, body.recovery)
        return self.signed_in(user.id, user.name, user.admin, session, ask=ask)

    async def ask_passkey(self, ask: Ask) -> Response:
        """What the browser is to ask an authenticator for."""
        self._guard.nobody_yet(ask)
        step = bodies.read(ask, bodies.AskPasskey).step
        second = self._entrance.second
        return done({"publicKey": await second.ask(step) if step else second.ask_alone()})

    async def by_passkey(self, ask: Ask) -> Response:
        """Signing in with nothing but a passkey."""
        self._guard.nobody_yet(ask)
        answer = to_builtins(bodies.read(ask, bodies.ShowPasskey).credential)
        user, session = await self._entrance.second.alone(answer, whence(ask))
        return self.signed_in(user.id, user.name, user.admin, session, ask=ask)

    async def sign_out(self, ask: Ask) -> Response:
        """Ends the asking session or token, and every WebSocket opened with it."""
        who = (await self._guard.acting(ask, ANY_SCOPE)).principal
        party = await self._sign_outs.begun_at(who.session)
        await self._credentials.end(who.user, who.session)
        self._ended(who.user, only=who.session)
        go_on = None if party is None else await self._sign_outs.way_out(party)
        return signed_out(self._guard.cookies, go_on)

    def _cookie(self, secret: str) -> Header:
        """A session's, for as long as it lasts without use."""
        return self._guard.cookies.keep(SESSION, secret, self._credentials.idle_ms // 1000)

    def _devices(self, ask: Ask) -> str:
        """What the browser holds of `KnownDevices`, "" if nothing or more than one."""
        return self._guard.cookies.one(ask, DEVICE) or ""


def _shown(step: Step) -> dict[str, Any]:
    return {"step": step.secret, "ways": step.ways, "expires": step.expires}
