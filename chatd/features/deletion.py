"""Deleting an account: what it says in the rooms that are left, and about the messages that go."""

from collections.abc import Sequence

import msgspec

from chatd.engine.deletion import (
    BeginDeletion,
    EndDeletion,
    NotLastAdministrator,
    Parting,
    PartsSo,
)
from chatd.engine.profiles import TellPerson
from chatd.engine.unit import Append, Change, ChangeRoom, ReplaceBody, Unit
from chatd.features import messages, rooms
from chatd.features.members import movement
from chatd.features.person_shapes import person_changed

#: What people see in place of a name; user names begin with the same word.
DISPLAY = "Deleted account"
NAME = "deleted-"


def begun(user: str, letters: str, now: int, *, erase: bool) -> Unit:
    """The account is nobody's from here on. ``letters`` make its new name unique."""
    return Unit(
        user,
        requires=(NotLastAdministrator(user),),
        changes=(
            BeginDeletion(user, NAME + letters, DISPLAY, erase),
            TellPerson(user, now, person_changed),
        ),
    )


def parted(parting: Parting, now: int) -> Unit:
    """Leaves one room, which keeps an owner, or is archived if nobody stays."""
    room, user = parting.room, parting.user
    changes: tuple[Change, ...] = ()
    if parting.successor is not None:
        changes += movement(room, user, parting.successor, "role", "owner", now)
    if parting.direct or parting.alone:
        body = msgspec.json.encode(rooms.Body(archived=True))
        changes += (ChangeRoom(room, archived=True), Append(room, "room", user, now, body))
    changes += movement(room, user, user, "left", None, now)
    return Unit(user, requires=(PartsSo(parting),), changes=changes)


def erased(user: str, found: Sequence[tuple[str, int]], now: int) -> Unit:
    """Erases these messages of ``user``; only their places stay."""
    body = msgspec.json.encode(messages.Body(deleted=now))
    changes: list[Change] = []
    for room, seq in found:
        changes.append(ReplaceBody(room, seq, body, deleted=True))
        changes.append(Append(room, "deleted", user, now, b"", target=seq))
    return Unit(user, changes=tuple(changes))


def done(user: str) -> Unit:
    return Unit(user, changes=(EndDeletion(user),))
