"""Privacy: who sees when you were last here, who may begin a conversation, receipts and typing."""

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.profiles import DirectFrom, PrivacyRow, SeenBy, SetPrivacy, TellPrivacy
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import Unit
from chatd.engine.view import View
from chatd.wire.frames import Command, Keyed, Reply, Signal


class SetPrivacyCommand(Keyed, frozen=True, kw_only=True, tag="set_privacy"):
    """What is left out stays as it is.

    ``seen_by`` none: nobody is told when you were last here, nor are you told that of others.
    ``direct_from``: who may begin a conversation with you: all, people you share a room with, or
    nobody; existing ones go on. ``receipts`` false: nobody else is told what you got and read.
    ``typing`` false: nobody is told that you are typing."""

    seen_by: SeenBy | None = None
    direct_from: DirectFrom | None = None
    receipts: bool | None = None
    typing: bool | None = None


class GetPrivacy(Command, frozen=True, kw_only=True, tag="privacy"):
    """Your own settings."""


class Privacy(Reply, frozen=True, kw_only=True, tag="privacy"):
    """See `set_privacy`."""

    seen_by: SeenBy = "all"
    direct_from: DirectFrom = "all"
    receipts: bool = True
    typing: bool = True


class PrivacyChanged(Signal, frozen=True, kw_only=True, tag="privacy_changed"):
    """Your own settings as they are now, changed on another device or on this one."""

    seen_by: SeenBy = "all"
    direct_from: DirectFrom = "all"
    receipts: bool = True
    typing: bool = True


def set_privacy(command: SetPrivacyCommand, actor: Principal, context: Context) -> Unit:
    settings = (command.seen_by, command.direct_from, command.receipts, command.typing)
    if all(each is None for each in settings):
        raise Refusal(
            Code.BAD_FIELD,
            "Give `seen_by`, `direct_from`, `receipts` or `typing`.",
            field="seen_by",
        )
    return Unit(
        actor.user,
        changes=(SetPrivacy(actor.user, *settings), TellPrivacy(actor.user, _changed)),
    )


async def privacy(command: GetPrivacy, actor: Principal, context: Context, view: View) -> Privacy:
    row = await context.store.privacy(actor.user)
    return Privacy(
        id=command.id,
        seen_by=row.seen_by,
        direct_from=row.direct_from,
        receipts=row.receipts,
        typing=row.typing,
    )


def _changed(row: PrivacyRow) -> PrivacyChanged:
    return PrivacyChanged(
        seen_by=row.seen_by,
        direct_from=row.direct_from,
        receipts=row.receipts,
        typing=row.typing,
    )


feature = Feature(
    "privacy",
    rows=(Write(SetPrivacyCommand, set_privacy), Read(GetPrivacy, privacy, Privacy)),
    said=(PrivacyChanged,),
)
