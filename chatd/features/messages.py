"""Messages: send, edit, delete.

The body of a message lives in one place, its own row of the log. An edit or a deletion replaces it
there and appends an event of its own, in one transaction, so that nobody is ever sent erased text:
whoever resumes across both gets the message with its current text.
"""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import msgspec

from chatd.core.codes import Code
from chatd.core.files import EACH
from chatd.core.mentions import mentioned
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.core.text import clean_text
from chatd.engine.files import FileRow, SayWithFiles
from chatd.engine.rows import EventRow, RoleName
from chatd.engine.table import Context, EventKind, Feature, Write
from chatd.engine.unit import (
    Append,
    Change,
    IsMember,
    IsMessage,
    MayWrite,
    Mentions,
    ReplaceBody,
    Requirement,
    SeesMessage,
    Unit,
)
from chatd.features.cards import checked_data
from chatd.features.rights import Action, least
from chatd.features.shapes import FileShape, file, line
from chatd.wire.frames import Data, Event, Keyed, Millis, RoomRef, Seq

#: How long authors may edit or delete their own message, in milliseconds (24 hours).
OWN_FOR = 24 * 3600 * 1000
#: In rooms of up to this many members everyone may call everyone.
FEW = 20
#: Who may call everyone in larger ones.
CALLS_EVERYONE: RoleName = "moderator"

Text = Annotated[str, msgspec.Meta(max_length=16_384, description="Message text, in any script.")]
FileId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
#: Unset, not empty, if there are none: so when a client from before files repeats a message after
#: an update, its digest is the one in the ledger.
Files = Annotated[
    list[FileId], msgspec.Meta(max_length=EACH, description="Ids of files one has brought.")
]


class Send(Keyed, frozen=True, kw_only=True, tag="send"):
    """Says something in a room. The reply's ``seq`` is the message's place for ever.

    ``reply_to`` is the message that this one answers. "@name" mentions a member; "@room" everyone,
    for moderators, and for members of rooms with up to 20 people.

    ``files`` were uploaded before with `POST /api/files`; each is in only one message. With files
    the text may be empty."""

    room: RoomRef
    text: Text
    data: Data | None = None
    reply_to: Seq | None = None
    files: Files | msgspec.UnsetType = msgspec.UNSET


class Edit(Keyed, frozen=True, kw_only=True, tag="edit"):
    """Replaces the text of your own message, within 24 hours, and its ``data`` (left out, it is
    removed). What it answers and its files stay. A forwarded message cannot be edited."""

    room: RoomRef
    seq: Seq
    text: Text
    data: Data | None = None


class Delete(Keyed, frozen=True, kw_only=True, tag="delete"):
    """Erases a message: your own within 24 hours, anybody's as a moderator. Its place stays."""

    room: RoomRef
    seq: Seq


class Forwarded(msgspec.Struct, frozen=True, kw_only=True):
    """Who said it first, and when."""

    user: str
    name: str
    at: Millis


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of a message."""

    text: str = ""
    data: dict[str, Any] | None = None
    edited: int | None = None
    deleted: int | None = None
    reply_to: int | None = None
    forwarded: Forwarded | None = None
    files: list[FileShape] = msgspec.field(default_factory=list)


class Reaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many people react to a message with ``emoji``: the ids of the first of them, at most 10
    (fewer on a page with very many reactions), and whether you do."""

    emoji: str
    count: int
    users: list[str]
    mine: bool = False


class Message(Event, frozen=True, kw_only=True, tag="message"):
    """Somebody said something. ``number`` counts the room's messages: unread = the room's number
    less that of the last message read. ``text`` is the current one; absent once ``deleted``.
    ``mentions`` are user ids, and "*" for everyone in the room. ``reactions`` are shown in
    `opened`, `history` and `messages`, in order of their first use; a message that arrives live or
    on resuming has none yet, and `reacted` reports each one. ``files`` are absent once ``deleted``,
    and no edit changes them."""

    number: int
    text: str = ""
    data: Data | None = None
    reply_to: Seq | None = None
    mentions: list[str] = msgspec.field(default_factory=list)
    forwarded: Forwarded | None = None
    edited: Millis | None = None
    deleted: Millis | None = None
    reactions: list[Reaction] = msgspec.field(default_factory=list)
    files: list[FileShape] = msgspec.field(default_factory=list)


class Edited(Event, frozen=True, kw_only=True, tag="edited"):
    """The message ``target`` now has this content; its files are those it had. Without words and
    files for whoever came after the message and may not see it."""

    target: Seq
    text: str = ""
    data: Data | None = None
    reply_to: Seq | None = None
    mentions: list[str] = msgspec.field(default_factory=list)
    deleted: Millis | None = None
    files: list[FileShape] = msgspec.field(default_factory=list)


class Deleted(Event, frozen=True, kw_only=True, tag="deleted"):
    """The message ``target`` was erased; only its place stays."""

    target: Seq


def send(command: Send, actor: Principal, context: Context) -> Unit:
    files = chosen(command.files)
    body = Body(
        text=text_beside(files, command.text, context),
        data=checked_data(command.data, context),
        reply_to=command.reply_to,
    )
    requires: tuple[Requirement, ...] = (MayWrite(command.room, actor.user, context.now),)
    if command.reply_to is not None:
        requires += (SeesMessage(command.room, command.reply_to, actor.user),)
    said = Append(
        command.room,
        "message",
        actor.user,
        context.now,
        msgspec.json.encode(body),
        numbered=True,
        mentions=mentions_of(body.text),
    )
    change: Change = said
    if files:
        change = SayWithFiles(said, files, partial(_with_files, body))
    return Unit(actor.user, requires=requires, changes=(change,))


def chosen(files: Files | msgspec.UnsetType) -> tuple[str, ...]:
    """The files of a command, each once."""
    wanted = () if isinstance(files, msgspec.UnsetType) else tuple(files)
    if len(set(wanted)) < len(wanted):
        raise Refusal(Code.BAD_FIELD, "The same file stands here twice.", field="files")
    return wanted


def text_beside(files: Sequence[str], text: str, context: Context) -> str:
    """The text of a message, which need not have one if it has files."""
    return message_text(text, context) if text.strip() or not files else ""


def _with_files(body: Body, rows: Sequence[FileRow]) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(body, files=[file(row) for row in rows]))


def edit(command: Edit, actor: Principal, context: Context) -> Unit:
    # Whether it may be empty is known only with the message at hand.
    text = message_text(command.text, context) if command.text.strip() else ""
    body = partial(_edited, text=text, data=checked_data(command.data, context), context=context)
    own = IsMessage(command.room, command.seq, actor.user, not_before=context.now - OWN_FOR)
    return Unit(
        actor.user,
        requires=(
            MayWrite(command.room, actor.user, context.now, anew=False),
            own,
        ),
        changes=(
            ReplaceBody(command.room, command.seq, body, mentions=mentions_of(text)),
            _about(command.room, command.seq, "edited", actor, context),
        ),
    )


def delete(command: Delete, actor: Principal, context: Context) -> Unit:
    allowed = IsMessage(
        command.room,
        command.seq,
        actor.user,
        not_before=context.now - OWN_FOR,
        or_role=least(Action.DELETE_ANY),
    )
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.DELETE_OWN)), allowed),
        changes=(
            ReplaceBody(
                command.room,
                command.seq,
                msgspec.json.encode(Body(deleted=context.now)),
                deleted=True,
            ),
            _about(command.room, command.seq, "deleted", actor, context),
        ),
    )


def _edited(old: bytes, text: str, data: dict[str, Any] | None, context: Context) -> bytes:
    body = read_body(old)
    if body.forwarded is not None:
        raise Refusal(
            Code.WRONG_STATE,
            "A forwarded message keeps the words of the one who said it first; delete it, or say"
            " something of your own.",
        )
    if not body.files:
        text = message_text(text, context)
    edited = msgspec.structs.replace(body, text=text, data=data, edited=context.now)
    return msgspec.json.encode(edited)


def _about(room: str, seq: int, kind: str, actor: Principal, context: Context) -> Append:
    # The event itself carries no text: what it shows is read from its target, always current.
    return Append(room, kind, actor.user, context.now, b"", target=seq)


def mentions_of(text: str) -> Mentions | None:
    if "@" not in text:
        return None
    names, everyone = mentioned(text)
    if not (names or everyone):
        return None
    return Mentions(names, everyone, CALLS_EVERYONE, FEW)


def message_text(text: str, context: Context) -> str:
    return clean_text(text, limit=context.limits.text_code_points)


_body = msgspec.json.Decoder(Body)


def read_body(body: bytes) -> Body:
    """What the log keeps of a message, from its row's ``body``."""
    return _body.decode(body)


def render_message(row: EventRow, cursor: str) -> Message:
    # `shapes.line` written out: nearly all events are messages, and a struct made from a dict takes
    # three times as long.
    body = read_body(row.body)
    return Message(
        room=row.room,
        seq=row.seq,
        cursor=cursor,
        at=row.at,
        from_=row.author,
        name=row.author_name,
        number=row.number,
        text=body.text,
        data=body.data,
        reply_to=body.reply_to,
        mentions=list(row.mentions),
        forwarded=body.forwarded,
        edited=body.edited,
        deleted=body.deleted,
        files=body.files,
    )


def render_edited(row: EventRow, cursor: str) -> Edited:
    body = read_body(row.body)
    assert row.target is not None
    return Edited(
        **line(row, cursor),
        target=row.target,
        text=body.text,
        data=body.data,
        reply_to=body.reply_to,
        mentions=list(row.mentions),
        deleted=body.deleted,
        files=body.files,
    )


def render_deleted(row: EventRow, cursor: str) -> Deleted:
    assert row.target is not None
    return Deleted(
        **line(row, cursor),
        target=row.target,
    )


feature = Feature(
    "messages",
    rows=(
        Write(Send, send),
        Write(Edit, edit),
        Write(Delete, delete),
    ),
    events=(
        EventKind("message", Message, render_message),
        EventKind("edited", Edited, render_edited),
        EventKind("deleted", Deleted, render_deleted),
    ),
)
