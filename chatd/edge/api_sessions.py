"""/api/sessions: where somebody is signed in, and ending what should not be."""

from typing import Any

from chatd.auth.credentials import Credentials
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.connections import Ended
from chatd.edge.guard import Guard
from chatd.edge.router import Route
from chatd.engine.accounts import CredentialRow


class SessionsApi:
    def __init__(self, guard: Guard, credentials: Credentials, ended: Ended) -> None:
        self._guard = guard
        self._credentials = credentials
        self._ended = ended

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/api/sessions", self.all),
            Route("POST", "/api/sessions/end", self.end, 4_096),
        )

    async def all(self, ask: Ask) -> Response:
        """The asker's own, last used first."""
        who = (await self._guard.who(ask)).principal
        held = await self._credentials.held(who.user)
        return done({"sessions": [_shown(row, who.session) for row in held]})

    async def end(self, ask: Ask) -> Response:
        """Ends one, or all but the asking one, with every WebSocket and ticket opened by it."""
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.EndSession)
        if body.others is bool(body.session):
            raise Refusal(
                Code.BAD_FIELD, "Give `session`, or `others` for all but this one.", field="session"
            )
        if body.others:
            await self._credentials.end_others(who)
            self._ended(who.user, but=who.session)
            return done({})
        if body.session == who.session:
            raise Refusal(
                Code.WRONG_STATE,
                "That is the session that asks: sign out instead.",
                field="session",
            )
        if body.session not in {row.id for row in await self._credentials.held(who.user)}:
            raise Refusal(Code.NOT_FOUND, "That session has ended already.", field="session")
        await self._credentials.end_one(who, body.session)
        self._ended(who.user, only=body.session)
        return done({})


def _shown(row: CredentialRow, asking: str) -> dict[str, Any]:
    return {
        "session": row.id,
        "kind": row.kind,
        "label": row.label,
        "address": row.address,
        "created": row.created,
        "seen": row.seen,
        "current": row.id == asking,
    }
