"""Scheduled messages: said later, by the server, whether their author is there or not."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from chatd.core.principal import Principal
from chatd.engine.files import HoldFiles
from chatd.engine.rows import ToPerson
from chatd.engine.scheduled import (
    FailScheduled,
    IsAhead,
    IsScheduled,
    PutOff,
    Schedule,
    ScheduledRow,
    Unschedule,
)
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import Change, MayWrite, Requirement, SeesMessage, Unit, UserExists
from chatd.engine.view import View
from chatd.features.cards import checked_data
from chatd.features.messages import Files, Send, Text, chosen, text_beside
from chatd.wire.frames import Command, Data, Key, Keyed, Millis, Reply, RoomRef, Seq, Signal

#: How far ahead a message may lie, in milliseconds.
SOONEST = 60_000
LATEST = 366 * 24 * 3600 * 1000
#: How many messages of one person may wait or have failed.
MOST = 100
#: How many bytes of messages one answer carries.
PAGE_BYTES = 128 * 1024
#: Prefix of the key under which a scheduled message is said; no client's key begins with it.
SAID = "~"


class ScheduleMessage(Keyed, frozen=True, kw_only=True, tag="schedule"):
    """Says something at the time ``at``, between a minute and a year ahead: as if you had sent it
    then, with the rights and the rules of that moment. Its ``key`` names it until then. At most 100
    messages wait."""

    room: RoomRef
    text: Text
    data: Data | None = None
    reply_to: Seq | None = None
    files: Files | msgspec.UnsetType = msgspec.UNSET
    at: Millis


class UnscheduleMessage(Keyed, frozen=True, kw_only=True, tag="unschedule"):
    """Takes a scheduled message back, or forgets one that could not be said."""

    scheduled: Key


class ListScheduled(Command, frozen=True, kw_only=True, tag="scheduled"):
    """Your scheduled messages by key, as many as fit into one answer: ``after`` is the last key
    seen."""

    after: Key | None = None


class ScheduledShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message to be said at ``at``; with ``failure`` it could not be, and why. ``files`` are
    ids."""

    scheduled: str
    room: str
    text: str
    data: Data | None = None
    reply_to: Seq | None = None
    files: list[str] = msgspec.field(default_factory=list)
    at: Millis
    failure: str | None = None


class Scheduled(Reply, frozen=True, kw_only=True, tag="scheduled"):
    """A page of scheduled messages. With ``more`` there are others after the last one."""

    scheduled: list[ScheduledShape]
    more: bool = False


class ScheduleSet(Signal, frozen=True, kw_only=True, tag="schedule_set"):
    """A message of your own waits to be said. One known before was put off: slow mode makes it wait
    longer."""

    item: ScheduledShape


class ScheduleEnded(Signal, frozen=True, kw_only=True, tag="schedule_ended"):
    """A scheduled message was said, or taken back."""

    scheduled: str


class ScheduleFailed(Signal, frozen=True, kw_only=True, tag="schedule_failed"):
    """A scheduled message could not be said; it is kept until it is taken back."""

    scheduled: str
    room: str
    failure: str


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the store keeps of a message to be said."""

    text: str
    data: Data | None = None
    reply_to: int | None = None
    files: tuple[str, ...] = ()


def schedule(command: ScheduleMessage, actor: Principal, context: Context) -> Unit:
    files = chosen(command.files)
    body = Body(
        text_beside(files, command.text, context),
        checked_data(command.data, context),
        command.reply_to,
        files,
    )
    requires: tuple[Requirement, ...] = (
        IsAhead(command.at, context.now, SOONEST, LATEST),
        MayWrite(command.room, actor.user, context.now, anew=False),
    )
    if command.reply_to is not None:
        requires += (SeesMessage(command.room, command.reply_to, actor.user),)
    stored = msgspec.json.encode(body)
    row = ScheduledRow(actor.user, actor.name, command.key, command.room, command.at, stored)
    changes: tuple[Change, ...] = (
        Schedule(actor.user, row.key, row.room, row.due, row.body, MOST),
    )
    if files:
        changes += (HoldFiles(actor.user, row.key, files),)
    return Unit(
        actor.user,
        requires=requires,
        changes=changes,
        room=command.room,
        tells=(_set(row),),
    )


def unschedule(command: UnscheduleMessage, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        changes=(Unschedule(actor.user, command.scheduled),),
        tells=(ToPerson(actor.user, ScheduleEnded(scheduled=command.scheduled)),),
    )


async def scheduled(
    command: ListScheduled, actor: Principal, context: Context, view: View
) -> Scheduled:
    rows, more = await context.store.scheduled(actor.user, command.after, PAGE_BYTES)
    return Scheduled(id=command.id, scheduled=[_shape(row) for row in rows], more=more)


def _shape(row: ScheduledRow) -> ScheduledShape:
    body = _read(row.body)
    return ScheduledShape(
        scheduled=row.key,
        room=row.room,
        text=body.text,
        data=body.data,
        reply_to=body.reply_to,
        files=list(body.files),
        at=row.due,
        failure=row.failure,
    )


def _set(row: ScheduledRow) -> ToPerson:
    return ToPerson(row.user, ScheduleSet(item=_shape(row)))


_read = msgspec.json.Decoder(Body).decode


class Sayings:
    """What the agenda does with a message that is due. ``decide`` is the engine's."""

    def __init__(self, decide: Callable[[Command, Principal], Unit]) -> None:
        self._decide = decide

    def said(self, row: ScheduledRow) -> Unit:
        """The message is sent in its author's name: once, under a key that follows from its own."""
        body = _read(row.body)
        send = Send(
            id=0,
            key=SAID + row.key,
            room=row.room,
            text=body.text,
            data=body.data,
            reply_to=body.reply_to,
            files=list(body.files) if body.files else msgspec.UNSET,
        )
        unit = self._decide(send, Principal(row.user, row.name, False, "bearer", ""))
        return replace(
            unit,
            requires=(IsScheduled(row.user, row.key), UserExists(row.user), *unit.requires),
            changes=(Unschedule(row.user, row.key), *unit.changes),
            tells=(*unit.tells, ToPerson(row.user, ScheduleEnded(scheduled=row.key))),
        )

    def put_off(self, row: ScheduledRow, due: int) -> Unit:
        return Unit(
            row.user,
            requires=(IsScheduled(row.user, row.key),),
            changes=(PutOff(row.user, row.key, due, _set),),
        )

    def failed(self, row: ScheduledRow, failure: str) -> Unit:
        told = ScheduleFailed(scheduled=row.key, room=row.room, failure=failure)
        return Unit(
            row.user,
            requires=(IsScheduled(row.user, row.key),),
            changes=(FailScheduled(row.user, row.key, failure),),
            tells=(ToPerson(row.user, told),),
        )


feature = Feature(
    "scheduled",
    rows=(
        Write(ScheduleMessage, schedule, cost=2),
        Write(UnscheduleMessage, unschedule),
        Read(ListScheduled, scheduled, Scheduled),
    ),
    said=(ScheduleSet, ScheduleEnded, ScheduleFailed),
)
