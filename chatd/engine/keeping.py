"""How one person keeps rooms: what to be notified of, their order, marks as unread; drafts."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from chatd.engine.rows import Notify, SettingsRow, Tell
from chatd.engine.unit import Growth

Clearable = Literal["notify", "muted_until", "place", "unread_from"]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """Words not yet said; ``body`` is JSON of the feature's own, b"" if there are none now."""

    room: str
    body: bytes
    at: int


#: Turns a row into what its person is told.
TellSettings = Callable[[SettingsRow], Tell]


@dataclass(frozen=True, slots=True)
class SetSettings(Growth):
    """What is not None is so from now on; what ``clear`` names is None again."""

    room: str
    user: str
    tell: TellSettings
    notify: Notify | None = None
    muted_until: int | None = None
    favourite: bool | None = None
    place: int | None = None
    unread_from: int | None = None
    clear: tuple[Clearable, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRooms(Growth):
    """Those of ``rooms`` that ``user`` is in have the places 0, 1, 2 …, all others none.
    ``tell`` turns those rooms into what the person is told."""

    user: str
    rooms: tuple[str, ...]
    tell: Callable[[tuple[str, ...]], Tell]


@dataclass(frozen=True, slots=True)
class SetDraft(Growth):
    """The draft of ``user`` in ``room``, b"" for none; of more than ``most`` the oldest go.
    ``tell`` makes of each that changed what the person is told."""

    room: str
    user: str
    body: bytes
    at: int
    most: int
    tell: Callable[[DraftRow], Tell]


class Keeping(Protocol):
    def drafts(
        self, user: str, after: str | None, limit: int
    ) -> Awaitable[tuple[Sequence[DraftRow], bool]]:
        """Drafts of ``user`` by room, starting after the room's id ``after``: as many as a page's
        bytes hold, at least one; and whether there are more."""
