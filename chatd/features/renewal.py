"""Renewal: people from another site go on past the end of their token, on the same connection."""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.wire.frames import Command, Ending, Millis, Reply


class Renew(Command, frozen=True, kw_only=True, tag="renew"):
    """Takes a fresh ``token`` from your site (a JWT, as for POST /api/session/exchange) in place of
    the one about to end: the connection goes on, and so does the secret that the earlier token was
    exchanged for. It must be about the same person; otherwise it is refused and nothing changes."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]


class Renewed(Reply, frozen=True, kw_only=True, tag="renewed"):
    """Your proof of identity is now good until ``expires``."""

    expires: Millis


async def renew(command: Renew, actor: Principal, context: Context, view: View) -> Renewed:
    if context.renewals is None:
        raise Refusal(
            Code.WRONG_STATE,
            "This server takes no tokens of other sites: its settings have no [site].",
        )
    return Renewed(id=command.id, expires=await context.renewals.renew(actor, command.token))


feature = Feature("renewal", rows=(Read(Renew, renew, Renewed, cost=2.0),), said=(Ending,))
