"""The roles that people have in a room, in their order."""

from enum import Enum
from functools import total_ordering


@total_ordering
class Role(Enum):
    """A member's standing in a room; later ones may do all that earlier ones may."""

    READER = "reader"
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Role):
            return NotImplemented
        order = list(Role)
        return order.index(self) < order.index(other)
