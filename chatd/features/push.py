"""Push: being told of messages while the page is closed, by the browser's push service (Web Push,
RFC 8030)."""

from typing import Annotated

import msgspec

from chatd.core import push_endpoint
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.pushes import EndSubscription, SetSubscription, SubscriptionRow
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import Unit
from chatd.engine.view import View
from chatd.wire.frames import Command, Reply

#: Browsers of one person that are told; beyond that the ones that asked first no longer are.
MOST = 20

Endpoint = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=push_endpoint.LONGEST, description="Address of a push service."
    ),
]
Base64 = Annotated[str, msgspec.Meta(min_length=1, max_length=100, description="base64url.")]


class SubscribePush(Command, frozen=True, kw_only=True, tag="push_subscribe"):
    """This session's browser is now told of what is meant for you while none of your pages is open:
    direct messages, mentions, and whatever else you are notified of (`set_room`). A session has one
    browser: another ``endpoint`` replaces the one before. The fields are those of the browser's
    `PushSubscription`, made with the ``key`` that `push` tells. It ends with the session, with
    `push_unsubscribe`, and when the push service no longer knows it. ``text``: include the text of
    messages, if this server allows it. It may be sent again without a key."""

    endpoint: Endpoint
    p256dh: Base64
    auth: Base64
    text: bool = False


class UnsubscribePush(Command, frozen=True, kw_only=True, tag="push_unsubscribe"):
    """This session's browser is no longer told of anything. It may be sent again without a key."""


class GetPush(Command, frozen=True, kw_only=True, tag="push"):
    """Whether this server pushes, and where to for this session."""


class Push(Reply, frozen=True, kw_only=True, tag="push"):
    """``key`` is the browser's `applicationServerKey`; without one this server pushes nothing.
    ``texts``: it allows texts to be included. ``endpoint`` is where this session's browser is told
    of messages, absent if it is not; ``text`` as it was asked for then."""

    key: str | None = None
    texts: bool = False
    endpoint: str | None = None
    text: bool = False


def subscribe(command: SubscribePush, actor: Principal, context: Context) -> Unit:
    if context.push is None:
        raise Refusal(
            Code.WRONG_STATE,
            "This server pushes nothing; its operator can change that (push.enabled).",
        )
    browser = SubscriptionRow(
        actor.session,
        actor.user,
        push_endpoint.endpoint(command.endpoint),
        push_endpoint.public_key(command.p256dh),
        push_endpoint.secret(command.auth),
        command.text,
    )
    return Unit(actor.user, changes=(SetSubscription(browser, context.now, MOST),))


def unsubscribe(command: UnsubscribePush, actor: Principal, context: Context) -> Unit:
    return Unit(actor.user, changes=(EndSubscription(actor.session),))


async def push(command: GetPush, actor: Principal, context: Context, view: View) -> Push:
    if context.push is None:
        return Push(id=command.id)
    here = await context.store.subscription(actor.session)
    return Push(
        id=command.id,
        key=context.push.key,
        texts=context.push.text,
        endpoint=None if here is None else here.endpoint,
        text=here is not None and here.text,
    )


feature = Feature(
    "push",
    rows=(
        Write(SubscribePush, subscribe),
        Write(UnsubscribePush, unsubscribe),
        Read(GetPush, push, Push),
    ),
)
