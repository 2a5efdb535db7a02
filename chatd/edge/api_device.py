"""/api/device: letting in a program that has no browser of its own (RFC 8628)."""

from collections.abc import Callable
from typing import Annotated

import msgspec

from chatd.auth.devices import Devices, NotYet
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.door_budget import address_key, network_key
from chatd.edge.guard import Guard
from chatd.edge.router import Route

BODY = 4_096
#: An answer that holds a secret, or may, must not stay in anybody's cache (RFC 6749 §5.1).
_UNKEPT = (("Cache-Control", "no-store"),)


class StartDevice(bodies.Body, frozen=True, kw_only=True):
    """``label``: what the program is called, and where it runs."""

    label: bodies.Word


class Poll(bodies.Body, frozen=True, kw_only=True):
    device_code: bodies.Word


class CheckCode(bodies.Body, frozen=True, kw_only=True):
    user_code: Annotated[str, msgspec.Meta(max_length=32)]


class AnswerCode(bodies.Body, frozen=True, kw_only=True):
    user_code: Annotated[str, msgspec.Meta(max_length=32)]
    allow: bool


class DeviceApi:
    def __init__(
        self, guard: Guard, devices: Devices, public_url: str, wall: Callable[[], int]
    ) -> None:
        self._guard = guard
        self._devices = devices
        self._site = public_url.rstrip("/")
        self._wall = wall

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", "/api/device", self.start, BODY),
            Route("POST", "/api/device/token", self.token, BODY),
            Route("POST", "/api/device/check", self.check, BODY),
            Route("POST", "/api/device/answer", self.answer, BODY),
        )

    async def start(self, ask: Ask) -> Response:
        """§3.1 and §3.2. The code travels in a fragment, which no server or log sees."""
        self._guard.nobody_yet(ask)
        label = bodies.read(ask, StartDevice).label
        address = ask.address
        made = await self._devices.start(
            label, address, str(address_key(address)), network_key(address)
        )
        return done(
            {
                "device_code": made.device_code,
                "user_code": made.user_code,
                "verification_uri": f"{self._site}/#device",
                "verification_uri_complete": f"{self._site}/#device={made.user_code}",
                "expires_in": made.expires_in,
                "interval": made.interval,
            },
            headers=_UNKEPT,
        )

    async def token(self, ask: Ask) -> Response:
        """§3.4 and §3.5: the errors are OAuth's own words, in OAuth's own form."""
        self._guard.nobody_yet(ask)
        code = bodies.read(ask, Poll).device_code
        try:
            user, issued = await self._devices.token(code)
        except NotYet as why:
            return done({"error": why.error, "error_description": why.words}, 400, _UNKEPT)
        return done(
            {
                "token": issued.secret,
                "token_type": "Bearer",
                "user": user.id,
                "name": user.name,
            },
            headers=_UNKEPT,
        )

    async def check(self, ask: Ask) -> Response:
        """What the page shows before somebody decides."""
        person = (await self._deciding(ask)).user
        row = await self._devices.check(person, bodies.read(ask, CheckCode).user_code)
        return done(
            {
                "label": row.label,
                "address": row.address,
                "age": max(0, self._wall() - row.created) // 1000,
            }
        )

    async def answer(self, ask: Ask) -> Response:
        who = await self._deciding(ask)
        body = bodies.read(ask, AnswerCode)
        await self._devices.answer(who, body.user_code, body.allow)
        return done({"allowed": body.allow})

    async def _deciding(self, ask: Ask) -> Principal:
        """A person at a page of ours: a token must not make others that outlive it."""
        who = (await self._guard.acting(ask)).principal
        if who.credential != "cookie":
            raise Refusal(Code.FORBIDDEN, "Sign in to the page to let a program in.")
        return who
