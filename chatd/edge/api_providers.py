"""/auth/oidc: on the way to a provider and back, and a provider's word that somebody signed out."""

from dataclasses import replace
from urllib.parse import parse_qsl

from chatd.auth.credentials import Credentials
from chatd.auth.login import Login
from chatd.auth.oidc import attempt
from chatd.auth.oidc.attempt import Purpose
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.provider import Stopped
from chatd.auth.oidc.sign_ins import Landed, SignIns
from chatd.auth.oidc.sign_outs import SignOuts
from chatd.auth.steps import LIFETIME_MS
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Declined, Response, done
from chatd.edge.api_session import BODY, whence
from chatd.edge.connections import Ended
from chatd.edge.cookies import ATTEMPT, NEWCOMER, PROOF, SESSION, STEP
from chatd.edge.door_budget import address_key
from chatd.edge.guard import Guard
from chatd.edge.router import Route, values

START = "/auth/oidc/{name}/start"
CALLBACK = "/auth/oidc/{name}/callback"
LOGOUT = "/auth/oidc/{name}/backchannel-logout"
#: Most bytes of a form with one logout token, and most fields of an answer.
FORM = 32_768
FIELDS = 16


class Start(bodies.Body, frozen=True, kw_only=True):
    """``back``: where the page is, as it stands after "#". ``invitation``: the secret of one, when
    signing in; ``password``: the asker's own, when linking."""

    purpose: Purpose = "login"
    back: bodies.Word = ""
    invitation: bodies.Word = ""
    password: str = ""


class ProviderApi:
    def __init__(
        self,
        guard: Guard,
        parties: Parties,
        sign_ins: SignIns,
        sign_outs: SignOuts,
        login: Login,
        credentials: Credentials,
        ended: Ended,
    ) -> None:
        self._guard = guard
        self._parties = parties
        self._sign_ins = sign_ins
        self._sign_outs = sign_outs
        self._login = login
        self._credentials = credentials
        self._ended = ended

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/api/providers", self.all),
            Route("POST", START, self.start, BODY),
            Route("GET", CALLBACK, self.callback),
            Route("POST", LOGOUT, self.signed_out_there, FORM),
        )

    async def all(self, ask: Ask) -> Response:
        """For anyone who asks: they are on the page before anybody is known."""
        found = [party.provider for party in self._parties.all()]
        return done({"providers": [{"name": one.name, "label": one.label} for one in found]})

    async def start(self, ask: Ask) -> Response:
        """Where to go. Our own page goes there; no other can make its visitors sign in."""
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, Start)
        session = ""
        if body.purpose != "login":
            who = await person(self._guard, ask)
            session = who.session
            if body.purpose == "link":
                await prove(self._guard, self._sign_ins, self._login, ask, who, body.password)
        begun = await self._sign_ins.begin(
            _name(START, ask),
            body.purpose,
            body.back,
            address_key(ask.address),
            session=session,
            invitation=body.invitation if body.purpose == "login" else "",
        )
        cookie = self._guard.cookies.keep(ATTEMPT, begun.sealed, attempt.ATTEMPT)
        return done({"location": begun.address}, headers=(cookie,))

    async def callback(self, ask: Ask) -> Response:
        """Whatever happens, the browser goes on to the page, which has words for it."""
        cookies = self._guard.cookies
        landed = await self._sign_ins.finish(
            _name(CALLBACK, ask),
            fields(ask.query),
            cookies.one(ask, ATTEMPT),
            await self._asking(ask),
            address_key(ask.address),
            # What the browser asks for by itself may not be what is chosen in the page.
            replace(whence(ask), language=""),
        )
        headers = [("Location", f"{ask.prefix}/{_fragment(landed)}"), cookies.forget(ATTEMPT)]
        if landed.session is not None:
            ask.known()
            idle = self._credentials.idle_ms // 1000
            headers.append(cookies.keep(SESSION, landed.session.secret, idle))
        elif landed.how == "second":
            headers.append(cookies.keep(STEP, landed.sealed, LIFETIME_MS // 1000))
        elif landed.how == "newcomer":
            headers.append(cookies.keep(NEWCOMER, landed.sealed, attempt.NEWCOMER))
        elif landed.how == "proven":
            headers.append(cookies.keep(PROOF, landed.sealed, attempt.PROOF))
        return Response(303, headers=tuple(headers))

    async def signed_out_there(self, ask: Ask) -> Response:
        """Back-Channel Logout 1.0 §2.5, §2.7 and §2.8."""
        if ask.media_type != "application/x-www-form-urlencoded":
            raise Declined(415, "form-only", "Send application/x-www-form-urlencoded.")
        token = fields(ask.body.decode("latin-1")).get("logout_token", "")
        try:
            rows = await self._sign_outs.told(_name(LOGOUT, ask), token)
        except Stopped as why:
            if why.reason == "unreachable":
                raise Refusal(
                    Code.UNAVAILABLE, "The provider's keys cannot be had now.", retry_after=10.0
                ) from None
            told = {"error": "invalid_request", "error_description": why.words}
            return done(told, 400)
        for row in rows:
            self._ended(row.person, only=row.session)
        return done({})

    async def _asking(self, ask: Ask) -> Principal | None:
        try:
            who = (await self._guard.who(ask)).principal
        except (Refusal, Declined):
            return None
        return who if who.credential == "cookie" else None


async def person(guard: Guard, ask: Ask) -> Principal:
    """A person at our own page, about to change who they are elsewhere."""
    who = (await guard.acting(ask)).principal
    if who.credential != "cookie":
        raise Refusal(Code.FORBIDDEN, "Sign in to the page for this.")
    return who


async def prove(
    guard: Guard, sign_ins: SignIns, login: Login, ask: Ask, who: Principal, password: str
) -> None:
    """They prove once more who they are: by their password, or by having just come back from a
    provider of theirs that asked them; otherwise `forbidden`."""
    if password:
        await login.prove(who.user, password, address_key(ask.address))
    elif not sign_ins.proven(guard.cookies.one(ask, PROOF), who.session):
        raise Refusal(
            Code.FORBIDDEN, "Say once more who you are: with your password.", field="password"
        )


def fields(text: str) -> dict[str, str]:
    """Of a query or a form; none at all if one comes twice, or there are too many."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        return {}
    found = dict(pairs)
    return found if len(found) == len(pairs) else {}


def _name(template: str, ask: Ask) -> str:
    found = values(template, ask.path)
    assert found is not None
    return found["name"]


def _fragment(landed: Landed) -> str:
    """What the page finds after "#": how it went, and where it was."""
    if landed.how == "in":
        return f"#{landed.back}"
    reason = f":{landed.reason}" if landed.reason else ""
    return f"#login={landed.how}{reason};{landed.back}"
