"""Who the asker is, and their own tokens: list, make with no more rights than theirs, end."""

from typing import Annotated, Final

import msgspec

from chatd.auth.credentials import DAY_MS
from chatd.core import scopes
from chatd.core.codes import Code
from chatd.core.principal import Credential
from chatd.core.refusal import Refusal
from chatd.edge.api.calls import Call, Caller, Input, Nothing, Output
from chatd.edge.api.desk import Desk
from chatd.engine.accounts import CredentialRow
from chatd.wire.frames import Millis

Days = Annotated[
    float, msgspec.Meta(gt=0, le=3650, description="How long it is good; else no end.")
]
Label = Annotated[str, msgspec.Meta(max_length=80, description="What it is for.")]
Scope = Annotated[str, msgspec.Meta(max_length=32, extra_json_schema={"enum": list(scopes.SCOPES)})]


class AskSession(Input, frozen=True, kw_only=True):
    """Who asks, and what their proof of identity is good for."""


class SessionState(Output, frozen=True, kw_only=True):
    """``session`` is the id of the session or token behind the request. ``scopes`` is absent if it
    may do all that the user may; ``expires`` if it has no end of its own."""

    user: str
    name: str
    admin: bool
    credential: Credential
    session: str
    scopes: list[str] | None = None
    expires: Millis | None = None


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``scopes`` is absent if it may do all that its owner may."""

    token: str
    label: str
    created: Millis
    seen: Millis
    expires: Millis | None = None
    scopes: list[str] | None = None


class ListTokens(Input, frozen=True, kw_only=True):
    """Your own tokens, without their secrets."""


class Tokens(Output, frozen=True, kw_only=True):
    tokens: list[Token]


class NewToken(Input, frozen=True, kw_only=True):
    """Without ``scopes`` it may do all that the asking session or token may."""

    label: Label = ""
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=32)] | None = None
    days: Days | None = None


class MadeToken(Output, frozen=True, kw_only=True):
    """``secret`` is shown only this once."""

    token: str
    secret: str
    expires: Millis | None = None
    scopes: list[str] | None = None


class EndToken(Input, frozen=True, kw_only=True):
    """Ends a token and closes the connections made with it."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


async def session(desk: Desk, wanted: AskSession, caller: Caller) -> SessionState:
    who = caller.principal
    return SessionState(
        user=who.user,
        name=who.name,
        admin=who.admin,
        credential=who.credential,
        session=who.session,
        scopes=_listed(who.scopes),
        expires=None if who.expires is None else round(who.expires * 1000),
    )


async def list_tokens(desk: Desk, wanted: ListTokens, caller: Caller) -> Tokens:
    return Tokens(tokens=[_token(row) for row in await _tokens(desk, caller)])


async def new_token(desk: Desk, wanted: NewToken, caller: Caller) -> MadeToken:
    who = caller.principal
    asked = who.scopes if wanted.scopes is None else scopes.checked(wanted.scopes)
    if who.scopes is not None and asked is not None and (more := sorted(asked - who.scopes)):
        raise Refusal(
            Code.FORBIDDEN,
            f"A token makes none that may do more than itself: it has no {more[0]}.",
            field="scopes",
        )
    lifetime = None if wanted.days is None else int(wanted.days * DAY_MS)
    if who.expires is not None:
        # Nor a token that outlives it.
        left = max(round(who.expires * 1000) - desk.clock.wall(), 0)
        lifetime = left if lifetime is None else min(lifetime, left)
    made = await desk.credentials.new_token(who.user, wanted.label, lifetime, asked, asker=who)
    return MadeToken(token=made.id, secret=made.secret, expires=made.expires, scopes=_listed(asked))


async def end_token(desk: Desk, wanted: EndToken, caller: Caller) -> Nothing:
    if wanted.token not in {row.id for row in await _tokens(desk, caller)}:
        raise Refusal(Code.NOT_FOUND, "You have no such token.", field="token")
    await desk.credentials.end_one(caller.principal, wanted.token)
    desk.ended(caller.principal.user, only=wanted.token)
    return Nothing()


async def _tokens(desk: Desk, caller: Caller) -> list[CredentialRow]:
    rows = await desk.store.credentials(caller.principal.user)
    return [row for row in rows if row.kind == "token"]


def _token(row: CredentialRow) -> Token:
    return Token(
        token=row.id,
        label=row.label,
        created=row.created,
        seen=row.seen,
        expires=row.expires,
        scopes=_listed(row.scopes),
    )


def _listed(held: frozenset[str] | None) -> list[str] | None:
    return None if held is None else sorted(held)


CALLS: Final = (
    Call("GET", "/session", AskSession, "Who one is", run=session, output=SessionState),
    Call(
        "GET", "/tokens", ListTokens, "One's tokens", "tokens:read", run=list_tokens, output=Tokens
    ),
    Call(
        "POST",
        "/tokens",
        NewToken,
        "Make a token",
        "tokens:write",
        status=201,
        run=new_token,
        output=MadeToken,
        refused=(Code.FORBIDDEN, Code.LIMIT_REACHED, Code.BAD_FIELD),
    ),
    Call(
        "DELETE",
        "/tokens/{token}",
        EndToken,
        "End a token",
        "tokens:write",
        status=204,
        run=end_token,
        refused=(Code.NOT_FOUND,),
    ),
)
