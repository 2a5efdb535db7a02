"""Who is reported as away, and only once until they are back or have read."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from chatd.engine.followers import Absent

#: How many pairs of a person and a room are remembered.
KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class _Told:
    """The message that was reported, and when: Unix ms."""

    seq: int
    at: int


class Absence:
    """Lost with the process: then somebody may be reported a second time."""

    def __init__(self, kept: int = KEPT) -> None:
        self._told: OrderedDict[tuple[str, str], _Told] = OrderedDict()
        self._kept = kept

    def is_known(self, absent: Absent) -> bool:
        """Whether this person was reported for this room, and neither read nor came since."""
        told = self._told.get((absent.user, absent.room.id))
        if told is None:
            return False
        if absent.read >= told.seq or (absent.seen is not None and absent.seen > told.at):
            self.ends(absent.user, absent.room.id)
            return False
        return True

    def begins(self, absent: Absent, now: int) -> None:
        key = (absent.user, absent.room.id)
        self._told[key] = _Told(absent.message.seq, now)
        self._told.move_to_end(key)
        if len(self._told) > self._kept:
            self._told.popitem(last=False)

    def ends(self, user: str, room: str) -> None:
        self._told.pop((user, room), None)
