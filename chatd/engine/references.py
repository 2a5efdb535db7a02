"""Rooms and people by name: which fields of a command may hold "#tea" or "@alice".

Handlers get ids only. What a struct declares as `RoomRef` or `UserRef`, alone, optional, or in a
list, is found here once, from its annotations.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args, get_type_hints

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.ports import Store
from chatd.wire.frames import RoomRef, UserRef

#: A command, or anything else declared like one.
S = TypeVar("S", bound=msgspec.Struct)

#: Each name is a question to the store; a command may ask this many. Ids are free.
MOST_NAMES: Final = 50


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that refers to rooms or to people, whose names begin with ``mark``."""

    field: str
    mark: str

    def names(self, command: msgspec.Struct) -> list[str]:
        """What the field holds that is a name, not an id."""
        value = getattr(command, self.field)
        if value is None:
            return []
        return [text for text in _texts(value) if text.startswith(self.mark)]


def references(command: type[msgspec.Struct]) -> tuple[Reference, ...]:
    """The fields of ``command`` that refer to rooms or people."""
    hints = get_type_hints(command, include_extras=True)
    return tuple(
        Reference(field, mark)
        for field, hint in hints.items()
        for mark, kind in (("#", RoomRef), ("@", UserRef))
        if _holds(hint, kind)
    )


async def resolved(command: S, fields: Iterable[Reference], store: Store, user: str) -> S:
    """``command`` with ids for names; `not-found` where nothing that ``user`` may know has it."""
    wanted = [(reference, reference.names(command)) for reference in fields]
    if sum(len(names) for _, names in wanted) > MOST_NAMES:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"A command may name at most {MOST_NAMES} rooms or people; use their ids.",
        )
    changes: dict[str, Any] = {}
    for reference, names in wanted:
        ids = {}
        for name in names:
            bare = name.removeprefix(reference.mark)
            found = store.by_slug(bare, user) if reference.mark == "#" else store.by_name(bare)
            ids[name] = await found
        if ids:
            value = getattr(command, reference.field)
            texts = [ids.get(text, text) for text in _texts(value)]
            changes[reference.field] = texts[0] if isinstance(value, str) else texts
    return msgspec.structs.replace(command, **changes)


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _holds(hint: Any, kind: Any) -> bool:
    return bool(hint == kind) or any(_holds(part, kind) for part in get_args(hint))
