"""Tickets for the WebSocket: for oneself, and for a site's visitors by the site's own server."""

from typing import Annotated, Final

import msgspec

from chatd.auth.origins import named_origin
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.edge.api.calls import Call, Caller, Input, Output
from chatd.edge.api.desk import Desk
from chatd.edge.handshake import SUBPROTOCOL
from chatd.wire.frames import Millis, UserRef

SCOPE: Final = "tickets:write"
#: How long a connection on somebody else's ticket lasts, and how much of that must be left for the
#: next ticket to be given on the same terms.
VISIT_MS: Final = 12 * 3_600_000
LEAST_MS: Final = 3_600_000


class AskTicket(Input, frozen=True, kw_only=True):
    """``origin``: the site whose page will use the ticket, as https://example.org; without it that
    of the asking page, or of no page at all. ``user``: for whom, if not for the asker."""

    origin: Annotated[str, msgspec.Meta(max_length=512)] | None = None
    user: UserRef | None = None


class MadeTicket(Output, frozen=True, kw_only=True):
    """``protocols`` are what a page hands to `new WebSocket(url, protocols)`, once, before
    ``expires``."""

    protocols: list[str]
    expires: Millis
    origin: str


async def ticket(desk: Desk, wanted: AskTicket, caller: Caller) -> MadeTicket:
    who = caller.principal
    if wanted.origin is None:
        origin = desk.guard.origin(caller.ask, "bearer")
    else:
        origin = named_origin(wanted.origin)
    user, session = who.user, who.session
    if wanted.user is not None and wanted.user != who.user:
        user, session = wanted.user, await _visit(desk, who, wanted.user)
    made = await desk.tickets.issue(who, user, session, origin)
    return MadeTicket(protocols=[SUBPROTOCOL, made.protocol], expires=made.expires, origin=origin)


async def _visit(desk: Desk, who: Principal, user: str) -> str:
    """What a ticket for somebody else rests on: a credential of theirs whose secret nobody has. It
    is in their list, ends by itself or with a sign-out, and gives no administrator's rights."""
    if not who.admin or who.scopes is None or SCOPE not in who.scopes:
        raise Refusal(
            Code.FORBIDDEN,
            f"A ticket for somebody else takes an administrator's token that names {SCOPE}.",
            field="user",
        )
    row = await desk.store.user(user)
    if row is None or row.disabled:
        raise Refusal(Code.NOT_FOUND, "There is no such account, or it is disabled.", field="user")
    label = f"by {who.name}"
    now = desk.clock.wall()
    for held in await desk.store.credentials(user):
        lasts = (held.expires or 0) - now >= LEAST_MS
        if held.kind == "site" and held.label == label and lasts:
            return held.id
    visit = await desk.credentials.new_site(user, label, now + VISIT_MS, asker=who)
    desk.journal.line("{who} asked for a ticket for {user}", who=who.user, user=user)
    return visit.id


CALLS: Final = (
    Call(
        "POST",
        "/tickets",
        AskTicket,
        "A ticket for the WebSocket",
        SCOPE,
        status=201,
        run=ticket,
        output=MadeTicket,
        refused=(Code.BAD_FIELD, Code.FORBIDDEN, Code.NOT_FOUND),
    ),
)
