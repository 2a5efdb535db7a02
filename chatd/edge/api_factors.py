"""/api/factors, totp, recovery-codes, passkeys: what people add to their password."""

from typing import Any, Final

from fido2.utils import websafe_decode, websafe_encode
from msgspec import to_builtins

from chatd.auth.factors import Factors
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.api_session import BODY
from chatd.edge.door_budget import address_key
from chatd.edge.guard import Guard
from chatd.edge.headers import Header
from chatd.edge.router import Route
from chatd.engine.factors import PasskeyRow

#: Seeds and recovery codes are shown once, and must not stay in anybody's cache.
_UNKEPT: Final[tuple[Header, ...]] = (("Cache-Control", "no-store"),)


class FactorsApi:
    def __init__(self, guard: Guard, factors: Factors) -> None:
        self._guard = guard
        self._factors = factors

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/api/factors", self.all),
            Route("POST", "/api/totp", self.offer_totp, BODY),
            Route("POST", "/api/totp/confirm", self.confirm_totp, BODY),
            Route("POST", "/api/totp/remove", self.remove_totp, BODY),
            Route("POST", "/api/recovery-codes", self.recovery_codes, BODY),
            Route("POST", "/api/passkeys/ask", self.offer_passkey, BODY),
            Route("POST", "/api/passkeys", self.add_passkey, BODY),
            Route("POST", "/api/passkeys/rename", self.rename_passkey, BODY),
            Route("POST", "/api/passkeys/remove", self.remove_passkey, BODY),
        )

    async def all(self, ask: Ask) -> Response:
        """The asker's own, without anything secret."""
        who = (await self._guard.who(ask)).principal
        held = await self._factors.held(who.user)
        return done(
            {
                "totp": held.totp,
                "recovery_codes": held.codes,
                "passkeys": [_shown(row) for row in held.passkeys],
            }
        )

    async def offer_totp(self, ask: Ask) -> Response:
        """A seed for an app, as letters, address and drawing; `confirm_totp` makes it count."""
        who = (await self._guard.acting(ask)).principal
        password = bodies.read(ask, bodies.Prove).password
        made = await self._factors.offer_totp(who, password, address_key(ask.address))
        picture = {"size": made.size, "path": made.path}
        return done(
            {"secret": made.secret, "address": made.address, "qr": picture}, headers=_UNKEPT
        )

    async def confirm_totp(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        code = bodies.read(ask, bodies.ConfirmTotp).code
        codes = await self._factors.confirm_totp(who, code)
        return done({"recovery_codes": codes}, headers=_UNKEPT)

    async def remove_totp(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        password = bodies.read(ask, bodies.Prove).password
        await self._factors.remove_totp(who, password, address_key(ask.address))
        return done({})

    async def recovery_codes(self, ask: Ask) -> Response:
        """Ten new ones; the previous ones no longer work."""
        who = (await self._guard.acting(ask)).principal
        password = bodies.read(ask, bodies.Prove).password
        codes = await self._factors.new_recovery_codes(who, password, address_key(ask.address))
        return done({"recovery_codes": codes}, headers=_UNKEPT)

    async def offer_passkey(self, ask: Ask) -> Response:
        """What the browser is to ask an authenticator for, for this session alone."""
        who = (await self._guard.acting(ask)).principal
        password = bodies.read(ask, bodies.Prove).password
        options = await self._factors.offer_passkey(who, password, address_key(ask.address))
        return done({"publicKey": options}, headers=_UNKEPT)

    async def add_passkey(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.AddPasskey)
        row, codes = await self._factors.add_passkey(who, body.name, to_builtins(body.credential))
        return done({"passkey": _shown(row), "recovery_codes": codes}, 201, _UNKEPT)

    async def rename_passkey(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.RenamePasskey)
        await self._factors.rename_passkey(who, _id(body.passkey), body.name)
        return done({})

    async def remove_passkey(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.RemovePasskey)
        await self._factors.remove_passkey(
            who, _id(body.passkey), body.password, address_key(ask.address)
        )
        return done({})


def _shown(row: PasskeyRow) -> dict[str, Any]:
    return {
        "passkey": websafe_encode(row.id),
        "name": row.name,
        "created": row.created,
        "seen": row.seen,
    }


def _id(text: str) -> bytes:
    try:
        return websafe_decode(text)
    except ValueError:
        raise Refusal(Code.BAD_FIELD, "This is no passkey's id.", field="passkey") from None
