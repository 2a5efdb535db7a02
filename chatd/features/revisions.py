"""Revisions: what a message said before it was edited, for those who look after a room."""

from typing import Annotated

import msgspec

from chatd.core.principal import Principal
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.features.messages import read_body
from chatd.wire.frames import Command, Data, Millis, Reply, RoomRef, Seq

#: Revisions in one reply: together they are no longer than a page of history.
LISTED = 12

After = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class ListRevisions(Command, frozen=True, kw_only=True, tag="revisions"):
    """What a message said before, oldest first, after the revision ``after``: for its author and
    for moderators, in a direct conversation only for its author. The first words and the last 50
    before the present ones are kept until the message is deleted."""

    room: RoomRef
    seq: Seq
    after: After = 0


class Revision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the message said from ``at`` on, until the next revision, or the message as it is."""

    revision: int
    at: Millis
    text: str
    data: Data | None = None


class Revisions(Reply, frozen=True, kw_only=True, tag="revisions"):
    """At most 12 revisions; with ``more`` there are others, after the last one's number."""

    room: str
    seq: Seq
    revisions: list[Revision]
    more: bool = False


async def revisions(
    command: ListRevisions, actor: Principal, context: Context, view: View
) -> Revisions:
    rows = await context.store.revisions(
        actor.user, command.room, command.seq, command.after, LISTED + 1
    )
    shown = []
    for row in rows[:LISTED]:
        body = read_body(row.body)
        shown.append(Revision(revision=row.revision, at=row.at, text=body.text, data=body.data))
    return Revisions(
        id=command.id,
        room=command.room,
        seq=command.seq,
        revisions=shown,
        more=len(rows) > LISTED,
    )


feature = Feature("revisions", rows=(Read(ListRevisions, revisions, Revisions),))
