"""What this server speaks, derived from the table of features: the catalogue of messages, the page
/protocol, the schema.

How a command may be refused is not written down twice: it follows from what its handler requires,
changes and reads.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from types import CodeType, FunctionType
from typing import Any, Final, get_type_hints

import msgspec

from chatd import features
from chatd.core.codes import CODES, Code
from chatd.engine.references import references
from chatd.engine.table import Feature, Read, Row, Write
from chatd.wire.catalogue import Catalogue, CommandEntry, FeatureEntry
from chatd.wire.document import document
from chatd.wire.frames import Command, Done, Keyed, Reply
from chatd.wire.schema import schema

#: What a handler mentions, and how it may be refused for that; see `engine.unit` and `.ports`.
_REFUSED_FOR: Final[dict[str, tuple[Code, ...]]] = {
    "IsMember": (Code.NOT_FOUND, Code.FORBIDDEN),
    "MayWrite": (
        Code.NOT_FOUND,
        Code.FORBIDDEN,
        Code.WRONG_STATE,
        Code.BLOCKED,
        Code.RATE_LIMITED,
    ),
    "SeesMessage": (Code.NOT_FOUND, Code.GONE),
    "IsRoom": (Code.NOT_FOUND, Code.WRONG_STATE),
    "NotMember": (Code.EXISTS,),
    "NotBanned": (Code.BANNED,),
    "Outranks": (Code.FORBIDDEN, Code.NOT_FOUND),
    "KeepsAnOwner": (Code.WRONG_STATE,),
    "IsMessage": (Code.NOT_FOUND, Code.GONE, Code.FORBIDDEN),
    "UserExists": (Code.NOT_FOUND,),
    "NoGuest": (Code.FORBIDDEN,),
    "NotConfined": (Code.FORBIDDEN,),
    "NotBlocked": (Code.BLOCKED,),
    "NotBlockedBy": (Code.BLOCKED,),
    "UnderLimit": (Code.LIMIT_REACHED,),
    "FewStays": (Code.LIMIT_REACHED,),
    "FewRooms": (Code.LIMIT_REACHED,),
    "IsInvited": (Code.NOT_FOUND,),
    "MayBeInvited": (Code.EXISTS, Code.LIMIT_REACHED),
    "CreateRoomLink": (Code.LIMIT_REACHED,),
    "EndRoomLink": (Code.NOT_FOUND,),
    "EndInvited": (Code.NOT_FOUND,),
    "EnterByLink": (Code.NOT_FOUND, Code.EXISTS, Code.BANNED, Code.LIMIT_REACHED),
    "IsAhead": (Code.BAD_FIELD,),
    "Schedule": (Code.LIMIT_REACHED, Code.EXISTS),
    "Unschedule": (Code.NOT_FOUND,),
    "SayWithFiles": (Code.NOT_FOUND, Code.WRONG_STATE),
    "HoldFiles": (Code.NOT_FOUND, Code.WRONG_STATE),
    "OwnsPicture": (Code.NOT_FOUND,),
    "MayBeginDirect": (Code.FORBIDDEN,),
    "FewBlocks": (Code.LIMIT_REACHED,),
    "MayPin": (Code.NOT_FOUND, Code.FORBIDDEN, Code.WRONG_STATE, Code.BLOCKED),
    "React": (Code.EXISTS, Code.NOT_FOUND, Code.LIMIT_REACHED),
    "Pin": (Code.EXISTS, Code.NOT_FOUND, Code.LIMIT_REACHED),
    "room_slug": (Code.NAME_TAKEN,),
    "renewals": (Code.UNAUTHORIZED, Code.FORBIDDEN, Code.RATE_LIMITED, Code.UNAVAILABLE),
}
#: What a read asks of the store, likewise.
_ASKED: Final[dict[str, tuple[Code, ...]]] = {
    "page": (Code.NOT_FOUND, Code.FORBIDDEN),
    "opening": (Code.NOT_FOUND, Code.FORBIDDEN),
    "members": (Code.NOT_FOUND, Code.FORBIDDEN),
    "marks": (Code.NOT_FOUND, Code.FORBIDDEN),
    "room": (Code.NOT_FOUND,),
    "room_links": (Code.NOT_FOUND, Code.FORBIDDEN),
    "behind_link": (Code.NOT_FOUND,),
    "banned_people": (Code.NOT_FOUND, Code.FORBIDDEN),
    "invited_people": (Code.NOT_FOUND, Code.FORBIDDEN),
    "person": (Code.NOT_FOUND,),
    "profile": (Code.NOT_FOUND,),
    "find_people": (Code.FORBIDDEN,),
    "may_type": (Code.NOT_FOUND, Code.FORBIDDEN, Code.WRONG_STATE, Code.BLOCKED),
    "public": (Code.NOT_FOUND, Code.FORBIDDEN),
    "messages": (Code.NOT_FOUND, Code.FORBIDDEN),
    "reactors": (Code.NOT_FOUND, Code.FORBIDDEN, Code.GONE),
    "pins": (Code.NOT_FOUND, Code.FORBIDDEN),
    "revisions": (Code.NOT_FOUND, Code.FORBIDDEN, Code.GONE),
    "read_by": (Code.NOT_FOUND, Code.FORBIDDEN, Code.GONE),
    "search": (Code.NOT_FOUND, Code.FORBIDDEN),
}
_ASKS: Final = re.compile(r"\bstore\.(\w+)\(")
_CODES: Final = {code.name: code for code in Code}


def catalogue(table: Sequence[Feature] = features.ALL) -> Catalogue:
    """The catalogue of the features in ``table``."""
    return Catalogue(tuple(map(_feature, table)))


@cache
def protocol_text() -> bytes:
    """docs/protocol.md as this server speaks it."""
    template = resources.files("chatd.wire").joinpath("protocol.tmpl.md").read_text("utf-8")
    return document(template, catalogue()).encode()


@cache
def protocol_schema() -> bytes:
    """The JSON Schema of everything said."""
    text = msgspec.json.format(msgspec.json.encode(schema(catalogue())), indent=1)
    return bytes(text) + b"\n"


def _feature(feature: Feature) -> FeatureEntry:
    module = sys.modules[feature.rows[0].command.__module__]
    # The first sentence of the module; the rest is for those who read the code.
    first = (module.__doc__ or "").strip().split("\n\n")[0]
    about = " ".join(first.partition(": ")[2].split())
    return FeatureEntry(
        feature.name,
        about[:1].upper() + about[1:].replace("``", "`"),
        tuple(map(_command, feature.rows)),
        (*(kind.event for kind in feature.events), *feature.said),
    )


def _command(row: Row) -> CommandEntry:
    handler: Callable[..., Any]
    reply: type[Reply] = Done
    if isinstance(row, Write):
        handler = row.decide
        if row.reply is not None:
            reply = get_type_hints(row.reply)["return"]
    elif isinstance(row, Read):
        handler, reply = row.answer, row.reply
    else:
        handler = row.act
    return CommandEntry(row.command, reply, tuple(map(str, _refusals(row.command, handler))))


def _refusals(command: type[Command], handler: Callable[..., Any]) -> Iterator[Code]:
    """Codes that this command may be refused with, in the order of their table."""
    found: set[Code] = set()
    if issubclass(command, Keyed):
        found.add(Code.CONFLICT)
    if references(command):
        found.add(Code.NOT_FOUND)
    for name in _mentioned(handler, set()):
        found.update(_REFUSED_FOR.get(name, ()))
        if name in _CODES:
            found.add(_CODES[name])
    for name in _ASKS.findall(inspect.getsource(handler)):
        found.update(_ASKED.get(name, ()))
    return (code for code in CODES if code in found)


def _mentioned(function: object, seen: set[CodeType]) -> Iterator[str]:
    """Names that ``function`` mentions, and the functions of ours that it calls."""
    if not isinstance(function, FunctionType) or function.__code__ in seen:
        return
    seen.add(function.__code__)
    for name in function.__code__.co_names:
        yield name
        called = function.__globals__.get(name)
        # Values of compiled types, such as patterns, have none.
        if (getattr(called, "__module__", None) or "").startswith("chatd."):
            yield from _mentioned(called, seen)
