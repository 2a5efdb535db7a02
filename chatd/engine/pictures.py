"""Small pictures of people and rooms, as the store keeps them."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.unit import Growth


@dataclass(frozen=True, slots=True)
class PictureRow:
    """``type`` is the media type found in the bytes themselves."""

    id: str
    type: str
    bytes: bytes


@dataclass(frozen=True, slots=True)
class CreatePicture(Growth):
    """A new picture of ``user``'s. Of more than ``most`` the oldest go that neither a person nor a
    room shows; `limit-reached` where all are shown."""

    picture: str
    user: str
    type: str
    at: int
    bytes: bytes
    most: int


class Pictures(Protocol):
    def picture(self, picture: str) -> Awaitable[PictureRow | None]:
        """The picture of that id."""
